"""Badges: a state in words, with a colour and an icon that only repeat them."""

from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from allocations.models import Application, ClawBack, FinalReport
from allocations.rules.award_changes import ChangeState
from allocations.rules.deadlines import Signal, signal_on
from allocations.states import AllocationState, ApplicationState
from allocations.tables.words import words_for_due

_LOOKS: dict[str, tuple[str, str]] = {
    ApplicationState.DRAFT: ("secondary", "pencil"),
    ApplicationState.SUBMITTED: ("primary", "inbox"),
    ApplicationState.INFO_REQUESTED: ("warning", "question-circle"),
    ApplicationState.APPROVED: ("success", "check-circle"),
    ApplicationState.APPROVED_REDUCED: ("success", "check-circle"),
    ApplicationState.WAITLISTED: ("info", "hourglass-split"),
    ApplicationState.ACCEPTED: ("success", "check-circle-fill"),
    ApplicationState.DECLINED: ("secondary", "x-circle"),
    ApplicationState.LAPSED: ("secondary", "calendar-x"),
    ApplicationState.REJECTED: ("danger", "x-circle"),
    ApplicationState.APPEALED: ("warning", "arrow-repeat"),
    ApplicationState.WITHDRAWN: ("secondary", "arrow-return-left"),
    ApplicationState.REPORT_DUE: ("warning", "journal-text"),
    ApplicationState.CLOSED: ("secondary", "archive"),
    AllocationState.OFFERED: ("info", "envelope-paper"),
    AllocationState.PROVISIONING: ("info", "hourglass-split"),
    AllocationState.ACTIVE: ("success", "check-circle"),
    AllocationState.SUSPENDED: ("warning", "pause-circle"),
    AllocationState.EXPIRED: ("secondary", "calendar-x"),
}
_REPORTS: dict[str, tuple[str, str]] = {
    FinalReport.State.OPEN: ("warning", "pencil"),
    FinalReport.State.HANDED_IN: ("primary", "inbox"),
    FinalReport.State.ACCEPTED: ("success", "check-circle"),
}
_CLAW_BACKS: dict[str, tuple[str, str]] = {
    ClawBack.State.PROPOSED: ("warning", "hourglass-split"),
    ClawBack.State.APPLIED: ("info", "arrow-return-left"),
    ClawBack.State.DISMISSED: ("secondary", "x-circle"),
    ClawBack.State.OVERTAKEN: ("secondary", "calendar-x"),
}
_CHANGES: dict[str, tuple[str, str]] = {
    ChangeState.WAITING: ("primary", "inbox"),
    ChangeState.SECONDED: ("info", "people"),
    ChangeState.APPROVED: ("success", "check-circle"),
    ChangeState.REJECTED: ("danger", "x-circle"),
    ChangeState.WITHDRAWN: ("secondary", "arrow-return-left"),
}
_OUTCOMES = {
    "applied": ("success", "check-circle", _("applied")),
    "deferred": ("warning", "hourglass-split", _("put off")),
    "failed": ("danger", "x-circle", _("failed")),
}
_DRIFT = {
    "waiting": ("warning", "hourglass-split", _("waiting")),
    "corrected": ("success", "arrow-counterclockwise", _("put back")),
    "adopted": ("info", "check-circle", _("adopted")),
}
_LEVELS = {
    "ok": ("success", "check-circle", _("fine")),
    "warning": ("warning", "exclamation-triangle", _("warning")),
    "error": ("danger", "x-octagon", _("error")),
}
_SIGNALS = {
    Signal.LATE: ("danger", "exclamation-triangle"),
    Signal.RED: ("danger", "clock-fill"),
    Signal.AMBER: ("warning", "clock-history"),
    Signal.GREEN: ("secondary", "clock"),
}


def application_badge(state: str) -> SafeString:
    """The state of an application."""
    return _badge(*_LOOKS[state], ApplicationState(state).label)


def allocation_badge(state: str) -> SafeString:
    """The state of an allocation."""
    return _badge(*_LOOKS[state], AllocationState(state).label)


def report_badge(report: FinalReport) -> SafeString:
    """Where a final report stands; a late one says so."""
    if report.is_late:
        return _badge("danger", "exclamation-triangle", _("Late"))
    return _badge(*_REPORTS[report.state], FinalReport.State(report.state).label)


def claw_back_badge(state: str) -> SafeString:
    """What became of a proposal to take hours back."""
    return _badge(*_CLAW_BACKS[state], ClawBack.State(state).label)


def due_badge(application: Application, today: date) -> SafeString:
    """How far away the decision date is, coloured by how much of the time is gone."""
    due = application.decision_due_on
    if due is None:
        return SafeString("")
    return days_badge(
        today,
        due_on=due,
        amber_on=application.decision_amber_on,
        red_on=application.decision_red_on,
    )


def days_badge(
    today: date, *, due_on: date, amber_on: date | None = None, red_on: date | None = None
) -> SafeString:
    """How far away a day is, coloured by how much of the time until it is gone."""
    signal = signal_on(today, due_on=due_on, amber_on=amber_on, red_on=red_on)
    return _badge(*_SIGNALS[signal], words_for_due(due_on, today))


def change_badge(state: str) -> SafeString:
    """Where a change that was asked for stands."""
    return _badge(*_CHANGES[state], ChangeState(state).label)


def outcome_badge(outcome: str) -> SafeString:
    """What became of one change at a site."""
    return _badge(*_OUTCOMES[outcome])


def drift_badge(state: str) -> SafeString:
    """What became of a change by hand."""
    return _badge(*_DRIFT[state])


def difference_badge(*, is_resolved: bool) -> SafeString:
    """Whether portal and Slurm still count a day otherwise."""
    if is_resolved:
        return _badge("success", "check-circle", _("resolved"))
    return _badge("warning", "exclamation-triangle", _("remains"))


def finding_badge(level: str) -> SafeString:
    """How serious a finding of a site's own check is."""
    return _badge(*_LEVELS[level])


def _badge(look: str, icon: str, words: object) -> SafeString:
    return format_html(
        '<span class="badge rounded-pill state state-{}">'
        '<i class="bi bi-{}" aria-hidden="true"></i> {}</span>',
        look,
        icon,
        words,
    )
