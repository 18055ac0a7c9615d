"""Writing an application: start, save, hand in, withdraw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import SystemActor, action
from accounts.models import Organisation, User
from allocations.actions.mails import mail_applicant, mail_staff
from allocations.actions.numbers import next_reference
from allocations.actions.snapshots import take_snapshot
from allocations.actions.transitions import lock_application, move_application
from allocations.aid_outlook import aid_outlook
from allocations.errors import IncompleteError, RefusedError, StateError
from allocations.missing import what_is_missing
from allocations.models import (
    Application,
    RequestedHours,
    Site,
    Track,
    TrackVersion,
    Transition,
)
from allocations.rules.eligibility import Answers, shortest_length
from allocations.states import ApplicationState

MOST_STARTED_A_DAY = 50
"""Of one person; more than anybody needs, and too few to fill the portal with."""


@dataclass(frozen=True)
class DraftText:
    """What the applicant writes; every part may still be empty in a draft."""

    title: str
    abstract: str
    purpose: str
    months: int | None
    organisation: Organisation | None
    hours_by_site: Mapping[Site, int]
    may_be_listed: bool = False
    """Whether everybody may know of the project if it is awarded."""


@action
def start_application(*, track: Track, answers: Answers | None = None, actor: User) -> Application:
    """A draft on a track that is open; empty, or with what was said in the eligibility check."""
    rules = TrackVersion.objects.on(timezone.localdate()).filter(track=track).first()
    if not track.is_open or rules is None:
        raise StateError(_("This track takes no applications at present. Choose another track."))
    since = timezone.now() - timedelta(days=1)
    if actor.applications.filter(created_at__gt=since).count() >= MOST_STARTED_A_DAY:
        raise RefusedError(_("You started too many applications today. Finish one of them first."))
    application = Application.objects.create(
        reference=next_reference(timezone.localdate().year),
        track=track,
        applicant=actor,
        organisation=actor.organisations.first(),
        months=rules.lengths_in_months[0] if len(rules.lengths_in_months) == 1 else None,
    )
    if answers is not None:
        _carry_over(application, rules, answers)
    Transition.objects.create(application=application, state=ApplicationState.DRAFT, actor=actor)
    return application


@action
def save_draft(*, application_id: int, version: int, text: DraftText, actor: User) -> Application:
    """Store what was written, unless somebody stored something else since `version`."""
    application = lock_application(application_id)
    if not application.is_editable:
        raise StateError(_("This application has been handed in and can no longer be changed."))
    if application.version != version:
        raise StateError(
            _(
                "Somebody saved this application in another window since you opened it. "
                "Copy what you wrote, reload the page and enter it again."
            )
        )
    application.title = text.title
    application.abstract = text.abstract
    application.purpose = text.purpose
    application.months = text.months
    application.may_be_listed = text.may_be_listed
    application.organisation = text.organisation
    application.version += 1
    application.save()
    _store_hours(application, text.hours_by_site)
    return application


@action
def submit_application(*, application_id: int, actor: User) -> Application:
    """Hand a complete application in; the time for the decision starts, or goes on."""
    application = lock_application(application_id, among=Application.objects.for_form())
    if not application.is_editable:
        raise StateError(_("This application has been handed in already."))
    missing = what_is_missing(application)
    if missing:
        raise IncompleteError([item.text for item in missing])
    _refuse_where_aid_is_used_up(application)
    application.track_version = application.rules()
    application.submitted_at = application.submitted_at or timezone.now()
    move_application(application, ApplicationState.SUBMITTED, actor=actor)
    take_snapshot(application, actor)
    mail_applicant("application_received", application)
    mail_staff("application_submitted", {"application": application})
    return application


@action
def withdraw_application(*, application_id: int, actor: User) -> Application:
    """Take an application back before it is decided."""
    application = lock_application(application_id)
    was_handed_in = application.submitted_at is not None
    move_application(application, ApplicationState.WITHDRAWN, actor=actor)
    if was_handed_in:
        mail_staff("application_withdrawn", {"application": application})
    return application


@action
def withdraw_unanswered(*, application_id: int, actor: SystemActor) -> Application:
    """Take an application back whose applicant did not answer a question in time."""
    application = lock_application(application_id)
    due = application.answer_due_on
    if (
        application.state != ApplicationState.INFO_REQUESTED
        or due is None
        or due >= timezone.localdate()
    ):
        raise StateError(_("There is time left to answer, or it was answered meanwhile."))
    reason = _("Our question was not answered in time.")
    move_application(application, ApplicationState.WITHDRAWN, actor=actor, reason=reason)
    mail_applicant("application_unanswered", application)
    mail_staff("application_withdrawn", {"application": application})
    return application


def _refuse_where_aid_is_used_up(application: Application) -> None:
    """Nobody waits for a decision that can only be no; less than asked for can still be granted."""
    if application.organisation is None or not application.is_economic:
        return
    if aid_outlook(application.organisation, timezone.localdate()).is_used_up:
        raise RefusedError(
            _(
                "Your organisation and those linked to it have had all the state aid that is"
                " allowed in three years. Its page says when some of it no longer counts."
            )
        )


def _carry_over(application: Application, rules: TrackVersion, answers: Answers) -> None:
    """Put what was said in the eligibility check where the form shows it."""
    application.months = shortest_length(rules.lengths_in_months, answers.months)
    application.answers = {
        "seat": answers.seat,
        "purpose_kind": answers.purpose,
        "aid_euros": answers.aid_euros,
    }
    application.save(update_fields=["months", "answers"])
    site = Site.objects.filter(partitions__trackversion=rules).first()
    if site is not None:
        _store_hours(application, {site: answers.gpu_hours})


def _store_hours(application: Application, hours_by_site: Mapping[Site, int]) -> None:
    application.requested_hours.exclude(site__in=hours_by_site).delete()
    for site, gpu_hours in hours_by_site.items():
        RequestedHours.objects.update_or_create(
            application=application, site=site, defaults={"gpu_hours": gpu_hours}
        )
