"""What each verdict on a job's GPUs means and what to do; login nodes point here, too."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def gpu_help(request: HttpRequest) -> HttpResponse:
    """One page for everybody, with the thresholds that hold here."""
    return render(request, "help/gpu.html", {"thresholds": settings.GPU_THRESHOLDS})
