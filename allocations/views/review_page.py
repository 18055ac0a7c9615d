"""One application on one page, with the forms that decide it."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    prefetch_related_objects,
)
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.models import Organisation, User
from accounts.organisation_size import enterprises_named_by, enterprises_read, size_of
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import (
    application_and_permissions,
    application_for,
    is_blind_to,
    permissions_on_application,
)
from allocations.actions.award_terms import shown_terms
from allocations.attachment_names import shown_attachments
from allocations.deciders import why_not_decide
from allocations.earlier_work import earlier_applications, earlier_projects, earlier_use
from allocations.errors import AllocationsError
from allocations.forms.decisions import ApprovalForm, QuestionForm, RejectionForm
from allocations.forms.review_steps import StepForm
from allocations.forms.reviews import ConflictForm
from allocations.models import (
    Application,
    Award,
    Decision,
    Partition,
    ProposedAward,
    RequestedHours,
)
from allocations.parts import TEAM
from allocations.review_figures import progress_of
from allocations.review_steps import STEPS_DONE, shown_steps
from allocations.review_words import words_for_missing_reviews, words_for_missing_steps
from allocations.rules.questions import Section
from allocations.rules.review_steps import StepKind
from allocations.runs_said import RunsSaid, runs_said
from allocations.shown_answers import shown_sections
from allocations.states import GRANTABLE_STATES, ApplicationState
from allocations.tables.changes import changes_of
from allocations.views.preview_part import Preview


def render_review(
    request: SignedInRequest,
    application: Application,
    *,
    approval: ApprovalForm | None = None,
    question: QuestionForm | None = None,
    rejection: RejectionForm | None = None,
    step: StepForm | None = None,
    conflict: ConflictForm | None = None,
    preview: Preview | None = None,
    held: frozenset[Permission] | None = None,
) -> HttpResponse:
    """The whole page; a form that was refused comes back as it was filled in.

    Without a preview, the page asks for it once it is there.
    """
    actor = request.user
    held = permissions_on_application(actor, application) if held is None else held
    may_decide = Permission.APPLICATION_DECIDE in held
    may_judge = may_decide or Permission.REVIEW_WRITE in held
    is_blind = is_blind_to(actor, application)
    shows_others = Permission.APPLICATION_VIEW in held
    proposal: ProposedAward | None = getattr(application, "standing_award", None)
    waits = proposal is not None and proposal.waits_for_second_person
    is_grantable = application.state in GRANTABLE_STATES
    can_approve = may_decide and is_grantable and not waits
    can_ask = may_decide and application.state == ApplicationState.SUBMITTED
    shown_approval = approval or (ApprovalForm(application) if can_approve else None)
    refused = approval or question or rejection or step or conflict
    requested = list(_requested(application, shown_approval))
    prefetch_related_objects([application], "section_answers")
    return render(
        request,
        "staff/review.html",
        {
            "application": application,
            "requested": requested,
            "runs_said": _runs_said(application, requested),
            "invitations": application.invitations.all(),
            "transitions": application.transitions.select_related("actor"),
            "attachments": shown_attachments(actor, application),
            "sections": shown_sections(application, is_blind=is_blind),
            "is_blind": is_blind,
            **({} if is_blind else _size(application)),
            "shows_others": shows_others,
            "earlier": earlier_applications(application) if shows_others else [],
            "projects": earlier_projects(application) if shows_others else [],
            "earlier_use": earlier_use(application) if not (shows_others or is_blind) else None,
            "changes": changes_of(application, is_blind=is_blind),
            **_reviews(actor, application, held),
            "conflict": conflict or ConflictForm(),
            **_steps(application, step, may_do=may_decide and is_grantable),
            "shows_steps": shows_others and Permission.REVIEWS_VIEW in held,
            **_decision(application),
            "approval": shown_approval if can_approve else None,
            "question": question or (QuestionForm(application) if can_ask else None),
            "rejection": rejection or RejectionForm(application),
            "preview": preview,
            "may_decide": may_decide,
            "proposal": proposal,
            "proposed": shown_terms(
                proposal.terms, shown_approval.sites if shown_approval else None
            )
            if proposal and may_decide
            else [],
            "why_not": "" if may_judge else why_not_decide(actor, application),
            "refused": refused if refused is not None and refused.errors else None,
        },
        status=422 if refused is not None and refused.errors else 200,
    )


def load(request: SignedInRequest, reference: str, permission: Permission) -> Application:
    """An application with what its page needs, for somebody with this permission."""
    return load_with_permissions(request, reference, permission)[0]


def load_with_permissions(
    request: SignedInRequest, reference: str, permission: Permission
) -> tuple[Application, frozenset[Permission]]:
    """The same, and all that this person may do to it."""
    return application_and_permissions(request.user, reference, permission, among=_for_page())


def load_for_preview(request: SignedInRequest, reference: str) -> Application:
    """An application with what an award is drawn up from, for somebody who may decide it."""
    needed = Permission.APPLICATION_DECIDE
    return application_for(request.user, reference, needed, among=_for_preview())


def moved_on(
    request: SignedInRequest, application: Application, error: AllocationsError
) -> HttpResponse:
    """Back to the page as it is now: a repeated or late click changes nothing."""
    messages.warning(request, str(error))
    return redirect("review", application.reference)


def _for_page() -> QuerySet[Application]:
    """With what there is one of, or none, for each application that waits; and with the team.

    A decision is read apart, where there is one: the database orders few tables sooner.
    """
    standing = FilteredRelation("proposed_awards", condition=Q(proposed_awards__closed_at=None))
    return (
        Application.objects.handed_in()
        .annotate(standing_award=standing, steps_done=STEPS_DONE)
        .annotate(enterprises_named=enterprises_named_by("organisation"))
        .select_related("track", "track_version", "organisation__size_figures", "applicant")
        .select_related("standing_award__proposed_by")  # type: ignore[misc]  # it is annotated
        .prefetch_related(TEAM)
    )


def _for_preview() -> QuerySet[Application]:
    """With what an award is drawn up from."""
    people = ("applicant__unix_identity", "organisation")
    return (
        Application.objects.handed_in()
        .select_related("track", "track_version", *people)
        .prefetch_related(TEAM)
    )


def _requested(application: Application, approval: ApprovalForm | None) -> Iterable[RequestedHours]:
    """What was asked for at each site; the form has read it already."""
    if approval is not None:
        return approval.requested()
    return application.requested_hours.select_related("site__status")


def _runs_said(application: Application, requested: Iterable[RequestedHours]) -> RunsSaid:
    """What the runs come to, and what of them does not fit, as the applicant saw it."""
    stored = {row.section: row.answers for row in application.section_answers.all()}
    return runs_said(requested, stored.get(Section.RESOURCES, {}))


def _size(application: Application) -> dict[str, object]:
    """The size class of the organisation with what it was computed from, where it has one."""
    organisation = application.organisation
    figures = getattr(organisation, "size_figures", None)
    enterprises = enterprises_read(application.enterprises_named)  # type: ignore[attr-defined]  # annotated
    is_enterprise = organisation is not None and organisation.kind in Organisation.ENTERPRISES
    if organisation is None or not (is_enterprise or figures or enterprises):
        return {}
    return {
        "verdict": size_of(organisation, enterprises),
        "figures": figures,
        "enterprises": enterprises,
    }


def _decision(application: Application) -> dict[str, object]:
    """What was decided and granted, if anything."""
    if application.is_undecided:
        return {}
    granted = Award.objects.filter(decision=OuterRef("pk")).values(
        said=JSONObject(
            site_name=F("site__name"),
            gpu_hours=F("gpu_hours"),
            partition_names=ArraySubquery(
                Partition.objects.filter(award=OuterRef("pk")).order_by("name").values("name")
            ),
        )
    )
    decided = Decision.objects.annotate(granted=ArraySubquery(granted)).select_related(
        "decided_by", "offer__answered_by", "application__project"
    )
    return {"decision": decided.filter(application=application).first()}


def _reviews(
    actor: User, application: Application, held: frozenset[Permission]
) -> dict[str, object]:
    """The reader's own review, and how far all are, for those who may know."""
    own = None
    if Permission.REVIEW_WRITE in held:
        own = application.reviews.standing().get(reviewer=actor)
    progress = progress_of(application) if Permission.REVIEWS_VIEW in held else None
    if progress and not (progress.required or progress.handed_in or progress.outstanding):
        progress = None
    is_missing = progress is not None and not progress.is_complete
    return {
        "own_review": own,
        "progress": progress,
        "missing_reviews": words_for_missing_reviews(progress) if progress and is_missing else "",
    }


def _steps(application: Application, typed: StepForm | None, *, may_do: bool) -> dict[str, object]:
    """The steps of the track, each with its form until it is done; none is due once decided."""
    steps = shown_steps(application)
    due = [step.kind for step in steps if not step.is_done and application.is_undecided]
    forms = {kind: StepForm(prefix=kind) for kind in due if may_do}
    if typed is not None:
        forms[StepKind(str(typed.prefix))] = typed
    return {
        "steps": [
            (step, forms.get(step.kind)) for step in steps if step.done_at or step.kind in due
        ],
        "next_step": due[0] if due else None,
        "may_take_back": may_do and application.is_undecided,
        "missing_steps": words_for_missing_steps(due) if due else "",
    }
