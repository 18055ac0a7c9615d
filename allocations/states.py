"""The states of applications and allocations, and which step may follow which. Pure."""

from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ApplicationState(TextChoices):
    """Where an application stands."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    INFO_REQUESTED = "info_requested", _("Information requested")
    APPROVED = "approved", _("Approved")
    APPROVED_REDUCED = "approved_reduced", _("Approved in part")
    WAITLISTED = "waitlisted", _("On the wait-list")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Offer declined")
    LAPSED = "lapsed", _("Offer lapsed")
    REJECTED = "rejected", _("Rejected")
    APPEALED = "appealed", _("Appealed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REPORT_DUE = "report_due", _("Final report due")
    CLOSED = "closed", _("Closed")


class AllocationState(TextChoices):
    """Where a project stands at one site."""

    OFFERED = "offered", _("Offered")
    PROVISIONING = "provisioning", _("Being set up")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    EXPIRED = "expired", _("Expired")


def allocation_state(
    *,
    today: date,
    ends_on: date,
    is_offered: bool,
    adopted_at: datetime | None,
    released_at: datetime | None,
    suspended_because: str,
    active_since: datetime | None,
) -> AllocationState:
    """Where an allocation stands on a day; adopted accounts end when they are given back.

    What is offered has not begun, so its last day does not matter yet.
    """
    if released_at:
        return AllocationState.EXPIRED
    if is_offered:
        return AllocationState.OFFERED
    if ends_on < today and not adopted_at:
        return AllocationState.EXPIRED
    if suspended_because:
        return AllocationState.SUSPENDED
    return AllocationState.ACTIVE if active_since else AllocationState.PROVISIONING


class PlanState(TextChoices):
    """Where a plan stands that a site's bridge may not carry out by itself."""

    WAITING = "waiting", _("Waits for approval")
    APPROVED = "approved", pgettext_lazy("plan", "Approved")
    DECLINED = "declined", pgettext_lazy("plan", "Declined")
    APPLIED = "applied", _("Applied")
    REPLACED = "replaced", _("No longer planned")


OPEN_PLAN_STATES = frozenset({PlanState.WAITING, PlanState.APPROVED, PlanState.DECLINED})


_S = ApplicationState

NEXT_STATES: dict[ApplicationState, frozenset[ApplicationState]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    _S.SUBMITTED: frozenset(
        {
            _S.INFO_REQUESTED,
            _S.APPROVED,
            _S.APPROVED_REDUCED,
            _S.WAITLISTED,
            _S.REJECTED,
            _S.WITHDRAWN,
        }
    ),
    _S.INFO_REQUESTED: frozenset({_S.SUBMITTED, _S.REJECTED, _S.WITHDRAWN}),
    _S.WAITLISTED: frozenset({_S.APPROVED, _S.APPROVED_REDUCED, _S.REJECTED, _S.WITHDRAWN}),
    _S.APPROVED: frozenset({_S.ACCEPTED, _S.DECLINED, _S.LAPSED}),
    _S.APPROVED_REDUCED: frozenset({_S.ACCEPTED, _S.DECLINED, _S.LAPSED}),
    _S.ACCEPTED: frozenset({_S.REPORT_DUE}),
    _S.DECLINED: frozenset(),
    _S.LAPSED: frozenset(),
    _S.REJECTED: frozenset({_S.APPEALED}),
    _S.APPEALED: frozenset({_S.SUBMITTED, _S.REJECTED}),
    _S.WITHDRAWN: frozenset(),
    # Who is renewed after the end goes back to where the project stood before.
    _S.REPORT_DUE: frozenset({_S.CLOSED, _S.ACCEPTED}),
    _S.CLOSED: frozenset(),
}

EDITABLE_STATES = frozenset({_S.DRAFT, _S.INFO_REQUESTED})
OPEN_STATES = frozenset({_S.SUBMITTED, _S.INFO_REQUESTED})
UNDECIDED_STATES = OPEN_STATES | {_S.WAITLISTED}
GRANTABLE_STATES = frozenset({_S.SUBMITTED, _S.WAITLISTED})
OFFERED_STATES = frozenset({_S.APPROVED, _S.APPROVED_REDUCED})
AWARDED_STATES = OFFERED_STATES | {_S.ACCEPTED}
ENDED_STATES = frozenset({_S.REJECTED, _S.WITHDRAWN, _S.DECLINED, _S.LAPSED})


AFTER_USE_STATES = frozenset({_S.REPORT_DUE, _S.CLOSED})


def states_before(state: ApplicationState) -> frozenset[ApplicationState]:
    """From which states one step leads to this one."""
    return frozenset(before for before, following in NEXT_STATES.items() if state in following)


def can_become(state: str, new_state: ApplicationState) -> bool:
    """Whether an application in one state may go to another in one step."""
    return new_state in NEXT_STATES[ApplicationState(state)]
