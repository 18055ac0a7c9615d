"""What a site says of its jobs and of its budgets' counters; part of the contract in `wire`."""

from typing import Annotated

from pydantic import Field, StringConstraints

from slurm_bridge.wire_terms import Count, Epoch, Message, SlurmName


class JobRow(Message):
    """One run of one job or array task; `db_index` is its key within the cluster."""

    db_index: Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)]
    job_id: Annotated[int, Field(strict=True, ge=0, le=2**32)]
    array_job_id: Annotated[int, Field(strict=True, ge=0, le=2**32)] | None = None
    array_task_id: Annotated[int, Field(strict=True, ge=0, le=2**32)] | None = None
    account: SlurmName
    username: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    partition: Annotated[str, StringConstraints(max_length=200)]
    qos: Annotated[str, StringConstraints(max_length=200)] = ""
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,32}$")]
    submitted_at: Epoch
    eligible_at: Epoch | None = None
    """From when it could have started; None where the site does not say."""
    started_at: Epoch | None = None
    ended_at: Epoch | None = None
    suspended_seconds: Annotated[int, Field(strict=True, ge=0, le=2**40)] = 0
    gpus: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 0
    cpus: Annotated[int, Field(strict=True, ge=0, le=100_000_000)] = 0
    nodes: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 0
    nodes_used: Annotated[str, StringConstraints(max_length=65_536)] = ""
    """The nodes that it ran on, as Slurm folds them."""
    exit_code: Annotated[str, StringConstraints(max_length=16)] = ""
    name: Annotated[str, StringConstraints(max_length=200)] = ""


class JobBatch(Message):
    """Jobs alive in a window; a running job counts up to `read_at`."""

    read_at: Epoch
    rows: tuple[JobRow, ...] = ()
    complete_until: Epoch | None = None
    """Set on the last batch of a window: everything alive before this time has been sent."""
    history_of: tuple[SlurmName, ...] = ()
    """Set on the last batch of a history: all that these accounts ever ran has been sent."""


class Watermark(Message):
    """From when the site's next accounting window must start; 0 means from the beginning."""

    complete_until: Epoch
    stored: Count = 0
    unknown_accounts: tuple[str, ...] = ()
    history_of: tuple[SlurmName, ...] = ()
    """Accounts just adopted, of which everything is wanted from the beginning."""


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
