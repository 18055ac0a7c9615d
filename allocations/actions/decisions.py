"""What staff do with an application: approve, reject, ask for information."""

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.identities import hold_identities
from accounts.models import User
from allocations.actions.aid import lock_undertaking, record_values
from allocations.actions.award_plans import (
    AwardLine,
    PlannedAward,
    PlannedProject,
    plan_award,
    plan_project,
)
from allocations.actions.mails import mail_applicant
from allocations.actions.numbers import hold_names
from allocations.actions.partitions import hold_nodes
from allocations.actions.pools import lock_pools, record_draws
from allocations.actions.review_steps import require_steps
from allocations.actions.transitions import lock_application, move_application
from allocations.award_means import AwardMeans, read_means
from allocations.deciders import require_decider
from allocations.errors import RefusedError, StateError
from allocations.models import (
    Application,
    Award,
    AwardOffer,
    Decision,
    LedgerEntry,
    Membership,
    Project,
    Site,
)
from allocations.review_figures import progress_of
from allocations.review_words import words_for_low_scores, words_for_missing_reviews
from allocations.states import AWARDED_STATES, GRANTABLE_STATES, ApplicationState


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
    refuse_unless_grantable(application)
    requested = requested_hours_of(application)
    check_awards(requested, awards)
    means = _hold_means(application, awards)
    planned = plan_award(
        application, awards, team=_hold_team(application), means=means, reason=reason
    )
    granted = {site.pk: line.gpu_hours for site, line in awards.items()}
    is_whole = granted == requested
    outcome = ApplicationState.APPROVED if is_whole else ApplicationState.APPROVED_REDUCED
    decision = _decide(application, outcome, reason, actor)
    project = _store_award(planned, awards, decision)
    answer_by = timezone.localdate() + timedelta(settings.OFFER_DAYS)
    AwardOffer.objects.create(decision=decision, answer_by=answer_by)
    mail_applicant("application_approved", application, project=project, decision=decision)
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
    require_decider(actor, application)
    if not reason.strip():
        raise RefusedError(_("Give a reason: the applicant reads it."))
    return application


def _hold_means(application: Application, awards: Mapping[Site, AwardLine]) -> AwardMeans:
    """Aid, pools and nodes stay as they are read until this decision has taken its part."""
    undertaking = None
    if application.organisation is not None and application.is_economic:
        undertaking = lock_undertaking(application.organisation)
    today = timezone.localdate()
    lock_pools(awards, today)
    with_nodes = [site for site, line in awards.items() if line.own is not None]
    if with_nodes:
        hold_nodes(with_nodes)
    return read_means(application, awards, today, undertaking=undertaking)


def _hold_team(application: Application) -> list[User]:
    """Who becomes a member, while nobody else gives out names and numbers."""
    hold_names()
    hold_identities()
    joined = application.invitations.filter(accepted_by__isnull=False).values("accepted_by")
    people = User.objects.filter(Q(pk=application.applicant_id) | Q(pk__in=joined))
    return list(people.select_related("unix_identity").order_by("pk"))


def needs_second_person(application: Application, awards: Mapping[Site, AwardLine]) -> bool:
    """Whether the track has two people decide about so many GPU-hours."""
    limit = application.rules().four_eyes_above_gpu_hours
    return limit is not None and sum(line.gpu_hours for line in awards.values()) > limit


def refuse_unless_grantable(application: Application) -> None:
    """Raise StateError where the application can no longer, or not now, be granted anything."""
    if application.state not in GRANTABLE_STATES:
        raise StateError(_("Only a submitted application can be approved."))


def requested_hours_of(application: Application) -> dict[int, int]:
    """The GPU-hours that were asked for, by the key of the site."""
    return {line.site_id: line.gpu_hours for line in application.requested_hours.all()}


def check_awards(requested: Mapping[int, int], awards: Mapping[Site, AwardLine]) -> None:
    """Raise RefusedError where this cannot be granted to anybody who asked for so much."""
    if not awards:
        raise RefusedError(_("Grant GPU-hours at one site at least, or reject the application."))
    for site, line in awards.items():
        if line.gpu_hours < 1:
            raise RefusedError(_("Grant at least one GPU-hour at %(site)s.") % {"site": site})
        if not line.partitions:
            raise RefusedError(_("Choose a partition at %(site)s.") % {"site": site})
        if any(partition.site_id != site.pk for partition in line.partitions):
            raise RefusedError(_("A partition chosen for %(site)s is elsewhere.") % {"site": site})
    if sum(line.gpu_hours for line in awards.values()) > sum(requested.values()):
        raise RefusedError(_("This grants more GPU-hours than were asked for."))


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
    if application.state not in AWARDED_STATES:
        raise StateError(_("This application is not complete."))
    return _store_project(plan_project(application, _hold_team(application)))


def _store_project(planned: PlannedProject) -> Project:
    planned.new.save()
    project = planned.project
    project.save()
    leader = project.application.applicant
    Membership.objects.bulk_create(
        Membership(
            project=project,
            user=person,
            role=Membership.Role.LEADER if person == leader else Membership.Role.MEMBER,
        )
        for person in planned.team
    )
    return project


def _store_award(
    planned: PlannedAward, awards: Mapping[Site, AwardLine], decision: Decision
) -> Project:
    project = _store_project(planned.project)
    values, draws = {}, {}
    for site, part in planned.allocations.items():
        line = awards[site]
        granted = Award.objects.create(decision=decision, site=site, gpu_hours=line.gpu_hours)
        granted.partitions.add(*line.partitions)
        part.allocation.save()
        part.allocation.partitions.add(*line.partitions)
        if part.own is not None:
            part.own.save()
        entry = LedgerEntry.objects.create(
            allocation=part.allocation,
            kind=LedgerEntry.Kind.AWARD,
            gpu_minutes=line.gpu_minutes,
            reason=decision.reason,
            decision=decision,
            actor=decision.decided_by,
        )
        draws[entry] = part.draws
        if part.aid is not None:
            values[entry] = part.aid
    record_values(values, project.organisation)
    record_draws(draws)
    return project
