"""What makes a row of accounting impossible, however well it is formed. Pure."""

from dataclasses import dataclass

from slurm_bridge.wire_accounting import JobColumns, JobRow

# A site's clock may be somewhat wrong; what it reads is still worth having.
ALLOWED_AHEAD_SECONDS = 2 * 3600
# Slurm is from 2002; an older time is a field that was never set.
EARLIEST_SECONDS = 1_000_000_000

LONGEST_REASON = 500
LONGEST_TEXT = 2000


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used, with as much of it as is certain."""

    reason: str
    text: str
    db_index: int | None = None
    job_id: int | None = None
    account: str = ""
    is_final: bool = False
    """Reading it again cannot help."""


def why_impossible(row: JobRow, *, read_at: int) -> str:
    """Why such a run cannot have been, or nothing."""
    if row.submitted_at < EARLIEST_SECONDS:
        return "It was submitted before there was Slurm."
    latest = max(row.submitted_at, row.started_at or 0, row.ended_at or 0)
    if latest > read_at + ALLOWED_AHEAD_SECONDS:
        return "It began or ended after it was read."
    if row.started_at is not None:
        if row.started_at < EARLIEST_SECONDS:
            return "It began before there was Slurm."
        if row.ended_at is not None and row.ended_at < row.started_at:
            return "It ended before it began."
    return ""


def are_all_possible(runs: JobColumns, *, read_at: int) -> bool:
    """Whether none of many runs is impossible; quicker than to ask of each."""
    started = [at for at in runs.started_at if at is not None]
    ended = [at for at in runs.ended_at if at is not None]
    times = (*runs.submitted_at, *started)
    return (
        min(times, default=EARLIEST_SECONDS) >= EARLIEST_SECONDS
        and max((*times, *ended), default=0) <= read_at + ALLOWED_AHEAD_SECONDS
        and all(
            begin is None or end is None or begin <= end
            for begin, end in zip(runs.started_at, runs.ended_at, strict=True)
        )
    )
