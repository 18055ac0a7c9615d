"""Recording the steps that a track asks of staff, and refusing an award before all are done."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.actions.transitions import lock_application
from allocations.deciders import require_decider
from allocations.errors import RefusedError, StateError
from allocations.models import Application, ReviewStep
from allocations.review_words import words_for_missing_steps
from allocations.rules.review_steps import StepKind, missing_steps
from allocations.states import GRANTABLE_STATES


@action
def record_step(*, application_id: int, kind: StepKind, note: str, actor: User) -> ReviewStep:
    """Keep that somebody who may decide took a step on what was handed in, with what they say."""
    application = _lock(application_id, actor)
    if kind not in application.rules().steps:
        raise RefusedError(_("The track does not ask for this step."))
    if _steps_done(application).filter(kind=kind).exists():
        raise StateError(_("This step is done already. Reload the page."))
    return ReviewStep.objects.create(
        application=application,
        kind=kind,
        read_number=application.times_handed_in,
        note=note.strip(),
        done_by=actor,
    )


@action
def take_back_step(*, application_id: int, kind: StepKind, actor: User) -> None:
    """Let a step that was recorded by mistake be due again; its history stays."""
    application = _lock(application_id, actor)
    step = _steps_done(application).filter(kind=kind).first()
    if step is None:
        raise StateError(_("This step is not done. Reload the page."))
    step.delete()


def require_steps(application: Application) -> None:
    """Raise RefusedError while a step that the track asks for is not done of the latest text."""
    done = set(_steps_done(application).values_list("kind", flat=True))
    missing = missing_steps(application.rules().steps, done)
    if missing:
        raise RefusedError(words_for_missing_steps(missing))


def _lock(application_id: int, actor: User) -> Application:
    """An application that waits for a decision, locked, for somebody who may decide it."""
    application = lock_application(application_id)
    require_decider(actor, application)
    if application.state not in GRANTABLE_STATES:
        raise StateError(_("No step is due: the applicant has it back, or it is decided."))
    return application


def _steps_done(application: Application) -> QuerySet[ReviewStep]:
    """Of the text that was handed in last."""
    return ReviewStep.objects.filter(
        application=application, read_number=application.times_handed_in
    )
