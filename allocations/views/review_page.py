"""One application on one page, with the forms that decide it."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_and_permissions, is_blind_to, permissions_on_application
from allocations.actions.award_terms import shown_terms
from allocations.actions.decisions import AwardLine
from allocations.actions.preview import SitePreview, preview_approval
from allocations.attachment_names import shown_attachments
from allocations.errors import AllocationsError
from allocations.forms.decisions import ApprovalForm, QuestionForm, RejectionForm
from allocations.forms.reviews import ConflictForm
from allocations.gpu_efficiency import Efficiency, efficiency_of, efficiency_together
from allocations.models import Application, Membership, Project, Site
from allocations.outlook import Outlook, outlook_of
from allocations.review_figures import progress_of
from allocations.review_words import words_for_missing_reviews
from allocations.shown_answers import shown_sections
from allocations.states import GRANTABLE_STATES, ApplicationState
from allocations.tables.changes import changes_of

EARLIER_SHOWN = 20


@dataclass(frozen=True)
class Preview:
    """What approving would change at each site, or why that cannot be said."""

    sites: list[SitePreview]
    problem: str = ""
    outlook: Outlook | None = None
    """What it would do to pools and sites, also where it would be refused."""


def render_review(
    request: SignedInRequest,
    application: Application,
    *,
    approval: ApprovalForm | None = None,
    question: QuestionForm | None = None,
    rejection: RejectionForm | None = None,
    preview: Preview | None = None,
    held: frozenset[Permission] | None = None,
) -> HttpResponse:
    """The whole page; a form that was refused comes back as it was filled in."""
    actor = request.user
    held = permissions_on_application(actor, application) if held is None else held
    may_decide = Permission.APPLICATION_DECIDE in held
    is_blind = is_blind_to(actor, application)
    shows_others = Permission.APPLICATION_VIEW in held
    proposal = application.proposed_awards.standing().select_related("proposed_by").first()
    waits = proposal is not None and proposal.waits_for_second_person
    can_approve = may_decide and application.state in GRANTABLE_STATES and not waits
    can_ask = may_decide and application.state == ApplicationState.SUBMITTED
    shown_approval = approval or (ApprovalForm(application) if can_approve else None)
    if preview is None and can_approve and shown_approval is not None:
        preview = _preview_of(shown_approval, actor)
    refused = approval or question or rejection
    return render(
        request,
        "staff/review.html",
        {
            "application": application,
            "requested": application.requested_hours.select_related("site"),
            "invitations": application.invitations.select_related("accepted_by"),
            "transitions": application.transitions.select_related("actor"),
            "attachments": shown_attachments(actor, application),
            "sections": shown_sections(application, is_blind=is_blind),
            "is_blind": is_blind,
            "shows_others": shows_others,
            "earlier": _earlier_applications(application) if shows_others else [],
            "projects": _earlier_projects(application) if shows_others else [],
            "earlier_use": _earlier_use(application) if not (shows_others or is_blind) else None,
            "changes": changes_of(application, is_blind=is_blind),
            **_reviews(actor, application, held),
            "decision": _decision_of(application),
            "approval": shown_approval if can_approve else None,
            "question": question or (QuestionForm(application) if can_ask else None),
            "rejection": rejection or RejectionForm(application),
            "preview": preview,
            "may_decide": may_decide,
            "proposal": proposal,
            "proposed": shown_terms(proposal.terms) if proposal else [],
            "why_not": _why_not(actor, held),
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
    among = Application.objects.handed_in().select_related(
        "track", "track_version", "organisation", "applicant"
    )
    return application_and_permissions(request.user, reference, permission, among=among)


def moved_on(
    request: SignedInRequest, application: Application, error: AllocationsError
) -> HttpResponse:
    """Back to the page as it is now: a repeated or late click changes nothing."""
    messages.warning(request, str(error))
    return redirect("review", application.reference)


def preview_awards(application: Application, awards: dict[Site, AwardLine], actor: User) -> Preview:
    """Exactly what approving these awards would change in Slurm, or why it would be refused."""
    hours = {site: line.gpu_hours for site, line in awards.items()}
    outlook = outlook_of(application, hours, timezone.localdate()) if hours else None
    try:
        sites = preview_approval(application_id=application.pk, awards=awards, actor=actor)
    except AllocationsError as error:
        return Preview(sites=[], problem=str(error), outlook=outlook)
    return Preview(sites=sites, outlook=outlook)


def preview_of_form(form: ApprovalForm, actor: User) -> Preview:
    """The same for what somebody has typed so far."""
    if not form.is_valid():
        problem = _("Correct what is marked in the form to see what would change.")
        return Preview(sites=[], problem=problem)
    return preview_awards(form.application, form.awards(), actor)


def _preview_of(form: ApprovalForm, actor: User) -> Preview:
    if form.is_bound:
        typed = ApprovalForm(form.application, form.data, needs_reason=False)
        return preview_of_form(typed, actor)
    return preview_awards(form.application, form.asked_awards(), actor)


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
        "conflict": ConflictForm(),
        "progress": progress,
        "missing_reviews": words_for_missing_reviews(progress) if progress and is_missing else "",
    }


def _why_not(actor: User, held: frozenset[Permission]) -> str:
    if held & {Permission.APPLICATION_DECIDE, Permission.REVIEW_WRITE}:
        return ""
    if actor.may(Permission.APPLICATION_DECIDE):
        return _(
            "You are in the team of this application, or of its organisation,"
            " so somebody else decides it."
        )
    return _("Your role lets you read applications; staff decide them.")


def _earlier_applications(application: Application) -> list[Application]:
    others = Application.objects.handed_in().exclude(pk=application.pk)
    return list(
        others.filter(organisation=application.organisation, organisation__isnull=False)
        .select_related("track", "applicant")
        .order_by("-submitted_at")[:EARLIER_SHOWN]
    )


def _projects_before(application: Application) -> QuerySet[Project]:
    """Projects of the same organisation or leader."""
    of_applicant = Membership.objects.filter(
        user=application.applicant, role=Membership.Role.LEADER
    ).values("project")
    return Project.objects.filter(
        Q(organisation=application.organisation, organisation__isnull=False)
        | Q(pk__in=of_applicant)
    ).exclude(application=application)


def _earlier_use(application: Application) -> Efficiency | None:
    """How well all of these used their GPUs, for reviewers who learn nothing else of them."""
    return efficiency_together(_projects_before(application).only("pk"))


def _earlier_projects(application: Application) -> list[Project]:
    """The latest of these, each with how well it used its GPUs."""
    found = list(
        _projects_before(application)
        .select_related("track")
        .prefetch_related("allocations__site")
        .order_by("-created_at")[:EARLIER_SHOWN]
    )
    efficiency = efficiency_of(found)
    for project in found:
        project.efficiency = efficiency.get(project.pk)  # type: ignore[attr-defined]  # for the page
    return found


def _decision_of(application: Application) -> Application | None:
    return (
        Application.objects.filter(pk=application.pk, decision__isnull=False)
        .select_related("decision__decided_by", "decision__offer__answered_by", "project")
        .prefetch_related("decision__awards__site", "decision__awards__partitions")
        .first()
    )
