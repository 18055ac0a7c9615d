"""A check as an administrator reads it in a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slurm_bridge.audit import moment
from slurm_bridge.console import print_line
from slurm_bridge.wire_audit import Reason, UsageCheck, UsageDifference

SECONDS_AN_HOUR = 3600
WORDS: dict[Reason, str] = {
    "rollup_late": "slurmdbd has not added up this day yet",
    "rollup_missed": "slurmdbd added up this day before all records had come",
    "association_deleted": "slurmdbd no longer has this user's association",
    "hours_shifted": "slurmdbd's time zone begins its hours at other minutes than UTC",
    "reservation": "sreport adds idle time of a reservation",
    "suspension_spread": "a suspended job ran over midnight; the sum of its days is right",
    "sums_stale": "slurmdbd's sums hold what its records no longer have",
    "row_refused": "a record of Slurm cannot be understood",
    "records_differ": "the portal does not have what sacct says",
    "unexplained": "no reason found",
}


def print_check(check: UsageCheck, *, as_json: bool) -> None:
    """What was compared, and what differs."""
    if as_json:
        print_line(check.model_dump_json())
        return
    if check.differences:
        Console().print(_table(check))
    if check.differences_left_out:
        print_line(f"and {check.differences_left_out} more")
    for line in _summary(check):
        print_line(line)


def is_equal(check: UsageCheck) -> bool:
    """Whether nothing differs, neither on a day nor in all."""
    return not check.differences and all(
        (item.portal_gpu_seconds, item.portal_cpu_seconds)
        == (item.slurm_gpu_seconds, item.slurm_cpu_seconds)
        for item in check.totals
    )


def _table(check: UsageCheck) -> Table:
    table = Table(title="What differs", title_justify="left")
    for heading in ("day", "account", "user"):
        table.add_column(heading, overflow="fold")
    for heading in ("", "portal", "sreport", "sacct"):
        table.add_column(heading, justify="right")
    table.add_column("why", overflow="fold")
    for item in check.differences:
        for unit, *figures in _figures(item):
            cells = [str(item.day), item.account, item.username, unit, *figures, _why(item)]
            table.add_row(*(Text(cell) for cell in cells))
    return table


def _figures(item: UsageDifference) -> list[tuple[str, ...]]:
    rows = [
        ("GPU s", item.portal_gpu_seconds, item.slurm_gpu_seconds, item.records_gpu_seconds),
        ("CPU s", item.portal_cpu_seconds, item.slurm_cpu_seconds, item.records_cpu_seconds),
    ]
    return [(unit, *(f"{n:,}" for n in counts)) for unit, *counts in rows if len(set(counts)) > 1]


def _why(item: UsageDifference) -> str:
    return f"{WORDS[item.reason]} ({item.detail})" if item.detail else WORDS[item.reason]


def _summary(check: UsageCheck) -> Iterator[str]:
    portal = sum(item.portal_gpu_seconds for item in check.totals) / SECONDS_AN_HOUR
    slurm = sum(item.slurm_gpu_seconds for item in check.totals) / SECONDS_AN_HOUR
    yield (
        f"{check.cluster}: {len(check.totals)} accounts until the end of {check.last_day} (UTC):"
        f" {portal:,.2f} GPU-hours, Slurm says {slurm:,.2f}"
    )
    remain = len(check.differences) + check.differences_left_out
    yield (
        f"days one by one from {check.first_day} on; {check.days_read_anew} read anew;"
        f" {remain} differences remain"
    )
    if check.rolled_up_until:
        yield f"slurmdbd has added up its hours until {moment(check.rolled_up_until)}"
