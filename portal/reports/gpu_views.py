"""What the GPUs did, each page with its charts: of all sites, of a project, of myself."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for, require
from allocations.models import Project
from portal.reports.chart_table import chart_as_csv
from portal.reports.gpu_section import (
    GpuSection,
    section_of_all,
    section_of_person,
    section_of_project,
)
from portal.reports.member_views import username_of
from portal.reports.project_figures import allocations_of, span_of
from portal.reports.ranges import RangeForm, utc_today


@login_required
@require_safe
def all_gpus(request: SignedInRequest) -> HttpResponse:
    """What the GPUs of all sites did."""
    require(request.user, Permission.OVERVIEW_VIEW)
    form = RangeForm(request.GET)
    gpu = section_of_all(form.selected(), _csv_urls(request, "all_gpus_chart"))
    return _page(request, form, gpu, back=reverse("overview"), subject=_("all sites"))


@login_required
@require_safe
def all_gpus_chart(request: SignedInRequest, chart: str) -> HttpResponse:
    """One chart's figures of all sites as CSV."""
    require(request.user, Permission.OVERVIEW_VIEW)
    form = RangeForm(request.GET)
    gpu = section_of_all(form.selected(), _csv_urls(request, "all_gpus_chart"))
    return _chart(form, gpu, chart, owner="all")


@login_required
@require_safe
def project_gpus(request: SignedInRequest, name: str) -> HttpResponse:
    """What GPUs did for a project."""
    project = project_for(request.user, name, Permission.PROJECT_VIEW)
    form = _form_of(request, project)
    csv_url = _csv_urls(request, "project_gpus_chart", project.name)
    gpu = section_of_project(project, form.selected(), csv_url)
    back = reverse("project_report", args=[project.name])
    return _page(request, form, gpu, back=back, subject=project.title)


@login_required
@require_safe
def project_gpus_chart(request: SignedInRequest, name: str, chart: str) -> HttpResponse:
    """One chart's figures of a project as CSV."""
    project = project_for(request.user, name, Permission.PROJECT_VIEW)
    form = _form_of(request, project)
    csv_url = _csv_urls(request, "project_gpus_chart", project.name)
    gpu = section_of_project(project, form.selected(), csv_url)
    return _chart(form, gpu, chart, owner=project.name)


@login_required
@require_safe
def my_gpus(request: SignedInRequest) -> HttpResponse:
    """What GPUs did for me, in all projects."""
    form = RangeForm(request.GET)
    csv_url = _csv_urls(request, "my_gpus_chart")
    gpu = section_of_person(username_of(request.user), form.selected(), csv_url)
    return _page(request, form, gpu, back=reverse("my_use"), subject=_("my jobs"))


@login_required
@require_safe
def my_gpus_chart(request: SignedInRequest, chart: str) -> HttpResponse:
    """One chart's figures of mine as CSV."""
    form = RangeForm(request.GET)
    csv_url = _csv_urls(request, "my_gpus_chart")
    gpu = section_of_person(username_of(request.user), form.selected(), csv_url)
    return _chart(form, gpu, chart, owner="my")


def _form_of(request: SignedInRequest, project: Project) -> RangeForm:
    span = span_of(allocations_of(project), utc_today())
    return RangeForm(request.GET, allocation=span)


def _page(
    request: SignedInRequest, form: RangeForm, gpu: GpuSection, *, back: str, subject: str
) -> HttpResponse:
    context = {
        "form": form, "range": form.selected(), "gpu": gpu, "back": back, "subject": subject,
    }  # fmt: skip
    return render(request, "reports/gpus.html", context, status=422 if form.errors else 200)


def _chart(form: RangeForm, gpu: GpuSection, chart: str, *, owner: str) -> HttpResponse:
    found = [item for item in gpu.charts if item.key == chart]
    if not found or form.errors:
        raise Http404
    return chart_as_csv(found[0], filename=f"{owner}-{chart}.csv")


def _csv_urls(request: SignedInRequest, route: str, *names: str) -> Callable[[str], str]:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return lambda key: reverse(route, args=[*names, key]) + query
