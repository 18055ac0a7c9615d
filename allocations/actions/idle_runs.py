"""Finds running jobs whose GPUs have stood idle for long, and tells their owners once.

Nothing is cancelled. It follows each reading of a site's GPUs, in the same transaction.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.audit import Actor, SystemActor
from allocations.actions.gpu_mails import recipient_of, tell, told_of
from allocations.gpu_verdicts import jobs_by_run, key_of
from allocations.models import GpuNotice, GpuRun, Job, Site
from allocations.rules.units import SECONDS_A_MINUTE

SILENT_AFTER = timedelta(hours=1)
"""A run that nobody has measured for so long is not watched."""
LEAST_MEASURED = 0.8
"""So much of the time must have been measured, or it might not have been idle."""
BUSY_SHARE = 0.01
"""A GPU that is busy for less than a hundredth of the time is idle: somebody looked at it."""
PORTAL = SystemActor("portal")

_NOTE = """
    INSERT INTO allocations_idlerun AS known
        (run_id, utilisation_seconds, measured_seconds, seen_until, idle_since, measured_before)
    SELECT id, utilisation_seconds, measured_seconds, last_sample_at,
           CASE WHEN utilisation_seconds > %(share)s * measured_seconds
                THEN last_sample_at ELSE first_sample_at END,
           CASE WHEN utilisation_seconds > %(share)s * measured_seconds
                THEN measured_seconds ELSE 0 END
    FROM allocations_gpurun
    WHERE site_id = %(site)s AND last_sample_at > %(since)s AND measured_seconds > 0
    ORDER BY id
    ON CONFLICT (run_id) DO UPDATE SET
        (utilisation_seconds, measured_seconds, seen_until)
            = (EXCLUDED.utilisation_seconds, EXCLUDED.measured_seconds, EXCLUDED.seen_until),
        (idle_since, measured_before) = (
            SELECT CASE WHEN was_busy THEN EXCLUDED.seen_until ELSE known.idle_since END,
                   CASE WHEN was_busy THEN EXCLUDED.measured_seconds ELSE known.measured_before END
            FROM (SELECT EXCLUDED.utilisation_seconds - known.utilisation_seconds
                > %(share)s * (EXCLUDED.measured_seconds - known.measured_seconds) AS was_busy) news
        )
    WHERE EXCLUDED.seen_until > known.seen_until
"""


def watch_idle_runs(site: Site, *, actor: Actor = PORTAL) -> int:
    """Note which runs of a site are idle and mail their owners; call it inside an action.

    Returns how many mails were sent.
    """
    _note(site)
    idle = [run for run, _job in idle_now(site)]
    told = told_of(idle, GpuNotice.Kind.IDLE)
    due = [run for run in idle if key_of(run) not in told and recipient_of(run) is not None]
    for run in due:
        tell(run, GpuNotice.Kind.IDLE, said=partial(_said, run), actor=actor)
    return len(due)


def idle_now(site: Site | None = None) -> list[tuple[GpuRun, Job]]:
    """Runs that hold GPUs of which none has done anything for the set time, the longest first."""
    minutes = settings.GPU_IDLE_MINUTES
    if not minutes:
        return []
    candidates = _watched(site).filter(
        last_sample_at__gte=F("idle__idle_since") + timedelta(minutes=minutes)
    )
    runs = list(candidates.select_related("idle", "site", "project").order_by("idle__idle_since"))
    jobs = jobs_by_run(runs)
    return [
        (run, job)
        for run in runs
        if (job := jobs.get(key_of(run))) and job.ended_at is None and _was_measured(run, job)
    ]


def _watched(site: Site | None) -> QuerySet[GpuRun]:
    runs = GpuRun.objects.filter(
        last_sample_at__gt=timezone.now() - SILENT_AFTER, idle__isnull=False
    )
    return runs if site is None else runs.filter(site=site)


def _note(site: Site) -> None:
    values: dict[str, Any] = {
        "share": BUSY_SHARE,
        "site": site.pk,
        "since": timezone.now() - SILENT_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)


def _was_measured(run: GpuRun, job: Job) -> bool:
    """Whether nearly all of the time in which it seemed idle was looked at."""
    span = (run.last_sample_at - run.idle.idle_since).total_seconds()
    measured = run.measured_seconds - run.idle.measured_before
    return measured >= LEAST_MEASURED * span * max(job.gpus, run.gpus)


def _said(run: GpuRun) -> str:
    minutes = int((run.last_sample_at - run.idle.idle_since).total_seconds() // SECONDS_A_MINUTE)
    return ngettext(
        "Its GPU has done nothing for %(minutes)d minutes.",
        "None of its %(gpus)d GPUs has done anything for %(minutes)d minutes.",
        run.gpus,
    ) % {"gpus": run.gpus, "minutes": minutes}
