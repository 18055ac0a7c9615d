"""What staff do with an application: approve, reject, ask for information."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.identities import ensure_group
from accounts.models import Organisation, User
from accounts.permissions import Permission
from allocations.access import permissions_on_application
from allocations.actions.aid import lock_undertaking, record_aid
from allocations.actions.invitations import start_team
from allocations.actions.mails import mail_applicant
from allocations.actions.numbers import free_account_name, next_name
from allocations.actions.partitions import PartitionWish, give_partition
from allocations.actions.pools import lock_pools, settle_with_pools
from allocations.actions.review_steps import require_steps
from allocations.actions.transitions import lock_application, move_application
from allocations.errors import RefusedError, StateError
from allocations.models import (
    Allocation,
    Application,
    Award,
    AwardOffer,
    Decision,
    LedgerEntry,
    Partition,
    Project,
    Site,
)
from allocations.review_figures import progress_of
from allocations.review_words import words_for_low_scores, words_for_missing_reviews
from allocations.rules.calendar import last_day
from allocations.rules.units import MINUTES_AN_HOUR
from allocations.states import AWARDED_STATES, GRANTABLE_STATES, ApplicationState


@dataclass(frozen=True)
class AwardLine:
    """What is granted at one site."""

    gpu_hours: int
    partitions: Sequence[Partition]
    own: PartitionWish | None = None
    """Nodes that the project has to itself, if any."""


@action
def approve_application(
    *, application_id: int, awards: Mapping[Site, AwardLine], reason: str, actor: User
) -> Project:
    """Offer GPU-hours at each site; once the applicant accepts, the sites set them up."""
    application = lock_for_decision(application_id, reason, actor)
    refuse_unless_grantable(application)
    require_reviews(application)
    if needs_second_person(application, awards):
        raise RefusedError(_("So many GPU-hours are decided by two people: propose the award."))
    return award(application, awards, reason, actor)


def award(
    application: Application, awards: Mapping[Site, AwardLine], reason: str, actor: User
) -> Project:
    """Offer it to an application that is locked; call it inside an action that has checked why.

    Its hours are taken from the pools at once. No site knows of it before it is accepted.
    """
    project = grant(application, awards, reason, actor)
    decision = application.decision
    answer_by = timezone.localdate() + timedelta(settings.OFFER_DAYS)
    AwardOffer.objects.create(decision=decision, answer_by=answer_by)
    mail_applicant("application_approved", application, project=project, decision=decision)
    return project


def grant(
    application: Application, awards: Mapping[Site, AwardLine], reason: str, actor: User
) -> Project:
    """Decide it and take its hours, telling nobody; the same call for an award and its preview."""
    refuse_unless_grantable(application)
    prefetch_related_objects([application], "requested_hours")
    check_awards(application, awards)
    undertaking = _lock_what_is_consumed(application, awards)
    outcome = _outcome(application, awards)
    decision = _decide(application, outcome, reason, actor)
    project = start_project(application)
    for site, line in awards.items():
        _grant(project, site, line, decision, undertaking)
    return project


@action
def reject_application(
    *, application_id: int, reason: str, is_ineligible: bool = False, actor: User
) -> Decision:
    """Say no, with the reason that the applicant reads; what is not eligible needs no review."""
    application = lock_for_decision(application_id, reason, actor)
    if not is_ineligible and application.is_undecided:
        require_reviews(application, is_award=False)
    decision = _decide(
        application, ApplicationState.REJECTED, reason, actor, is_ineligible=is_ineligible
    )
    mail_applicant("application_rejected", application, decision=decision)
    return decision


@action
def request_information(*, application_id: int, question: str, actor: User) -> Application:
    """Send the application back to its applicant with a question."""
    application = lock_for_decision(application_id, question, actor)
    move_application(application, ApplicationState.INFO_REQUESTED, actor=actor, reason=question)
    mail_applicant("information_requested", application, question=question)
    return application


def require_reviews(application: Application, *, is_award: bool = True) -> None:
    """Raise RefusedError while a review that the track requires is missing, or a score too low.

    What may be granted needs every step of the track, too; what is rejected does not.
    """
    progress = progress_of(application)
    if not progress.is_complete:
        raise RefusedError(words_for_missing_reviews(progress))
    if is_award and progress.below_threshold:
        raise RefusedError(words_for_low_scores(progress))
    if is_award:
        require_steps(application)


def lock_for_decision(application_id: int, reason: str, actor: User) -> Application:
    """The application, locked, for somebody who may decide it and says why."""
    application = lock_application(application_id)
    if Permission.APPLICATION_DECIDE not in permissions_on_application(actor, application):
        raise RefusedError(_("Nobody decides an application of their own team or organisation."))
    if not reason.strip():
        raise RefusedError(_("Give a reason: the applicant reads it."))
    return application


def _lock_what_is_consumed(
    application: Application, sites: Collection[Site]
) -> list[Organisation] | None:
    """Aid and pools stay as they are read until this decision has taken its part, or is refused.

    The undertaking that gets the aid, where it is aid.
    """
    undertaking = None
    if application.organisation is not None and application.is_economic:
        undertaking = lock_undertaking(application.organisation)
    lock_pools(sites, timezone.localdate())
    return undertaking


def needs_second_person(application: Application, awards: Mapping[Site, AwardLine]) -> bool:
    """Whether the track has two people decide about so many GPU-hours."""
    limit = application.rules().four_eyes_above_gpu_hours
    return limit is not None and sum(line.gpu_hours for line in awards.values()) > limit


def refuse_unless_grantable(application: Application) -> None:
    """Raise StateError where the application can no longer, or not now, be granted anything."""
    if application.state not in GRANTABLE_STATES:
        raise StateError(_("Only a submitted application can be approved."))


def check_awards(application: Application, awards: Mapping[Site, AwardLine]) -> None:
    """Raise RefusedError where this cannot be granted to anybody who asked for what they did."""
    if not awards:
        raise RefusedError(_("Grant GPU-hours at one site at least, or reject the application."))
    requested = {line.site_id: line.gpu_hours for line in application.requested_hours.all()}
    for site, line in awards.items():
        if line.gpu_hours < 1:
            raise RefusedError(_("Grant at least one GPU-hour at %(site)s.") % {"site": site})
        if not line.partitions:
            raise RefusedError(_("Choose a partition at %(site)s.") % {"site": site})
        if any(partition.site_id != site.pk for partition in line.partitions):
            raise RefusedError(_("A partition chosen for %(site)s is elsewhere.") % {"site": site})
    if sum(line.gpu_hours for line in awards.values()) > sum(requested.values()):
        raise RefusedError(_("This grants more GPU-hours than were asked for."))


def _outcome(application: Application, awards: Mapping[Site, AwardLine]) -> ApplicationState:
    requested = {line.site_id: line.gpu_hours for line in application.requested_hours.all()}
    granted = {site.pk: line.gpu_hours for site, line in awards.items()}
    return ApplicationState.APPROVED if requested == granted else ApplicationState.APPROVED_REDUCED


def _decide(
    application: Application,
    outcome: ApplicationState,
    reason: str,
    actor: User,
    *,
    is_ineligible: bool = False,
) -> Decision:
    move_application(application, outcome, actor=actor, reason=reason)
    return Decision.objects.create(
        application=application,
        outcome=outcome,
        reason=reason,
        is_ineligible=is_ineligible,
        decided_by=actor,
    )


def start_project(application: Application) -> Project:
    """The project of an awarded application, with its team; call it inside an action."""
    if application.state not in AWARDED_STATES or application.organisation is None:
        raise StateError(_("This application is not complete."))
    today = timezone.localdate()
    name = next_name(year=today.year, track_code=application.track.code)
    project = Project.objects.create(
        name=name,
        unix_group=ensure_group(name),
        application=application,
        track=application.track,
        organisation=application.organisation,
        title=application.title,
    )
    team = User.objects.filter(accepted_invitations__application=application)
    start_team(project, leader=application.applicant, others=team)
    return project


def _grant(
    project: Project,
    site: Site,
    line: AwardLine,
    decision: Decision,
    undertaking: list[Organisation] | None,
) -> None:
    award = Award.objects.create(decision=decision, site=site, gpu_hours=line.gpu_hours)
    award.partitions.add(*line.partitions)
    today = timezone.localdate()
    allocation = Allocation.objects.create(
        project=project,
        site=site,
        account_name=free_account_name(project=project, site=site) or project.name,
        starts_on=today,
        ends_on=last_day(today, project.application.months or 1),
        is_offered=True,
    )
    allocation.partitions.add(*line.partitions)
    if line.own is not None:
        give_partition(allocation, line.own, reason=decision.reason)
    entry = LedgerEntry.objects.create(
        allocation=allocation,
        kind=LedgerEntry.Kind.AWARD,
        gpu_minutes=line.gpu_hours * MINUTES_AN_HOUR,
        reason=decision.reason,
        decision=decision,
        actor=decision.decided_by,
    )
    record_aid(entry, locked=undertaking)
    settle_with_pools(entry)
