"""What the portal counted, and how that stands to Slurm's own figures; part of `wire`.

Days are those of UTC, whole and past.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from slurm_bridge.wire_terms import Count, Day, Epoch, Message, SlurmName

MOST_TOTALS = 20_000
MOST_DIFFERENCES = 1_000
MOST_OPEN_DAYS = 200
MOST_OLDER_DAYS = 300
MOST_SECONDS = 2**63 - 1

Seconds = Annotated[int, Field(strict=True, ge=0, le=MOST_SECONDS)]
Login = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Reason = Literal[
    "rollup_late",
    "rollup_missed",
    "association_deleted",
    "hours_shifted",
    "reservation",
    "suspension_spread",
    "sums_stale",
    "row_refused",
    "records_differ",
    "unexplained",
]
"""Why Slurm's report and the portal differ; all but the last three are Slurm's own doing."""


class UsedSeconds(Message):
    """What one user of one account used, in GPU- and CPU-seconds."""

    account: SlurmName
    username: Login
    gpu_seconds: Seconds
    cpu_seconds: Seconds


class UsageDays(Message):
    """What the portal counted at the site from one day to another, both included, summed."""

    first_day: Day
    last_day: Day
    since: Day | None
    """The first day on which anything was used at the site; None where nothing ever was."""
    accounts: tuple[SlurmName, ...]
    """All accounts that Belfry looks after there; others are not compared."""
    rows: tuple[UsedSeconds, ...] = ()
    open_days: tuple[Day, ...] = ()
    """Days of which differences are known, the newest; the next check looks at them again."""


class CheckedTotal(Message):
    """All that an account used until the last day of a check, as both count it."""

    account: SlurmName
    portal_gpu_seconds: Seconds
    portal_cpu_seconds: Seconds
    slurm_gpu_seconds: Seconds
    slurm_cpu_seconds: Seconds


class UsageDifference(Message):
    """A user's day in an account that still differed after it had been read anew."""

    day: Day
    account: SlurmName
    username: Login
    portal_gpu_seconds: Seconds
    portal_cpu_seconds: Seconds
    slurm_gpu_seconds: Seconds
    """As sreport says."""
    slurm_cpu_seconds: Seconds
    records_gpu_seconds: Seconds
    """As the sum of sacct's records says."""
    records_cpu_seconds: Seconds
    reason: Reason
    detail: Annotated[str, StringConstraints(max_length=300)] = ""
    """Names and times that belong to the reason."""


class UsageCheck(Message):
    """The outcome of one check of a site."""

    cluster: str
    checked_at: Epoch
    first_day: Day
    last_day: Day
    """Between these, each day was compared by itself; all before them as one sum."""
    older_days: Annotated[tuple[Day, ...], Field(max_length=MOST_OLDER_DAYS)] = ()
    """Days before those that were compared by themselves too."""
    rolled_up_until: Epoch | None = None
    """How far slurmdbd has added up its hours; None where it does not say."""
    days_read_anew: Count = 0
    totals: Annotated[tuple[CheckedTotal, ...], Field(max_length=MOST_TOTALS)] = ()
    differences: Annotated[tuple[UsageDifference, ...], Field(max_length=MOST_DIFFERENCES)] = ()
    differences_left_out: Count = 0
    """How many more there were than a message may hold."""
