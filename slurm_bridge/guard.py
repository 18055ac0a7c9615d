"""Plans that are too dangerous to carry out are refused, with a reason that says why."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from slurm_bridge.changes import (
    CancelJobs,
    ClosePartition,
    DeletePartition,
    RemoveMember,
    SuspendAccount,
)
from slurm_bridge.ownership import carries_any_mark
from slurm_bridge.plan import Plan
from slurm_bridge.rows import SlurmReading
from slurm_bridge.wire import ActualAccount, ActualState, DesiredState


class GuardLimits(BaseModel):
    """How much one plan may take away: memberships, projects that work, and accesses to partitions.

    Each of the three is measured by itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    always_allowed_removals: int = Field(default=5, ge=0)
    """So many may always go, however few there are."""
    max_removals: int = Field(default=100, ge=0)
    max_removed_share: float = Field(default=0.25, ge=0, le=1)
    """Of all that Belfry has of that kind on this cluster."""
    max_cancelled_jobs: int = Field(default=2000, ge=0)
    """Of leaving members, in one plan; staff have confirmed each of them."""
    max_age_seconds: int = Field(default=7200, ge=60)
    """How old a desired state may be when it arrives; longer than any clock is wrong."""


NO_LIMITS = GuardLimits(max_removals=2**31, max_removed_share=1, max_cancelled_jobs=2**31)
"""What somebody at the site may choose for one plan that they have read."""


def refusal_of_desired(desired: DesiredState, cluster: str) -> str:
    """Why this desired state cannot be for this bridge; empty if it can."""
    if desired.cluster != cluster:
        return f"the portal wants cluster {desired.cluster}, but this bridge serves {cluster}"
    return ""


def refusal_of_age(desired: DesiredState, now: float, limits: GuardLimits) -> str:
    """Why a desired state that has just arrived is not the portal's newest word."""
    age = int(now) - desired.generated_at
    if age > limits.max_age_seconds:
        return (
            f"the portal's answer was made {age // 3600} h ago: is something between here and the"
            " portal keeping old answers, or is a clock wrong?"
        )
    return ""


def refusal_of_reading(reading: SlurmReading, cluster: str) -> str:
    """Why Slurm's answer cannot be whole; empty if nothing speaks against it."""
    own = {row.account for row in reading.associations if row.cluster == cluster and not row.user}
    if not own:
        return f"Slurm's accounting has no association of cluster {cluster}"
    if "root" not in own:
        return f"Slurm's accounting answered without the root account of cluster {cluster}"
    if not own <= {row.name for row in reading.accounts}:
        return "Slurm's accounting answered with associations of accounts that it does not list"
    if not reading.qos:
        return "Slurm's accounting answered without any QOS"
    if not reading.partitions:
        return "slurmctld answered without any partition"
    return ""


def refusal_of_plan(
    plan: Plan, desired: DesiredState, actual: ActualState, limits: GuardLimits
) -> str:
    """Why this plan must not be carried out; empty if it may."""
    adopted = {item.name for item in desired.accounts if item.adopted}
    owned = [
        item
        for item in actual.accounts
        if item.parent and (carries_any_mark(item.description) or item.name in adopted)
    ]
    if not desired.accounts and owned:
        return f"the portal wants no account at all, but {len(owned)} of Belfry's are here"
    losses = _losses(plan, desired, actual, owned)
    refusals = (_refusal_of_cancels(plan, limits), *(_refusal_of_loss(x, limits) for x in losses))
    return next(filter(None, refusals), "")


class _Loss(NamedTuple):
    """How much of one kind a plan would take away."""

    verb: str
    taken: int
    there: int
    things: str


def _losses(
    plan: Plan, desired: DesiredState, actual: ActualState, owned: list[ActualAccount]
) -> Iterator[_Loss]:
    names = {item.name for item in owned}
    memberships = sum(len(item.members) for item in owned)
    removed = sum(isinstance(change, RemoveMember) for change in plan.changes)
    yield _Loss("remove", removed, memberships, "memberships")
    projects = {item.name for item in desired.accounts if item.qos}
    working = {item.name for item in owned if item.name in projects and not item.suspended}
    yield _Loss("suspend", len(_unexpected(plan, desired) & working), len(working), "projects")
    managed = [item for item in actual.partitions if item.name in desired.partitions]
    openings = sum(len(names & (item.allow_accounts or frozenset())) for item in managed)
    closed = sum(isinstance(change, ClosePartition) for change in plan.changes)
    yield _Loss("close", closed, openings, "accesses to partitions")
    made = {item.name for item in desired.dedicated} & {item.name for item in actual.partitions}
    deleted = sum(isinstance(change, DeletePartition) for change in plan.changes)
    yield _Loss("delete", deleted, len(made), "partitions")


def _unexpected(plan: Plan, desired: DesiredState) -> set[str]:
    """Accounts to be suspended before their last day: many may rightly end on one day."""
    today = datetime.fromtimestamp(desired.generated_at, UTC).date()
    ended = {item.name for item in desired.accounts if item.ends_on and item.ends_on <= today}
    suspended = (item.account for item in plan.changes if isinstance(item, SuspendAccount))
    return set(suspended) - ended


def _refusal_of_cancels(plan: Plan, limits: GuardLimits) -> str:
    jobs = sum(len(change.job_ids) for change in plan.changes if isinstance(change, CancelJobs))
    if jobs <= limits.max_cancelled_jobs:
        return ""
    return f"it would cancel {jobs} jobs; at most {limits.max_cancelled_jobs} are allowed"


def _refusal_of_loss(loss: _Loss, limits: GuardLimits) -> str:
    if loss.taken <= limits.always_allowed_removals:
        return ""
    if loss.taken > limits.max_removals:
        most = limits.max_removals
        return f"it would {loss.verb} {loss.taken} {loss.things}; at most {most} are allowed"
    if loss.taken > limits.max_removed_share * loss.there:
        share = f"{limits.max_removed_share:.0%}"
        of_all = f"{loss.taken} of {loss.there} {loss.things}"
        return f"it would {loss.verb} {of_all}, more than {share}"
    return ""
