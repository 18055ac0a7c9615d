"""A project's final report: written by its leader, read by its team, accepted by staff."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_and_permissions, require
from allocations.actions import final_reports as actions
from allocations.errors import AllocationsError, IncompleteError, StateError
from allocations.forms.final_reports import (
    AskForMoreForm,
    FinalReportFilter,
    FinalReportForm,
    LiftBlockForm,
)
from allocations.forms.manage import ReasonForm
from allocations.models import FinalReport, Project
from allocations.tables.final_reports import FinalReportTable

HAND_IN = "hand_in"


@login_required
@require_safe
def final_reports(request: SignedInRequest) -> HttpResponse:
    """Every report that is due or was handed in, the most urgent first."""
    require(request.user, Permission.PROJECT_VIEW)
    reports = FinalReport.objects.select_related("project__organisation")
    return render_list(
        request,
        filters=FinalReportFilter(request.GET, reports, request=request),
        table_class=FinalReportTable,
        template="staff/final_reports.html",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def final_report(request: SignedInRequest, name: str) -> HttpResponse:
    """Read a report; its leader saves a draft or hands it in."""
    report, held = _load(request, name, Permission.PROJECT_VIEW)
    if request.method != "POST":
        return _page(request, report, held)
    if Permission.PROJECT_REPORT not in held:
        raise PermissionDenied
    form = FinalReportForm(request.POST, report=report)
    if not form.is_valid():
        return _page(request, report, held, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _save(request, report, held, form)


@login_required
@require_POST
def accept(request: SignedInRequest, name: str) -> HttpResponse:
    """Accept a report, which closes its project."""
    report, _held = _load(request, name, Permission.PROJECT_MANAGE)
    try:
        actions.accept_report(project_id=report.project_id, actor=request.user)
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Accepted: the project is closed."))
    return redirect(report)


@login_required
@require_POST
def ask_for_more(request: SignedInRequest, name: str) -> HttpResponse:
    """Give a report back to its leader."""
    done = _("The leader was asked for more.")
    return _with_reason(request, name, AskForMoreForm, actions.ask_for_more, done)


@login_required
@require_POST
def lift_block(request: SignedInRequest, name: str) -> HttpResponse:
    """Let people apply although their report is late."""
    done = _("They may apply again.")
    return _with_reason(request, name, LiftBlockForm, actions.lift_block, done)


def _with_reason(
    request: SignedInRequest,
    name: str,
    form_class: type[ReasonForm],
    act: Callable[..., FinalReport],
    done: str,
) -> HttpResponse:
    report, held = _load(request, name, Permission.PROJECT_MANAGE)
    form = form_class(request.POST)
    if not form.is_valid():
        shown: dict[str, Any] = {f"{form.prefix}_form": form}
        return _page(request, report, held, status=HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
    try:
        act(project_id=report.project_id, actor=request.user, **form.cleaned_data)
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, done)
    return redirect(report)


def _save(
    request: SignedInRequest,
    report: FinalReport,
    held: frozenset[Permission],
    form: FinalReportForm,
) -> HttpResponse:
    actor, project_id = request.user, report.project_id
    version = form.cleaned_data["version"]
    try:
        actions.save_report(project_id=project_id, version=version, text=form.text(), actor=actor)
    except StateError as error:
        return _clash(request, report, held, form, error)
    if request.POST.get("step") != HAND_IN:
        messages.success(
            request, _("Your report is saved. Nobody decides on it before you hand it in.")
        )
        return redirect(report)
    try:
        actions.hand_in_report(project_id=project_id, actor=actor)
    except IncompleteError as error:
        messages.warning(request, _("Saved, and not handed in: something is missing."))
        for sentence in error.missing:
            messages.warning(request, sentence)
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Your report is handed in. Thank you."))
    return redirect(report)


def _clash(
    request: SignedInRequest,
    report: FinalReport,
    held: frozenset[Permission],
    form: FinalReportForm,
    error: StateError,
) -> HttpResponse:
    """Show what was typed, of which nothing is lost, beside what is stored."""
    report.refresh_from_db()
    messages.warning(request, str(error))
    if not report.is_open:
        return redirect(report)
    form.answer_version(report.version)
    return _page(request, report, held, form=form, is_clash=True, status=HTTPStatus.CONFLICT)


def _load(
    request: SignedInRequest, name: str, permission: Permission
) -> tuple[FinalReport, frozenset[Permission]]:
    projects = Project.objects.select_related("track", "organisation", "final_report")
    project, held = project_and_permissions(request.user, name, permission, among=projects)
    report = getattr(project, "final_report", None)
    if report is None:
        raise Http404
    return report, held


def _page(
    request: SignedInRequest,
    report: FinalReport,
    held: frozenset[Permission],
    *,
    form: FinalReportForm | None = None,
    status: int = HTTPStatus.OK,
    **context: Any,
) -> HttpResponse:
    may_write = Permission.PROJECT_REPORT in held and report.is_open
    shown = {
        "report": report,
        "project": report.project,
        "outputs": report.outputs.all(),
        "form": (form or FinalReportForm(None, report=report)) if may_write else None,
        "missing": actions.missing_in(report) if may_write else [],
        "may_manage": Permission.PROJECT_MANAGE in held,
        "more_form": AskForMoreForm(),
        "lift_form": LiftBlockForm(),
    }
    return render(request, "projects/final_report.html", shown | context, status=status)
