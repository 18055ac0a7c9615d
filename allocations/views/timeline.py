"""An application's way as a list of steps: those taken, the one it stands at, those to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocations.models import Application, Transition
from allocations.states import OFFERED_STATES, ApplicationState

_S = ApplicationState


class Progress(StrEnum):
    """Whether a step lies behind, is now, or is still to come."""

    DONE = "done"
    NOW = "now"
    TO_COME = "to_come"


@dataclass(frozen=True)
class Step:
    """One step of the timeline."""

    label: str | Promise
    progress: Progress
    at: datetime | None = None
    by: str = ""
    text: str = ""
    due_on: date | None = None


_TAKEN: dict[str, str | Promise] = {
    _S.DRAFT: _("Started"),
    _S.SUBMITTED: _("Handed in"),
    _S.INFO_REQUESTED: _("We asked a question"),
    _S.APPROVED: _("Approved"),
    _S.APPROVED_REDUCED: _("Approved in part"),
    _S.WAITLISTED: _("On the wait-list"),
    _S.ACCEPTED: _("Offer accepted"),
    _S.DECLINED: _("Offer declined"),
    _S.LAPSED: _("Offer lapsed"),
    _S.REJECTED: _("Not approved"),
    _S.APPEALED: _("Appealed"),
    _S.WITHDRAWN: _("Withdrawn"),
    _S.REPORT_DUE: _("Final report became due"),
    _S.CLOSED: _("Closed"),
}


_AFTER: dict[tuple[str, str], str | Promise] = {
    (_S.INFO_REQUESTED, _S.SUBMITTED): _("Answered and handed in again"),
    (_S.APPEALED, _S.SUBMITTED): _("The appeal was upheld; it is decided anew"),
    (_S.APPEALED, _S.REJECTED): _("The rejection stands"),
}


def timeline(application: Application) -> list[Step]:
    """Every step, in order; reads `transitions`, their actors, `project` and `decision__offer`."""
    return [*_taken(application), *_ahead(application)]


def _taken(application: Application) -> list[Step]:
    before: list[str] = []
    steps = []
    for transition in application.transitions.all():
        steps.append(_step(transition, before))
        before.append(transition.state)
    return steps


def _step(transition: Transition, before: Sequence[str]) -> Step:
    return Step(
        label=_label(transition.state, before),
        progress=Progress.DONE,
        at=transition.at,
        by=transition.actor.full_name if transition.actor else "",
        text=transition.reason,
    )


def _label(state: str, before: Sequence[str]) -> str | Promise:
    known = _AFTER.get((before[-1] if before else "", state))
    if known is not None:
        return known
    if state != _S.CLOSED and before[-1:] == [_S.REPORT_DUE]:
        return _("Goes on")
    return _TAKEN[state]


def _ahead(application: Application) -> list[Step]:
    state = ApplicationState(application.state)
    decision = Step(
        label=_("Decision"),
        progress=Progress.NOW if state == _S.SUBMITTED else Progress.TO_COME,
        due_on=application.decision_due_on,
    )
    ready = Step(label=_("Ready to use"), progress=Progress.TO_COME)
    if state == _S.DRAFT:
        return [Step(label=_("Write and hand in"), progress=Progress.NOW), decision, ready]
    if state == _S.INFO_REQUESTED:
        return [Step(label=_("Your answer"), progress=Progress.NOW), decision, ready]
    if state == _S.SUBMITTED:
        return [decision, ready]
    if state == _S.WAITLISTED:
        hours = Step(label=_("GPU-hours become free"), progress=Progress.NOW)
        return [hours, ready]
    return _after_decision(application, state, ready)


def _after_decision(application: Application, state: ApplicationState, ready: Step) -> list[Step]:
    if state == _S.APPEALED:
        return [Step(label=_("The appeal is looked at"), progress=Progress.NOW)]
    if state == _S.REPORT_DUE:
        return [Step(label=_("Final report"), progress=Progress.NOW)]
    if state in OFFERED_STATES:
        due = application.decision.offer.answer_by
        return [Step(label=_("Your answer"), progress=Progress.NOW, due_on=due), ready]
    return [_readiness(application)] if state == _S.ACCEPTED else []


def _readiness(application: Application) -> Step:
    """The last step: when every site had accepted a test submission."""
    confirmed = [allocation.confirmed_at for allocation in application.project.allocations.all()]
    moments = [moment for moment in confirmed if moment is not None]
    if len(moments) < len(confirmed) or not confirmed:
        return Step(label=_("Being set up at the sites"), progress=Progress.NOW)
    return Step(label=_("Ready to use"), progress=Progress.DONE, at=max(moments))
