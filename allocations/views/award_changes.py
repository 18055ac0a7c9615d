"""Changes of awards as those see them who ask for them: leaders of projects, and who appeals."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for, change_for, project_and_permissions, project_for
from allocations.actions import award_changes as actions
from allocations.actions import leaders
from allocations.askable_changes import (
    askable_changes,
    possible_leaders,
    why_nobody_else_leads,
    why_not_askable,
)
from allocations.errors import AllocationsError, RefusedError, StateError
from allocations.forms.award_changes import ChangeForm, LeaderForm, WhyForm
from allocations.models import Application, AwardChange, Project
from allocations.rules.award_changes import ChangeKind
from allocations.tables.award_changes import EXPLANATIONS

PER_PAGE = 20


@login_required
@require_safe
def project_changes(request: SignedInRequest, name: str) -> HttpResponse:
    """All that was ever asked for of a project, the newest first, and what can be asked for."""
    projects = Project.objects.select_related("application")
    project, held = project_and_permissions(
        request.user, name, Permission.PROJECT_VIEW, among=projects
    )
    may_ask = Permission.PROJECT_ASK in held
    kinds = list(askable_changes(project)) if may_ask else []
    if Permission.PROJECT_ASK_LEADER in held and possible_leaders(project).exists():
        kinds.append(ChangeKind.LEADER)
    asked = AwardChange.objects.for_lists().filter(application=project.application)
    context = {
        "project": project,
        "page": Paginator(asked, PER_PAGE).get_page(request.GET.get("page")),
        "may_ask": may_ask,
        "kinds": [(kind, kind.label, EXPLANATIONS[kind]) for kind in kinds],
    }
    return render(request, "changes/project.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_change(request: SignedInRequest, name: str, kind: str) -> HttpResponse:
    """The short form of one kind of change."""
    project = project_for(request.user, name, Permission.PROJECT_ASK)
    if kind not in ChangeForm.NEEDS:
        raise Http404
    wanted = ChangeKind(kind)
    askable = askable_changes(project)
    if wanted not in askable:
        messages.warning(request, why_not_askable(project, wanted))
        return redirect("project_changes", name)
    data = request.POST if request.method == "POST" else None
    form = ChangeForm(data, at=askable[wanted], kind=wanted)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_for_change(**form.asked(), actor=request.user)
        except StateError as error:
            messages.warning(request, str(error))
            return redirect("project_changes", name)
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Asked. Staff decide it, and you get a mail."))
            return redirect("project_changes", name)
    return _render_form(request, project, form, wanted)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_leader(request: SignedInRequest, name: str) -> HttpResponse:
    """Ask that another member lead the project; staff can, where nobody leads it any more."""
    project = project_for(request.user, name, Permission.PROJECT_ASK_LEADER)
    members = possible_leaders(project)
    if not members.exists():
        messages.warning(request, why_nobody_else_leads(project))
        return redirect("project_changes", name)
    form = LeaderForm(request.POST if request.method == "POST" else None, among=members)
    if request.method == "POST" and form.is_valid():
        try:
            leaders.ask_for_leader(project=project, **form.cleaned_data, actor=request.user)
        except AllocationsError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Asked. Staff decide it, and you get a mail."))
        return redirect("project_changes", name)
    return _render_form(request, project, form, ChangeKind.LEADER)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask that a rejection be looked at again."""
    among = Application.objects.select_related("decision")
    application = application_for(
        request.user, reference, Permission.APPLICATION_APPEAL, among=among
    )
    if not hasattr(application, "decision"):
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.appeal(
                application_id=application.pk,
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except AllocationsError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Your appeal was handed in. You get a mail."))
        return redirect(application)
    context = {
        "application": application,
        "form": form,
        "until": actions.last_day_to_appeal(application),
    }
    return render(request, "changes/appeal.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw_change(request: SignedInRequest, change_id: int) -> HttpResponse:
    """Take back what was asked for."""
    change = change_for(request.user, change_id, to_withdraw=True)
    try:
        actions.withdraw_change(change_id=change.pk, actor=request.user)
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Taken back."))
    if change.is_appeal:
        return redirect(change.application)
    return redirect("project_changes", change.application.project.name)


def _render_form(
    request: SignedInRequest, project: Project, form: WhyForm, kind: ChangeKind
) -> HttpResponse:
    """The short form of one kind, as it was filled in."""
    context = {
        "project": project,
        "form": form,
        "heading": kind.label,
        "explanation": EXPLANATIONS[kind],
    }
    return render(request, "changes/ask.html", context, status=422 if form.errors else 200)
