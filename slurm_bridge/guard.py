"""Plans that are too dangerous to carry out are refused, with a reason that says why."""

from pydantic import BaseModel, ConfigDict, Field

from slurm_bridge.changes import RemoveMember
from slurm_bridge.ownership import carries_any_mark
from slurm_bridge.plan import Plan
from slurm_bridge.rows import SlurmReading
from slurm_bridge.wire import ActualState, DesiredState


class GuardLimits(BaseModel):
    """How much one plan may take away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    always_allowed_removals: int = Field(default=5, ge=0)
    """So many memberships may always go, however few there are."""
    max_removals: int = Field(default=100, ge=0)
    max_removed_share: float = Field(default=0.25, ge=0, le=1)
    """Of all memberships in Belfry's accounts on this cluster."""


def refusal_of_desired(desired: DesiredState, cluster: str) -> str:
    """Why this desired state cannot be for this bridge; empty if it can."""
    if desired.cluster != cluster:
        return f"the portal wants cluster {desired.cluster}, but this bridge serves {cluster}"
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
    owned = [item for item in actual.accounts if item.parent and carries_any_mark(item.description)]
    if not desired.accounts and owned:
        return f"the portal wants no account at all, but {len(owned)} of Belfry's are here"
    removals = sum(isinstance(change, RemoveMember) for change in plan.changes)
    memberships = sum(len(account.members) for account in owned)
    if removals <= limits.always_allowed_removals:
        return ""
    if removals > limits.max_removals:
        return f"it would remove {removals} memberships; at most {limits.max_removals} are allowed"
    if removals > limits.max_removed_share * memberships:
        share = f"{limits.max_removed_share:.0%}"
        return f"it would remove {removals} of {memberships} memberships, more than {share}"
    return ""
