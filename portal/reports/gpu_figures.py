"""What GPUs did for jobs in a time: sums of measured days, a few runs, and what is known of it.

Nothing that was not measured is in any sum; the coverage beside it says how much that is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Floor

from allocations.gpu_verdicts import jobs_by_run, key_of
from allocations.models import (
    DailyGpuUse,
    DailyUsage,
    EnergyFactor,
    GpuRun,
    GpuRunTenth,
    Job,
    SiteDay,
)
from allocations.models.gpu import JOULES_A_KWH
from portal.reports.ranges import TimeRange

RUNS_SHOWN = 5
TENTHS = 10
GRAMS_A_KILOGRAM = 1000


@dataclass
class GpuSums:
    """Sums over GPUs; each share is None where nothing was measured."""

    measured_seconds: float = 0
    busy_seconds: float = 0
    idle_seconds: float = 0
    metered_seconds: float = 0
    joules: float = 0

    def add(self, other: "GpuSums") -> None:
        """Add other sums to these."""
        for name, amount in vars(other).items():
            setattr(self, name, getattr(self, name) + amount)

    @property
    def busy_percent(self) -> float | None:
        """The mean utilisation, weighted by GPU-seconds."""
        return _percent(self.busy_seconds, self.measured_seconds)

    @property
    def known_idle_seconds(self) -> float | None:
        """At 0 %; None where nothing was measured."""
        return self.idle_seconds if self.measured_seconds else None

    @property
    def kwh(self) -> float | None:
        """What the GPUs took; None where none was metered."""
        return self.joules / JOULES_A_KWH if self.metered_seconds else None


@dataclass
class SiteGpuUse:
    """One site's sums, or those of all; `kg_co2e` is None where a factor is missing."""

    name: str
    sums: GpuSums = field(default_factory=GpuSums)
    held_seconds: int = 0
    kg_co2e: float | None = None
    factors: tuple[EnergyFactor, ...] = ()
    """Those that were used, the newest first."""

    @property
    def coverage_percent(self) -> float | None:
        """Of the used GPU time how much was measured; None where nothing was used."""
        return _percent(self.sums.measured_seconds, self.held_seconds)


@dataclass(frozen=True)
class GpuUse:
    """What GPUs did at each site, day by day and in all."""

    by_day: Mapping[str, Mapping[date, GpuSums]]
    sites: Sequence[SiteGpuUse]
    """Those with use or measurements."""

    @property
    def has_data(self) -> bool:
        """Whether anything was measured."""
        return bool(self.by_day)

    @property
    def whole(self) -> SiteGpuUse:
        """All sites together."""
        whole = SiteGpuUse("")
        for site in self.sites:
            whole.sums.add(site.sums)
            whole.held_seconds += site.held_seconds
        metered = [site for site in self.sites if site.sums.metered_seconds]
        known = [site.kg_co2e for site in metered if site.kg_co2e is not None]
        whole.kg_co2e = sum(known) if metered and len(known) == len(metered) else None
        return whole


def held_seconds(used: QuerySet[DailyUsage] | QuerySet[SiteDay], time: TimeRange) -> dict[str, int]:
    """GPU-seconds that jobs held inside the time, by site."""
    within = used.filter(day__range=(time.first, time.last))
    return dict(within.values_list("site__name").annotate(total=Sum("gpu_seconds")).order_by())


def gpu_use(measured: QuerySet[DailyGpuUse], held: Mapping[str, int], time: TimeRange) -> GpuUse:
    """The sums of these rows inside the time, beside what jobs held of each site's GPUs in it."""
    by_day = _by_day(measured.filter(day__range=(time.first, time.last)))
    factors = _factors() if by_day else {}
    names = sorted({*by_day, *(name for name, seconds in held.items() if seconds)}, reverse=True)
    return GpuUse(
        by_day,
        [_site(name, by_day.get(name, {}), held.get(name, 0), factors) for name in names],
    )


def runs_by_tenth(runs: QuerySet[GpuRun], time: TimeRange) -> list[int]:
    """How many runs that were measured last in the time were how busy, by tenths."""
    tenth = Floor(TENTHS * F("utilisation_seconds") / F("measured_seconds"))
    rows = _within(runs, time).filter(measured_seconds__gt=0).annotate(tenth=tenth)
    counts = [0] * TENTHS
    for found, total in rows.values_list("tenth").annotate(total=Count("pk")).order_by():
        counts[max(0, min(TENTHS - 1, int(found)))] += total
    return counts


def all_runs_by_tenth(time: TimeRange) -> list[int]:
    """The same of all projects, from counts of days."""
    rows = GpuRunTenth.objects.filter(day__range=(time.first, time.last))
    counts = dict(rows.values_list("tenth").annotate(total=Sum("runs")).order_by())
    return [counts.get(tenth, 0) for tenth in range(TENTHS)]


@dataclass(frozen=True)
class ShownRun:
    """A run and its row of accounting, which may have left."""

    run: GpuRun
    job: Job | None

    @property
    def shown_id(self) -> str:
        """The number as Slurm writes it."""
        return self.job.shown_id if self.job else str(self.run.job_id)


def idlest_and_busiest(
    runs: QuerySet[GpuRun], time: TimeRange
) -> tuple[list[ShownRun], list[ShownRun]]:
    """The runs with the most idle and those with the most busy GPU time, in three queries."""
    measured = _within(runs, time).select_related("site", "project")
    idlest = list(measured.filter(idle_seconds__gt=0).order_by("-idle_seconds")[:RUNS_SHOWN])
    busiest = list(
        measured.filter(utilisation_seconds__gt=0).order_by("-utilisation_seconds")[:RUNS_SHOWN]
    )
    jobs = jobs_by_run([*idlest, *busiest])
    return (
        [ShownRun(run, jobs.get(key_of(run))) for run in idlest],
        [ShownRun(run, jobs.get(key_of(run))) for run in busiest],
    )


def factor_on(factors: Iterable[EnergyFactor], day: date) -> EnergyFactor | None:
    """The factor that holds on a day, from those of one site, the newest first."""
    return next((factor for factor in factors if factor.valid_from <= day), None)


def _within(runs: QuerySet[GpuRun], time: TimeRange) -> QuerySet[GpuRun]:
    return runs.filter(last_sample_at__gte=time.starts_at, last_sample_at__lt=time.ends_at)


def _by_day(rows: QuerySet[DailyGpuUse]) -> dict[str, dict[date, GpuSums]]:
    found: dict[str, dict[date, GpuSums]] = defaultdict(dict)
    columns = ("measured_seconds", "utilisation_seconds", "idle_seconds", "metered_seconds",
               "energy_joules")  # fmt: skip
    grouped = rows.values_list("site__name", "day").annotate(*(Sum(name) for name in columns))
    for site, day, *sums in grouped.order_by():
        found[site][day] = GpuSums(*sums)
    return dict(found)


def _factors() -> dict[str, list[EnergyFactor]]:
    found: dict[str, list[EnergyFactor]] = defaultdict(list)
    for factor in EnergyFactor.objects.select_related("site").order_by("-valid_from"):
        found[factor.site.name].append(factor)
    return found


def _site(
    name: str,
    days: Mapping[date, GpuSums],
    held_seconds: int,
    factors: Mapping[str, list[EnergyFactor]],
) -> SiteGpuUse:
    site = SiteGpuUse(name, held_seconds=held_seconds)
    grams, is_known = 0.0, True
    used: dict[date, EnergyFactor] = {}
    for day, sums in days.items():
        site.sums.add(sums)
        factor = factor_on(factors.get(name, ()), day)
        if factor is not None and sums.metered_seconds:
            grams += sums.joules / JOULES_A_KWH * float(factor.grams_co2e_per_kwh)
            used[factor.valid_from] = factor
        is_known = is_known and (factor is not None or not sums.metered_seconds)
    if is_known and site.sums.metered_seconds:
        site.kg_co2e = grams / GRAMS_A_KILOGRAM
    site.factors = tuple(used[day] for day in sorted(used, reverse=True))
    return site


def _percent(part: float, whole: float) -> float | None:
    return min(100.0, 100 * part / whole) if whole else None
