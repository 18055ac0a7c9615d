"""The one place that changes an application's state."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, person_or_none
from allocations.errors import StateError
from allocations.models import Application, ProposedAward, Transition
from allocations.queries import clock_of
from allocations.rules.deadlines import answer_due_on
from allocations.states import OPEN_STATES, ApplicationState, can_become

_DATES = ("decision_due_on", "decision_amber_on", "decision_red_on", "answer_due_on")


def lock_application(
    application_id: int, *, among: QuerySet[Application] | None = None
) -> Application:
    """The application, locked until the end of the action; with what is read of it beside."""
    applications = Application.objects.all() if among is None else among
    return applications.select_for_update(of=("self",)).get(pk=application_id)


def move_application(
    application: Application, state: ApplicationState, *, actor: Actor, reason: str = ""
) -> None:
    """Take one step and note it in the timeline; raises StateError if the step does not exist."""
    if not can_become(application.state, state):
        raise StateError(
            _("This application is already “%(state)s”. Reload the page to see what happened.")
            % {"state": ApplicationState(application.state).label}
        )
    application.state = state
    Transition.objects.create(
        application=application, state=state, reason=reason, actor=person_or_none(actor)
    )
    if state != ApplicationState.WAITLISTED:
        overtaken = ProposedAward.Ending.OVERTAKEN
        application.proposed_awards.standing().update(closed_at=timezone.now(), ending=overtaken)
    _set_dates(application)
    application.save(update_fields=["state", "submitted_at", "track_version", *_DATES])


def _set_dates(application: Application) -> None:
    """When the decision is due, or the applicant's answer; what was decided keeps its date."""
    if application.state not in OPEN_STATES or application.track_version is None:
        return
    clock = clock_of(application)
    application.decision_due_on = clock.due_on
    application.decision_amber_on, application.decision_red_on = clock.amber_on, clock.red_on
    application.answer_due_on = (
        answer_due_on(timezone.localdate(), application.track_version.answer_days)
        if application.state == ApplicationState.INFO_REQUESTED
        else None
    )
