"""Awards above a track's limit: one person proposes, another confirms or declines."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail
from accounts.models import User
from allocations.actions.award_plans import AwardLine
from allocations.actions.award_terms import awards_of, terms_of
from allocations.actions.decisions import (
    award,
    check_awards,
    lock_for_decision,
    needs_second_person,
    refuse_unless_grantable,
    requested_hours_of,
    require_reviews,
)
from allocations.actions.mails import mail_applicant, mail_staff
from allocations.actions.transitions import lock_application, move_application
from allocations.deciders import require_decider
from allocations.errors import RefusedError, StateError
from allocations.models import Application, Project, ProposedAward, Site
from allocations.states import ApplicationState


@action
def propose_award(
    *,
    application_id: int,
    awards: Mapping[Site, AwardLine],
    reason: str,
    is_for_wait_list: bool = False,
    actor: User,
) -> ProposedAward:
    """Keep an award until somebody else confirms it; nothing is granted yet."""
    application = lock_for_decision(application_id, reason, actor)
    proposal = keep_award(application, awards, reason, actor, is_for_wait_list=is_for_wait_list)
    mail_staff("award_proposed", {"application": application, "proposal": proposal})
    return proposal


@action
def put_on_wait_list(
    *, application_id: int, awards: Mapping[Site, AwardLine], reason: str, actor: User
) -> ProposedAward:
    """Keep an award until enough hours return; above the limit somebody else confirms it first."""
    application = lock_for_decision(application_id, reason, actor)
    if application.state != ApplicationState.SUBMITTED:
        raise StateError(_("Only a submitted application can be put on the wait-list."))
    proposal = keep_award(application, awards, reason, actor, is_for_wait_list=True)
    if proposal.needs_second_person:
        mail_staff("award_proposed", {"application": application, "proposal": proposal})
    else:
        _start_waiting(application, proposal, actor)
    return proposal


@action
def confirm_award(*, proposal_id: int, actor: User) -> Project | None:
    """As the second person, grant what was proposed; None where it goes on the wait-list."""
    application, proposal = _lock(proposal_id, actor)
    if proposal.proposed_by_id == actor.pk:
        raise RefusedError(_("You proposed this award, so somebody else confirms it."))
    if not proposal.waits_for_second_person:
        raise StateError(_("This award waits for nobody's confirmation. Reload the page."))
    if proposal.application_version != application.version:
        raise StateError(_("The application was changed since the award was proposed."))
    require_reviews(application)
    proposal.confirmed_by, proposal.confirmed_at = actor, timezone.now()
    if proposal.is_for_wait_list:
        proposal.save(update_fields=["confirmed_by", "confirmed_at"])
        _start_waiting(application, proposal, actor)
        return None
    close(proposal, ProposedAward.Ending.GRANTED)
    return award(application, awards_of(proposal.terms), proposal.reason, actor)


@action
def decline_award(*, proposal_id: int, reason: str, actor: User) -> ProposedAward:
    """Say no to a proposed award; the application waits for another decision."""
    application, proposal = _lock(proposal_id, actor)
    if not reason.strip():
        raise RefusedError(_("Give a reason: whoever proposed it reads it."), field="reason")
    if not proposal.waits_for_second_person:
        raise StateError(_("This award waits for nobody's confirmation. Reload the page."))
    proposal.closed_because = reason
    close(proposal, ProposedAward.Ending.DECLINED)
    context = {"application": application, "proposal": proposal}
    send_mail(template="award_declined", to=proposal.proposed_by, context=context)
    return proposal


def keep_award(
    application: Application,
    awards: Mapping[Site, AwardLine],
    reason: str,
    actor: User,
    *,
    is_for_wait_list: bool,
) -> ProposedAward:
    """An award to be granted later, of an application that is locked; checked as if it were now."""
    refuse_unless_grantable(application)
    require_reviews(application)
    check_awards(requested_hours_of(application), awards)
    if application.proposed_awards.standing().exists():
        raise StateError(_("An award was proposed already. Reload the page to see it."))
    return ProposedAward.objects.create(
        application=application,
        terms=terms_of(awards),
        reason=reason,
        is_for_wait_list=is_for_wait_list,
        needs_second_person=needs_second_person(application, awards),
        proposed_by=actor,
        application_version=application.version,
    )


def close(proposal: ProposedAward, ending: ProposedAward.Ending) -> None:
    """It can no longer be granted."""
    proposal.closed_at, proposal.ending = timezone.now(), ending
    proposal.save()


def _start_waiting(application: Application, proposal: ProposedAward, actor: User) -> None:
    move_application(application, ApplicationState.WAITLISTED, actor=actor, reason=proposal.reason)
    mail_applicant("application_waitlisted", application, reason=proposal.reason)


def _lock(proposal_id: int, actor: User) -> tuple[Application, ProposedAward]:
    """A proposed award and its application, locked, for somebody who may decide it."""
    of = ProposedAward.objects.values_list("application_id", flat=True).get(pk=proposal_id)
    application = lock_application(of)
    require_decider(actor, application)
    proposal = ProposedAward.objects.select_related("proposed_by").get(pk=proposal_id)
    if proposal.closed_at is not None:
        raise StateError(_("This award was settled already. Reload the page."))
    return application, proposal
