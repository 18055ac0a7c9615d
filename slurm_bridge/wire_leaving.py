"""Jobs that keep a member from leaving, and which of them staff want cancelled."""

from typing import Annotated

from pydantic import Field, StringConstraints

from slurm_bridge.wire_terms import Count, Epoch, JobId, Message, SlurmName

MOST_JOBS = 1000
"""So many of one member are told, and can be confirmed, at a time; the others come after them."""

ENDING = frozenset({"COMPLETING"})
"""What has been told to end, and needs nobody to say so again."""

Username = Annotated[str, StringConstraints(min_length=1, max_length=200)]
JobIds = Annotated[tuple[JobId, ...], Field(min_length=1, max_length=MOST_JOBS)]


class QueuedJob(Message):
    """A job that runs or waits, or one task of an array; its name is whatever its owner liked."""

    job_id: JobId
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,32}$")]
    gpus: Count = 0
    started_at: Epoch | None = None
    limit_minutes: Count | None = None
    """None where nothing limits its time."""


class LeavingMember(Message):
    """Somebody who can start no more jobs in an account, and whose last ones are waited for."""

    account: SlurmName
    username: Username
    jobs: Annotated[tuple[QueuedJob, ...], Field(max_length=MOST_JOBS)]
    """By number, the lowest first."""
    jobs_in_all: Count


class ConfirmedCancel(Message):
    """Exactly these jobs of a leaving member, as staff have seen them."""

    account: SlurmName
    username: Username
    job_ids: JobIds
