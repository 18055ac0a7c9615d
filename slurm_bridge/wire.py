"""The contract between the portal and a site's bridge, used unchanged on both ends.

Every message refuses unknown fields, so that an old bridge stops with a clear error instead of
half-obeying a newer portal. Times are epoch seconds (UTC), budgets are GPU-minutes.
"""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints

from slurm_bridge.changes import Change
from slurm_bridge.partition_settings import Minutes, NodeList, PartitionSettings
from slurm_bridge.wire_leaving import ConfirmedCancel, LeavingMember
from slurm_bridge.wire_terms import (
    Count,
    Day,
    Epoch,
    KeyLine,
    KnownUser,
    Message,
    Mode,
    OwnerMark,
    PartitionName,
    PlanId,
    SetOf,
    SlurmName,
    UnixName,
)

API_PREFIX = "/api/bridge/v1"

# Portal → bridge -----------------------------------------------------------------------------


class ActualUser(Message):
    """A UNIX identity as a host resolves it."""

    username: UnixName
    uid: Annotated[int, Field(strict=True, ge=0, le=2**32)]


class DesiredKey(Message):
    """A public key that opens login nodes until `expires_at`, or for good."""

    line: KeyLine
    expires_at: Epoch | None = None


class DesiredUser(ActualUser):
    """A UNIX identity; the private group has the same name and number."""

    uid: Annotated[int, Field(strict=True, ge=1000, le=2_000_000_000)]
    keys: tuple[DesiredKey, ...] = ()
    """Only of people who may sign in at this site."""


class DesiredGroup(Message):
    """The UNIX group of a project, named like the project."""

    name: UnixName
    gid: Annotated[int, Field(strict=True, ge=1000, le=2_000_000_000)]
    members: tuple[UnixName, ...] = ()


class DesiredQos(Message):
    """A project's budget at this site."""

    name: SlurmName
    owner_mark: OwnerMark
    gpu_minutes: Count
    flags: SetOf[Literal["NoDecay", "DenyOnLimit"]] = frozenset({"NoDecay", "DenyOnLimit"})


class Adopted(Message):
    """An account that was there before Belfry: all that is not named here is the site's own."""

    recorded: tuple[KnownUser, ...] = ()
    """Members at the adoption: the site's own, so none is added again."""
    removed: tuple[KnownUser, ...] = ()
    """Whom the portal has told to leave since; nobody else is ever removed."""


class DesiredAccount(Message):
    """An account of the tree; one with a `qos` is a project, one without only holds others."""

    name: SlurmName
    parent: SlurmName
    owner_mark: OwnerMark
    qos: SlurmName | None = None
    members: tuple[UnixName, ...] = ()
    partitions: tuple[PartitionName, ...] = ()
    suspended: StrictBool = False
    ends_on: Day | None = None
    """The last day on which jobs may be submitted."""
    closed_because: Annotated[str, StringConstraints(max_length=500)] = ""
    """Why staff suspended it; empty where it is open, or has only expired."""
    adopted: Adopted | None = None
    """Set where the portal's record, and not a mark, says that the account may be used."""
    confirmed: StrictBool = False
    """True once the portal knows that a test submission by a member was accepted."""


class DesiredPartition(Message):
    """A partition that one project has to itself; Belfry makes it, and removes it at its end."""

    name: PartitionName
    owner_mark: OwnerMark
    account: SlurmName
    nodes: NodeList
    """Folded."""
    default_minutes: Minutes
    max_minutes: Minutes
    max_nodes: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    priority: Annotated[int, Field(strict=True, ge=1, le=65_533)]
    memory_mb_per_cpu: Annotated[int, Field(strict=True, ge=1, le=2**31)]
    ends_on: Day | None = None
    """The last day on which jobs may be submitted."""
    closed: StrictBool = False
    """True after its end: no new jobs are taken, and it goes with the last job on it."""


class DesiredState(Message):
    """All that Belfry wants of one cluster; what is not named here is not Belfry's."""

    revision: str
    cluster: SlurmName
    generated_at: Epoch
    users: tuple[DesiredUser, ...] = ()
    groups: tuple[DesiredGroup, ...] = ()
    qos: tuple[DesiredQos, ...] = ()
    accounts: tuple[DesiredAccount, ...] = ()
    """Parents come before their children."""
    partitions: tuple[PartitionName, ...] = ()
    """The partitions whose access lists Belfry may change."""
    dedicated: tuple[DesiredPartition, ...] = ()
    """The partitions that Belfry makes itself, those at their end included."""
    approved_plans: tuple[PlanId, ...] = ()
    """Plans that staff have approved and that the site has not finished."""
    confirmed_cancels: tuple[ConfirmedCancel, ...] = ()
    """Jobs of leaving members that staff want cancelled, so that they need not be waited for."""


# Bridge → portal -----------------------------------------------------------------------------


class ActualGroup(Message):
    """A UNIX group as this site's directory has it."""

    name: str
    gid: Annotated[int, Field(strict=True, ge=0, le=2**32)]
    members: SetOf[str] = frozenset()
    foreign: StrictBool = False
    """True where the directory says that somebody else made it."""


class ActualQos(Message):
    """A QOS as Slurm has it; `gpu_minutes` is None where Slurm sets no limit."""

    name: str
    description: str = ""
    gpu_minutes: Count | None = None
    flags: SetOf[str] = frozenset()


class ActualAccount(Message):
    """An account as Slurm has it, with the users who have an association directly under it."""

    name: str
    parent: str
    """Empty where the accounting database knows the account, but not on this cluster."""
    description: str = ""
    qos: SetOf[str] = frozenset()
    default_qos: str | None = None
    members: SetOf[str] = frozenset()
    leaving: SetOf[str] = frozenset()
    """Of the members, those whose own MaxSubmitJobs is 0: on their way out, or wrongly blocked."""
    suspended: StrictBool = False
    """True where GrpSubmitJobs is 0 on the account's own association."""


class ActualDefault(Message):
    """The account that a user's jobs go to by default, and the user's others on this cluster."""

    username: str
    account: str
    others: tuple[str, ...] = ()


class ActualPartition(Message):
    """A partition's access list; None means that every account may use it."""

    name: str
    allow_accounts: SetOf[str] | None = None
    settings: PartitionSettings | None = None
    """Everything that can be set; None where nobody but its administrator sets anything."""


class KeptPartition(Message):
    """A partition as the bridge's file has it, from which slurmctld starts."""

    name: str
    owner_mark: str = ""
    """Empty on a line of the administrator's."""
    allow_accounts: SetOf[str] | None = None
    settings: PartitionSettings | None = None
    """None on a line of the administrator's, or on one that somebody has spoilt."""


class ActualState(Message):
    """What one cluster has, normalised into the terms of the desired state."""

    cluster: str
    read_at: Epoch
    users: tuple[ActualUser, ...] = ()
    """UNIX identities that resolve on this host, of the users asked for."""
    groups: tuple[ActualGroup, ...] | None = None
    """Those asked for that exist; None where Belfry makes no groups at this site."""
    qos: tuple[ActualQos, ...] = ()
    accounts: tuple[ActualAccount, ...] = ()
    defaults: tuple[ActualDefault, ...] = ()
    """Only of users who are to lose a membership."""
    partitions: tuple[ActualPartition, ...] = ()
    kept_partitions: tuple[KeptPartition, ...] = ()
    """What outlasts a restart of slurmctld; empty where the bridge keeps no such file."""
    leaving: tuple[LeavingMember, ...] | None = ()
    """The jobs that keep members who can start no more; None where they could not be read."""


class ChangeResult(Message):
    """What became of one planned change."""

    change: Change
    outcome: Literal["applied", "failed", "deferred"]
    reason: Annotated[str, StringConstraints(max_length=2000)] = ""


class Conflict(Message):
    """Something Belfry wants but may not do, because what is there is not its own."""

    subject: str
    reason: Annotated[str, StringConstraints(max_length=2000)]
    taken_account: str = ""
    """The project's account whose name, or that of its QOS, something foreign bears; else empty."""


class PlanOutline(Message):
    """A plan as people review it: each change, what it costs, and how many jobs it concerns."""

    plan_id: PlanId
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...] = ()
    commands: Count
    seconds: Count
    jobs: tuple[Count, ...] | None = None
    """For each change the running and waiting jobs; None where the queue could not be read."""
    jobs_in_all: Count | None = None
    """Each job once, however many changes concern it."""
    refused: Annotated[str, StringConstraints(max_length=2000)] = ""
    """Why the guard would not let it through."""


class Readiness(Message):
    """Whether Slurm accepts a test submission to this account by this member."""

    account: SlurmName
    username: UnixName
    partition: PartitionName
    accepted: StrictBool
    checked_at: Epoch
    reason: Annotated[str, StringConstraints(max_length=2000)] = ""


class Drift(Message):
    """Something that was right when the bridge last looked, and that somebody changed by hand."""

    change: Change
    """What puts it right."""
    expected: Annotated[str, StringConstraints(max_length=300)]
    found: Annotated[str, StringConstraints(max_length=300)]
    last_right_at: Epoch
    """When it was last seen as it should be."""
    corrected: StrictBool = False
    """Whether this cycle has put it right; otherwise it waits."""


class SyncReport(Message):
    """The outcome of one cycle: what was planned, what happened, and how the site is now."""

    revision: str
    plan_id: str
    started_at: Epoch
    finished_at: Epoch
    refused: Annotated[str, StringConstraints(max_length=2000)] = ""
    """Why the guard or a fault stopped the whole plan; empty when it ran."""
    results: tuple[ChangeResult, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    readiness: tuple[Readiness, ...] = ()
    drift: tuple[Drift, ...] | None = None
    """All drift that this cycle saw; None where it could not look."""
    leaving: tuple[LeavingMember, ...] | None = None
    """All removals that wait for jobs, as read last; None where it could not look."""
    actual: ActualState | None = None
    """The state after the cycle, without jobs; None when it is the one already reported."""
    mode: Mode = "full"
    waiting: PlanId | None = None
    """The plan that the bridge made and did not carry out; None where nothing is left."""
    proposed: PlanOutline | None = None
    """The same in full; None when it is the one already reported."""
    begun: tuple[PlanId, ...] = ()
    """The approved plans that the bridge has begun; it finishes them by itself."""


class Finding(Message):
    """One thing that `doctor` found, and what to do about it."""

    check: str
    level: Literal["ok", "warning", "error"]
    found: Annotated[str, StringConstraints(max_length=2000)]
    advice: Annotated[str, StringConstraints(max_length=2000)] = ""


class Heartbeat(Message):
    """How the site is, once a cycle."""

    sent_at: Epoch
    bridge_version: Annotated[str, StringConstraints(max_length=64)]
    slurm_release: Annotated[str, StringConstraints(max_length=64)]
    cluster: str
    nodes_total: Count
    nodes_available: Count
    gpus_total: Count
    gpus_allocated: Count
    jobs_running: Count
    jobs_pending: Count
    nodes: Annotated[str, StringConstraints(max_length=100_000)] = ""
    """The names of all nodes, folded; empty where they are not known."""
    gpu_types: dict[str, tuple[str, ...]] = {}
    """The types of GPU of each partition, as Slurm calls them; empty where they are not known."""
    findings: tuple[Finding, ...] = ()


class HeartbeatAnswer(Message):
    """The portal's clock, so that a bridge can notice its own is wrong."""

    portal_time: Epoch


class LeaseRequest(Message):
    """A bridge asks to be, or to stay, the only one that writes to its site."""

    holder: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    """The same for one state folder on one host, over restarts; of another bridge never."""
    host: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class LeaseAnswer(Message):
    """Who may write to the site, and for how long; only the portal's clock counts."""

    granted: StrictBool
    host: str
    """Where the bridge runs that holds the lease."""
    seconds_left: Count


class ErrorAnswer(Message):
    """Every refusal of the API: one sentence that says what to do."""

    error: str
