"""What an applicant does with an offer, and what the calendar does with one that waits."""

from collections.abc import Collection
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, SystemActor, action
from accounts.models import User
from allocations.actions.ledger import book
from allocations.actions.mails import mail_applicant, mail_staff
from allocations.actions.transitions import lock_application, move_application
from allocations.actions.wake import wake_sites_of
from allocations.errors import RefusedError, StateError
from allocations.models import (
    Application,
    AwardOffer,
    DeclarationText,
    Project,
    SignedDeclaration,
)
from allocations.rules.budgets import Entry, EntryKind
from allocations.rules.calendar import last_day
from allocations.states import OFFERED_STATES, ApplicationState

REMINDER_DAYS = 3
"""So long before its last day the applicant is reminded of an offer."""


@action
def accept_offer(*, application_id: int, text_ids: Collection[int], actor: User) -> Project:
    """Sign the terms that were read, and have the sites set the project up.

    Refused where other terms hold by now than those that the person has read.
    """
    application, offer = _lock(application_id)
    texts = DeclarationText.objects.of_award(offer.decision, timezone.localdate())
    if {text.pk for text in texts} != set(text_ids):
        raise StateError(_("The terms were changed since you opened the page: read them again."))
    for text in texts:
        SignedDeclaration.objects.get_or_create(
            application=application, text=text, defaults={"signed_by": actor}
        )
    offer.terms = [
        {"code": text.code, "number": text.number, "title": text.title} for text in texts
    ]
    _close(offer, AwardOffer.Answer.ACCEPTED, by=actor)
    move_application(application, ApplicationState.ACCEPTED, actor=actor)
    take_up(application.project)
    wake_sites_of(application.project)
    mail_applicant("offer_accepted", application, project=application.project, offer=offer)
    return application.project


@action
def decline_offer(*, application_id: int, reason: str, actor: User) -> Application:
    """Say no to an award; its hours go back to the pools."""
    application, offer = _lock(application_id)
    if not reason.strip():
        raise RefusedError(_("Give a reason: the staff read it."), field="reason")
    _close(offer, AwardOffer.Answer.DECLINED, by=actor, reason=reason)
    _end(application, ApplicationState.DECLINED, reason=reason, actor=actor)
    mail_staff("offer_declined", {"application": application, "offer": offer})
    return application


@action
def lapse_offer(*, application_id: int, today: date, actor: SystemActor) -> Application | None:
    """Take an offer back that nobody answered in time; None where somebody did meanwhile."""
    application = lock_application(application_id)
    if application.state not in OFFERED_STATES or application.decision.offer.answer_by >= today:
        return None
    offer = application.decision.offer
    _close(offer, AwardOffer.Answer.LAPSED)
    reason = _("The offer was not accepted in time.")
    _end(application, ApplicationState.LAPSED, reason=reason, actor=actor)
    mail_applicant("offer_lapsed", application, offer=offer)
    return application


@action
def remind_of_offer(*, application_id: int, today: date, actor: SystemActor) -> bool:
    """Mail the applicant some days before an offer lapses; once."""
    application = lock_application(application_id)
    offer = application.decision.offer
    is_near = offer.is_open_on(today) and offer.answer_by - today <= timedelta(REMINDER_DAYS)
    if not is_near or offer.reminded_at is not None:
        return False
    offer.reminded_at = timezone.now()
    offer.save(update_fields=["reminded_at"])
    mail_applicant("offer_near", application, offer=offer)
    return True


def take_up(project: Project) -> None:
    """Let what was offered begin today, as long as was awarded; call it inside an action."""
    today = timezone.localdate()
    for allocation in project.allocations.select_for_update(of=["self"]).order_by("pk"):
        allocation.is_offered = False
        allocation.starts_on = today
        allocation.ends_on = last_day(today, project.application.months or 1)
        allocation.save(update_fields=["is_offered", "starts_on", "ends_on"])


def _lock(application_id: int) -> tuple[Application, AwardOffer]:
    """An application, locked, and its offer, which still can be answered."""
    application = lock_application(application_id)
    if application.state not in OFFERED_STATES:
        raise StateError(_("This offer was answered already. Reload the page."))
    offer = application.decision.offer
    if not offer.is_open_on(timezone.localdate()):
        raise StateError(_("The last day to answer this offer has passed."))
    return application, offer


def _close(
    offer: AwardOffer, answer: AwardOffer.Answer, *, by: User | None = None, reason: str = ""
) -> None:
    """Keep what became of an offer."""
    offer.answer, offer.answered_by, offer.reason = answer, by, reason
    offer.answered_at = timezone.now()
    offer.save()


def _end(application: Application, state: ApplicationState, *, reason: str, actor: Actor) -> None:
    """Give back what was reserved, and let the project end before it began."""
    move_application(application, state, actor=actor, reason=reason)
    project = application.project
    now = timezone.now()
    for allocation in project.allocations.select_for_update(of=["self"]).order_by("pk"):
        reserved = sum(allocation.ledger.values_list("gpu_minutes", flat=True))
        back = Entry(EntryKind.REDUCTION, -reserved)
        book(allocation, back, reason=reason, actor=actor)
        allocation.released_at, allocation.released_because = now, reason
        allocation.save(update_fields=["released_at", "released_because"])
    project.memberships.filter(left_at=None).update(left_at=now)
