"""Hours that a project hardly uses: the list, and the page on which one proposal is settled."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_and_permissions, require
from allocations.actions import claw_backs as actions
from allocations.actions.ledger import read_budget
from allocations.errors import AllocationsError, RefusedError
from allocations.forms.claw_backs import AnswerForm, ApplyForm, ClawBackFilter, DismissForm
from allocations.models import ClawBack
from allocations.tables.claw_backs import ClawBackTable


@login_required
@require_safe
def claw_backs(request: SignedInRequest) -> HttpResponse:
    """Every proposal, those whose answer is due first."""
    require(request.user, Permission.PROJECT_VIEW)
    rows = ClawBack.objects.select_related("allocation__project", "allocation__site")
    return render_list(
        request,
        filters=ClawBackFilter(request.GET, rows, request=request),
        table_class=ClawBackTable,
        template="staff/claw_backs.html",
    )


@login_required
@require_safe
def claw_back(request: SignedInRequest, claw_back_id: int) -> HttpResponse:
    """One proposal with its figures, for the project's members and staff."""
    proposal, held = _load(request, claw_back_id, Permission.PROJECT_VIEW)
    return _page(request, proposal, held)


@login_required
@require_POST
def answer(request: SignedInRequest, claw_back_id: int) -> HttpResponse:
    """The leader says whether the hours are needed."""
    proposal, held = _load(request, claw_back_id, Permission.PROJECT_REPORT)
    done = _("Thank you: staff read your answer before they decide.")
    form = AnswerForm(request.POST)
    return _settle(request, proposal, held, form, actions.answer_claw_back, done)


@login_required
@require_POST
def apply(request: SignedInRequest, claw_back_id: int) -> HttpResponse:
    """Take the hours back."""
    proposal, held = _load(request, claw_back_id, Permission.PROJECT_MANAGE)
    done = _("The hours are taken back; the site applies it within seconds.")
    form = ApplyForm(request.POST, proposal=proposal)
    return _settle(request, proposal, held, form, actions.apply_claw_back, done)


@login_required
@require_POST
def dismiss(request: SignedInRequest, claw_back_id: int) -> HttpResponse:
    """Leave the hours where they are."""
    proposal, held = _load(request, claw_back_id, Permission.PROJECT_MANAGE)
    done = _("Dismissed: the hours stay with the project.")
    form = DismissForm(request.POST)
    return _settle(request, proposal, held, form, actions.dismiss_claw_back, done)


def _settle(
    request: SignedInRequest,
    proposal: ClawBack,
    held: frozenset[Permission],
    form: Form,
    act: Callable[..., Any],
    done: str,
) -> HttpResponse:
    if form.is_valid():
        try:
            act(claw_back_id=proposal.pk, actor=request.user, **form.cleaned_data)
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except AllocationsError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, done)
    if form.errors:
        return _page(request, proposal, held, **{f"{form.prefix}_form": form})
    return redirect(proposal)


def _load(
    request: SignedInRequest, claw_back_id: int, permission: Permission
) -> tuple[ClawBack, frozenset[Permission]]:
    """The proposal, for those who may do this to its project."""
    proposals = ClawBack.objects.select_related("allocation__site", "allocation__project")
    found = proposals.filter(pk=claw_back_id).first()
    if found is None:
        raise Http404
    _project, held = project_and_permissions(
        request.user, found.allocation.project.name, permission
    )
    return found, held


def _page(
    request: SignedInRequest,
    proposal: ClawBack,
    held: frozenset[Permission],
    **invalid: Form,
) -> HttpResponse:
    forms = {
        "answer_form": AnswerForm(),
        "apply_form": ApplyForm(proposal=proposal),
        "dismiss_form": DismissForm(),
    }
    context = {
        "proposal": proposal,
        "project": proposal.allocation.project,
        "budget": read_budget(proposal.allocation),
        "may_answer": proposal.stands and Permission.PROJECT_REPORT in held,
        "may_manage": proposal.stands and Permission.PROJECT_MANAGE in held,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if invalid else HTTPStatus.OK
    return render(request, "projects/claw_back.html", context | forms | invalid, status=status)
