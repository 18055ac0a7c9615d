"""The runs that an application plans: GPU-hours, training FLOP, and whether they can be. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from allocations.rules.units import SECONDS_AN_HOUR

FLOP_A_PARAMETER_AND_TOKEN = 6
"""Of training a dense transformer: forward two, backward four."""
MILLION = 10**6
SYSTEMIC_RISK_FLOP = 10**25
"""Above it the AI Act presumes systemic risk (article 51)."""
WHOLE_PERCENT = 100
HIGH_USE_PERCENT, LOW_USE_PERCENT = 60, 5
"""Of a GPU's peak: what training seldom passes, and what hints at a mistake."""
FAR_OFF_PERCENT = 10

PEAK_TERAFLOPS: Mapping[str, int] = {"H200": 989, "H100": 989, "A100": 312, "MI250": 383}
"""Dense bfloat16 of one GPU, by its makers' data sheets."""


@dataclass(frozen=True)
class Run:
    """One line of the table; parameters and tokens in millions, 0 where nothing is trained."""

    label: str
    gpus: int
    hours: int
    repetitions: int
    parameters: int = 0
    tokens: int = 0

    @property
    def gpu_hours(self) -> int:
        """Of all repetitions together."""
        return self.gpus * self.hours * self.repetitions

    @property
    def flop(self) -> int:
        """Of training, of all repetitions together: 6 · parameters · tokens."""
        one = FLOP_A_PARAMETER_AND_TOKEN * self.parameters * MILLION * self.tokens * MILLION
        return one * self.repetitions


@dataclass(frozen=True)
class SiteGpus:
    """What is known of a site's GPUs; None where it is not."""

    name: str
    gpu_name: str
    gpus: int | None

    @property
    def peak_teraflops(self) -> int | None:
        """Of one GPU, where its kind is known."""
        return next((peak for kind, peak in PEAK_TERAFLOPS.items() if kind in self.gpu_name), None)


def runs_of(rows: Iterable[Mapping[str, Any]]) -> list[Run]:
    """The runs as they are stored."""
    return [
        Run(
            label=str(row["label"]),
            gpus=int(row["gpus"]),
            hours=int(row["hours"]),
            repetitions=int(row["repetitions"]),
            parameters=int(row.get("parameters") or 0),
            tokens=int(row.get("tokens") or 0),
        )
        for row in rows
    ]


def total_gpu_hours(runs: Sequence[Run], overhead_percent: int) -> int:
    """Of all runs, with what is added for failures and trials, rounded up."""
    hundredths = sum(run.gpu_hours for run in runs) * (WHOLE_PERCENT + overhead_percent)
    return -(-hundredths // WHOLE_PERCENT)


def doubts(
    runs: Sequence[Run], *, overhead_percent: int, asked_gpu_hours: int, sites: Sequence[SiteGpus]
) -> Iterator[str]:
    """What does not fit together, in words for the applicant; none of it is forbidden."""
    total = total_gpu_hours(runs, overhead_percent)
    if runs and abs(total - asked_gpu_hours) * WHOLE_PERCENT > FAR_OFF_PERCENT * asked_gpu_hours:
        yield _("The runs add up to %(total)s GPU-hours; you ask for %(asked)s.") % {
            "total": _whole(total),
            "asked": _whole(asked_gpu_hours),
        }
    for run in runs:
        yield from _doubts_of_run(run, sites)
    if sum(run.flop for run in runs) > SYSTEMIC_RISK_FLOP:
        yield _(
            "More than 10²⁵ FLOP of training: the AI Act presumes a model of systemic risk, with"
            " duties for whoever offers it."
        )


def _doubts_of_run(run: Run, sites: Sequence[SiteGpus]) -> Iterator[str]:
    counts = [site.gpus for site in sites]
    known = [count for count in counts if count is not None]
    if known and len(known) == len(counts) and run.gpus > max(known):
        yield _("“%(run)s” uses %(gpus)s GPUs at once; the site has %(most)s.") % {
            "run": run.label,
            "gpus": _whole(run.gpus),
            "most": _whole(max(known)),
        }
    peaks = [site.peak_teraflops for site in sites]
    best = max((peak for peak in peaks if peak is not None), default=None)
    if not run.flop or best is None or None in peaks:
        return
    percent = used_percent(run, best)
    names = {"run": run.label, "percent": _whole(percent)}
    if percent > WHOLE_PERCENT:
        yield (
            _(
                "“%(run)s” would need %(percent)s %% of what its GPUs can compute at most:"
                " more hours, more GPUs, or fewer tokens."
            )
            % names
        )
    elif percent > HIGH_USE_PERCENT:
        yield (
            _(
                "“%(run)s” would need %(percent)s %% of what its GPUs can compute at most; training"
                " seldom reaches more than half."
            )
            % names
        )
    elif percent < LOW_USE_PERCENT:
        yield (
            _(
                "“%(run)s” would use its GPUs to %(percent)s %% of what they can compute:"
                " are the hours right?"
            )
            % names
        )


def used_percent(run: Run, peak_teraflops: int) -> int:
    """The share of its GPUs' peak that a run's training needs, in whole percents."""
    possible = run.gpu_hours * SECONDS_AN_HOUR * peak_teraflops * 10**12
    return run.flop * WHOLE_PERCENT // possible


def flop_in_words(flop: int) -> str:
    """A FLOP count with its power of ten: 4.2 × 10²¹."""
    if flop <= 0:
        return "–"
    power = len(str(flop)) - 1
    tenths = flop * 10 // 10**power
    digits = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{number_format(tenths / 10, decimal_pos=1)} × 10{digits}"


def _whole(number: int) -> str:
    return number_format(number, force_grouping=True)
