"""The one place that changes an application's state."""

from django.utils.translation import gettext as _

from accounts.audit import Actor, person_or_none
from allocations.errors import StateError
from allocations.models import Application, Transition
from allocations.states import ApplicationState, can_become


def lock_application(application_id: int) -> Application:
    """The application, locked until the end of the action."""
    return Application.objects.select_for_update().get(pk=application_id)


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
    application.save(update_fields=["state", "submitted_at", "decision_due_on"])
    Transition.objects.create(
        application=application, state=state, reason=reason, actor=person_or_none(actor)
    )
