"""Which tracks fit, before anything else; open to everybody, and nothing is stored."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from allocations.eligibility import verdicts_on
from allocations.forms.eligibility import EligibilityForm


@require_safe
def eligibility(request: HttpRequest) -> HttpResponse:
    """Six questions, and below them the tracks that fit and why the others do not."""
    form = EligibilityForm(request.GET or None)
    answered = form.is_valid()
    verdicts = verdicts_on(timezone.localdate(), form.answers()) if answered else []
    carried = form.cleaned_data if answered else {}
    context = {
        "form": form,
        "verdicts": verdicts if answered else None,
        "fits": any(verdict.fits for verdict in verdicts),
        "apply_url": f"{reverse('choose_track')}?{urlencode(carried)}",
    }
    return render(request, "applications/eligibility.html", context)
