"""Who leaves GPUs idle: for staff, with a polite mail to the person for each run."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for, require
from allocations.actions.gpu_mails import mail_about_waste
from allocations.actions.idle_runs import idle_now
from allocations.errors import AllocationsError, StateError
from allocations.forms.gpu_waste import ProjectWasteFilter, RunWasteFilter, with_defaults
from allocations.models import DailyGpuUse, GpuRun
from allocations.tables.gpu_waste import (
    ProjectWasteTable,
    RunWasteTable,
    projects_as_csv,
    runs_as_csv,
)

IDLE_SHOWN = 25


@login_required
@require_safe
def gpu_waste(request: SignedInRequest) -> HttpResponseBase:
    """Runs with the most idle GPU-hours, and those that stand idle now."""
    require(request.user, Permission.PROJECT_VIEW)
    query = with_defaults(request.GET)
    runs = (
        GpuRun.objects.filter(measured_seconds__gt=0)
        .annotate(busy_share=F("utilisation_seconds") / F("measured_seconds"))
        .select_related("site", "project")
    )
    filters = RunWasteFilter(query, runs, request=request)
    if request.GET.get("format") == "csv":
        return runs_as_csv(filters.qs)
    idle = idle_now()
    return render_list(
        request,
        filters=filters,
        table_class=RunWasteTable,
        template="staff/gpu_waste.html",
        idle=idle[:IDLE_SHOWN],
        idle_beyond=max(len(idle) - IDLE_SHOWN, 0),
        csv_query=_csv_query(request),
    )


@login_required
@require_safe
def gpu_waste_projects(request: SignedInRequest) -> HttpResponseBase:
    """Projects with the most idle GPU-hours."""
    require(request.user, Permission.PROJECT_VIEW)
    filters = ProjectWasteFilter(with_defaults(request.GET), _by_project(), request=request)
    if request.GET.get("format") == "csv":
        return projects_as_csv(filters.qs)
    return render_list(
        request,
        filters=filters,
        table_class=ProjectWasteTable,
        template="staff/gpu_waste_projects.html",
        csv_query=_csv_query(request),
    )


@login_required
@require_POST
def mail_about(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Send the mail about one run, once."""
    run = get_object_or_404(GpuRun.objects.select_related("project"), pk=run_id)
    project_for(request.user, run.project.name, Permission.PROJECT_MANAGE)
    try:
        notice = mail_about_waste(run_id=run_id, actor=request.user)
    except StateError as error:
        messages.warning(request, str(error))
    except AllocationsError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("The mail to %(name)s is sent.") % {"name": notice.recipient.full_name}
        )
    way_back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(way_back, allowed_hosts={request.get_host()})
    return redirect(way_back if is_ours else "gpu_waste")


def _by_project() -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = (
        DailyGpuUse.objects.values("project__name", "project__title", "site__name")
        .annotate(
            idle_sum=Sum("idle_seconds"),
            measured_sum=Sum("measured_seconds"),
            busy_sum=Sum("utilisation_seconds"),
        )
        .filter(measured_sum__gt=0)
        .annotate(
            idle_part=F("idle_sum") / F("measured_sum"),
            busy_share=F("busy_sum") / F("measured_sum"),
        )
        .order_by()
    )
    return rows


def _csv_query(request: SignedInRequest) -> str:
    query = request.GET.copy()
    query["format"] = "csv"
    return query.urlencode()
