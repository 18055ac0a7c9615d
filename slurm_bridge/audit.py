"""The comparison of usage, and why Slurm's report may be the odd one. Pure.

Three sources: the portal, Slurm's report (sreport, made of sums that slurmdbd rolls up each hour),
and Slurm's records (sacct, summed here). Where records and portal agree, the report is the odd one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from slurm_bridge.wire_accounting import JobRow
from slurm_bridge.wire_audit import CheckedTotal, Reason

SECONDS_A_DAY = 86_400
# slurmdbd adds up full hours of its own time zone; some zones are off by parts of an hour.
SHIFTS_SECONDS = (-2700, -1800, -900, 900, 1800, 2700)
FARTHEST_SHIFT_SECONDS = max(SHIFTS_SECONDS)

Key = tuple[str, str]
"""An account and one of its users."""


@dataclass(frozen=True)
class Seconds:
    """GPU- and CPU-seconds."""

    gpu: int = 0
    cpu: int = 0

    def __add__(self, other: "Seconds") -> "Seconds":
        return Seconds(self.gpu + other.gpu, self.cpu + other.cpu)

    def is_at_most(self, other: "Seconds") -> bool:
        """Whether neither is more than the other's."""
        return self.gpu <= other.gpu and self.cpu <= other.cpu


Use = Mapping[Key, Seconds]
NOTHING = Seconds()


def differing(portal: Use, slurm: Use) -> list[Key]:
    """Those of whom the two say different things; what neither mentions is nothing used."""
    keys = portal.keys() | slurm.keys()
    return sorted(k for k in keys if portal.get(k, NOTHING) != slurm.get(k, NOTHING))


def totals(portal: Use, slurm: Use) -> tuple[CheckedTotal, ...]:
    """Both figures of each account that used anything by either count."""
    ours, theirs = _by_account(portal), _by_account(slurm)
    return tuple(
        CheckedTotal(
            account=account,
            portal_gpu_seconds=ours.get(account, NOTHING).gpu,
            portal_cpu_seconds=ours.get(account, NOTHING).cpu,
            slurm_gpu_seconds=theirs.get(account, NOTHING).gpu,
            slurm_cpu_seconds=theirs.get(account, NOTHING).cpu,
        )
        for account in sorted(ours.keys() | theirs.keys())
    )


def _by_account(use: Use) -> dict[str, Seconds]:
    found: dict[str, Seconds] = {}
    for (account, _username), seconds in use.items():
        found[account] = found.get(account, NOTHING) + seconds
    return found


def day_bounds(day: date) -> tuple[int, int]:
    """When a UTC day begins and ends."""
    starts = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return starts, starts + SECONDS_A_DAY


def days_between(first: date, last: date) -> list[date]:
    """All days from one to another, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def seconds_within(row: JobRow, starts: int, ends: int, read_at: int) -> Seconds:
    """What a run used inside a span; one that goes on counts until it was read.

    A suspended second counts for GPUs and not for CPUs, and is spread evenly over the run.
    """
    if row.started_at is None:
        return NOTHING
    until = row.ended_at if row.ended_at is not None else read_at
    length = until - row.started_at
    since = max(row.started_at, starts) - row.started_at
    till = min(until, ends) - row.started_at
    if length <= 0 or till <= since:
        return NOTHING
    share = Fraction(max(length - row.suspended_seconds, 0), length)
    cpu_time = _rounded(till * share) - _rounded(since * share)
    return Seconds(gpu=(till - since) * row.gpus, cpu=cpu_time * row.cpus)


def _rounded(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


@dataclass
class DayOfRecords:
    """The sums of one day's runs, also as if the day had begun a part of an hour off."""

    day: date
    read_at: int
    by_shift: dict[int, dict[Key, Seconds]] = field(default_factory=dict)
    suspended_at_midnight: set[Key] = field(default_factory=set)
    refused: set[Key] = field(default_factory=set)
    """Whose runs there were that nobody could understand."""

    def add(self, row: JobRow) -> None:
        """Count one run."""
        starts, ends = day_bounds(self.day)
        key = (row.account, row.username)
        for shift in (0, *SHIFTS_SECONDS):
            seconds = seconds_within(row, starts + shift, ends + shift, self.read_at)
            if seconds != NOTHING:
                sums = self.by_shift.setdefault(shift, {})
                sums[key] = sums.get(key, NOTHING) + seconds
        if row.suspended_seconds and row.started_at is not None:
            until = row.ended_at or self.read_at
            if row.started_at < starts < until or row.started_at < ends < until:
                self.suspended_at_midnight.add(key)

    def of(self, key: Key, shift: int = 0) -> Seconds:
        """What somebody used."""
        return self.by_shift.get(shift, {}).get(key, NOTHING)

    def shift_of(self, slurm: Use, keys: Iterable[Key]) -> int | None:
        """By how much Slurm's day is off, if that alone explains every one of these figures."""
        wanted = list(keys)
        for shift in SHIFTS_SECONDS:
            if wanted and all(self.of(key, shift) == slurm.get(key, NOTHING) for key in wanted):
                return shift
        return None


@dataclass(frozen=True)
class Surroundings:
    """What else Slurm says of itself, by which a difference can be told."""

    rolled_up_until: int | None = None
    associations: frozenset[Key] | None = None
    """Everybody whom slurmdbd still has, deleted ones included; None where it did not say."""
    reserved: Use = field(default_factory=dict)
    """The most that sreport can have charged for reserved nodes on that day."""


@dataclass(frozen=True)
class Compared:
    """One user's day in one account, by all three sources."""

    key: Key
    day: date
    portal: Seconds
    slurm: Seconds
    records: Seconds


def reason_of(
    found: Compared, records: DayOfRecords, shift: int | None, around: Surroundings
) -> Reason:
    """Why the report and the portal differ: the first of these that holds."""
    key = found.key
    only_cpu = found.portal.gpu == found.slurm.gpu == found.records.gpu
    until, day_ends = around.rolled_up_until, day_bounds(found.day)[1]
    lacks = found.slurm.is_at_most(found.records)
    reserved = found.records + around.reserved.get(key, NOTHING)
    exceeds = found.records.is_at_most(found.slurm)
    is_gone = around.associations is not None and key not in around.associations
    reasons: tuple[tuple[bool, Reason], ...] = (
        (only_cpu and key in records.suspended_at_midnight, "suspension_spread"),
        (found.records != found.portal, "records_differ"),
        (is_gone, "association_deleted"),
        (shift is not None, "hours_shifted"),
        (lacks and until is not None and until < day_ends, "rollup_late"),
        (lacks, "rollup_missed"),
        (key in records.refused, "row_refused"),
        (exceeds and found.slurm.is_at_most(reserved), "reservation"),
        (exceeds, "sums_stale"),
    )
    return next((reason for holds, reason in reasons if holds), "unexplained")


def detail_of(reason: Reason, *, shift: int | None, rolled_up_until: int | None) -> str:
    """The figure that belongs to a reason; empty where there is none."""
    if reason == "hours_shifted" and shift is not None:
        return f"{shift // 60:+d} min"
    if reason in {"rollup_late", "rollup_missed"} and rolled_up_until is not None:
        return moment(rolled_up_until)
    return ""


def moment(epoch: int) -> str:
    """A time in UTC, for people and for programs."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
