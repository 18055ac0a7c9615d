"""What the stored runs of an application come to, and what of them does not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format

from allocations.models import RequestedHours, Site
from allocations.rules.form.resources import ANY_GPU, GPU_TYPE
from allocations.rules.runs import SiteGpus, doubts, flop_in_words, runs_of, total_gpu_hours
from allocations.shown_answers import shown_run


@dataclass(frozen=True)
class RunsSaid:
    """The summary under the table, in words."""

    runs: tuple[str, ...]
    total: str
    flop: str
    asked: str
    doubts: tuple[str, ...]


def runs_said(lines: Iterable[RequestedHours], answers: Mapping[str, Any]) -> RunsSaid:
    """From what is asked for at each site, and what is stored of the section *Resources*."""
    runs = runs_of(answers.get("runs") or [])
    overhead = int(answers.get("overhead_percent") or 0)
    lines = list(lines)
    asked = sum(line.gpu_hours for line in lines)
    wanted = answers.get(GPU_TYPE)
    gpu_type = str(wanted) if wanted and wanted != ANY_GPU else None
    flop = sum(run.flop for run in runs)
    return RunsSaid(
        runs=tuple(shown_run(run) for run in runs),
        total=number_format(total_gpu_hours(runs, overhead), force_grouping=True),
        flop=flop_in_words(flop) if flop else "",
        asked=number_format(asked, force_grouping=True),
        doubts=tuple(
            doubts(
                runs,
                overhead_percent=overhead,
                asked_gpu_hours=asked,
                sites=[_gpus_of(line.site, gpu_type) for line in lines],
            )
        ),
    )


def _gpus_of(site: Site, gpu_type: str | None) -> SiteGpus:
    """As the site's kind of GPU counts the one that was asked for, if any was."""
    status = getattr(site, "status", None)
    heartbeat = status.heartbeat if status else None
    return SiteGpus(
        site.name, gpu_type or site.gpu_name, heartbeat["gpus_total"] if heartbeat else None
    )
