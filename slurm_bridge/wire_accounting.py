"""What a site says of its jobs and of its budgets' counters; part of the contract in `wire`."""

from collections.abc import Sequence
from itertools import compress
from typing import Annotated, Any

from pydantic import Field, StrictBool, StringConstraints

from slurm_bridge.wire_terms import Count, Day, Epoch, Message, SlurmName

RowKey = Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)]
JobId = Annotated[int, Field(strict=True, ge=0, le=2**32)]
# PostgreSQL's text knows no NUL.
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Username = Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,64}$")]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,32}$")]
ExitCode = Annotated[str, StringConstraints(pattern=r"^[^\x00]{0,16}$")]
NodesUsed = Annotated[str, StringConstraints(max_length=65_536, pattern=r"^[^\x00]*$")]
Seconds = Annotated[int, Field(strict=True, ge=0, le=2**40)]
Amount = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
CpuAmount = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]

MOST_RETRIES = 200


class JobRow(Message):
    """One run of one job or array task; `db_index` is its key within the cluster."""

    db_index: RowKey
    job_id: JobId
    array_job_id: JobId | None = None
    array_task_id: JobId | None = None
    account: SlurmName
    username: Username
    partition: Word
    qos: Word = ""
    state: State
    submitted_at: Epoch
    eligible_at: Epoch | None = None
    """From when it could have started; None where the site does not say."""
    started_at: Epoch | None = None
    ended_at: Epoch | None = None
    suspended_seconds: Seconds = 0
    gpus: Amount = 0
    cpus: CpuAmount = 0
    nodes: Amount = 0
    nodes_used: NodesUsed = ""
    """The nodes that it ran on, as Slurm folds them."""
    exit_code: ExitCode = ""
    name: Word = ""


class JobColumns(Message):
    """Many runs, each field of all of them together: a fraction of what as many rows cost."""

    db_index: tuple[RowKey, ...]
    job_id: tuple[JobId, ...]
    array_job_id: tuple[JobId | None, ...]
    array_task_id: tuple[JobId | None, ...]
    account: tuple[SlurmName, ...]
    username: tuple[Username, ...]
    partition: tuple[Word, ...]
    qos: tuple[Word, ...]
    state: tuple[State, ...]
    submitted_at: tuple[Epoch, ...]
    eligible_at: tuple[Epoch | None, ...]
    started_at: tuple[Epoch | None, ...]
    ended_at: tuple[Epoch | None, ...]
    suspended_seconds: tuple[Seconds, ...]
    gpus: tuple[Amount, ...]
    cpus: tuple[CpuAmount, ...]
    nodes: tuple[Amount, ...]
    nodes_used: tuple[NodesUsed, ...]
    exit_code: tuple[ExitCode, ...]
    name: tuple[Word, ...]

    def __len__(self) -> int:
        return len(self.db_index)

    def part(self, start: int, stop: int) -> "JobColumns":
        """The runs from one place until before another."""
        told: dict[str, Any] = {name: getattr(self, name)[start:stop] for name in COLUMNS}
        return JobColumns.model_construct(**told)

    def where(self, keep: Sequence[bool]) -> "JobColumns":
        """The runs that are marked."""
        told: dict[str, Any] = {
            name: tuple(compress(getattr(self, name), keep)) for name in COLUMNS
        }
        return JobColumns.model_construct(**told)

    def row(self, number: int) -> JobRow:
        """One of the runs."""
        return JobRow.model_construct(**{name: getattr(self, name)[number] for name in COLUMNS})


COLUMNS = tuple(JobColumns.model_fields)


class UnreadRow(Message):
    """A row that the bridge could not read: why, and as much of it as is certain."""

    db_index: RowKey | None = None
    job_id: JobId | None = None
    account: Annotated[str, StringConstraints(max_length=200)] = ""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    text: Annotated[str, StringConstraints(max_length=2000)] = ""


class DayOfAccounts(Message):
    """A UTC day of some accounts."""

    day: Day
    accounts: Annotated[tuple[SlurmName, ...], Field(max_length=20_000)]


class Delivery(Message):
    """What comes with jobs."""

    read_at: Epoch
    unread: Annotated[tuple[UnreadRow, ...], Field(max_length=5000)] = ()
    complete_until: Epoch | None = None
    """Set on the last batch of a span: everything alive before this time has been sent."""
    history_of: tuple[SlurmName, ...] = ()
    """Set on the last batch of a history: all that these accounts ever ran has been sent."""
    asks_retries: StrictBool = False
    """Whether the bridge knows what to do with `Watermark.retry_jobs`; older ones do not."""

    recount: DayOfAccounts | None = None
    """Use to be added up anew from the runs that the portal has, which differs from their sum."""


class JobBatch(Delivery):
    """Jobs alive in a window; a running job counts up to `read_at`."""

    rows: tuple[JobRow, ...] = ()
    columns: JobColumns | None = None
    """More of them; older bridges send rows only."""


class AnyBatch(Delivery):
    """The same before its rows are looked at, each by itself."""

    rows: Annotated[
        tuple[Any, ...], Field(description="Each a JobRow; whatever is none is set aside.")
    ] = ()
    columns: Annotated[
        dict[str, tuple[Any, ...]],
        Field(description="More runs, as JobColumns: each field of all of them together."),
    ] = {}


class Watermark(Message):
    """From when the site's next accounting window must start; 0 means from the beginning."""

    complete_until: Epoch
    stored: Count = 0
    unknown_accounts: tuple[str, ...] = ()
    history_of: tuple[SlurmName, ...] = ()
    """Accounts just adopted, of which everything is wanted from the beginning."""
    set_aside: Count = 0
    """How many rows of this batch could not be used, and wait with their reasons."""
    retry_jobs: Annotated[tuple[JobId, ...], Field(max_length=MOST_RETRIES)] = ()
    """Jobs with rows that were set aside, to be read once more."""
    retries_a_day: StrictBool = False
    """Whether rows were set aside that have no number: a day is to be read once more."""


class QosCounter(Message):
    """How much of one budget is gone, as slurmctld counts it; whole GPU-minutes, cut off."""

    qos: SlurmName
    used_minutes: Count
    reserved_minutes: Count
    """What running jobs may still use until their time limits."""


class CounterReading(Message):
    """Slurm's counters at one moment; a budget that is not named is as it was told last."""

    read_at: Epoch
    counters: tuple[QosCounter, ...] = ()
