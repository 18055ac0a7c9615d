"""Takes in what a site's GPUs did for each job; what cannot be is refused and counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings

from accounts.audit import SystemActor, action
from allocations.actions.gpu_findings import keep_findings
from allocations.actions.gpu_minutes import store_minutes
from allocations.actions.gpu_months import ensure_gpu_months, oldest_kept
from allocations.actions.gpu_rows import (
    KEY_COLUMNS,
    OWN_COLUMNS,
    RUN_COLUMNS,
    Key,
    epoch_of,
    key_of,
    row_of,
    runs_numbered,
    span_of,
    told_by,
)
from allocations.actions.gpu_table import (
    DayKey,
    add_to_days,
    joinable,
    sum_up_runs,
)
from allocations.actions.idle_runs import watch_idle_runs
from allocations.actions.job_months import month_of
from allocations.actions.moments import moment
from allocations.models import JobGpu, Site, SiteStatus
from allocations.models.gpu import SUMMED
from allocations.rules.gpu_counters import (
    EDGE,
    Refusal,
    Run,
    run_at,
    shares_of_days,
    why_impossible,
    why_not_after,
    why_not_of,
    why_second,
)
from allocations.rules.gpu_minutes import block_start
from slurm_bridge.wire_gpu import (
    MOST_REFUSALS,
    GpuBatch,
    GpuCounter,
    GpuUsageAnswer,
    MinutePiece,
    NodeFinding,
    RefusedCounter,
)

# A site may speak of any jobs; so many counters may wait for their runs.
MOST_WAITING = 10_000
MOST_JOINED = 2_000
MOST_REASON = 300


@action
def record_gpu_usage(
    *,
    site: Site,
    batch: GpuBatch,
    actor: SystemActor,
    places: Sequence[int] | None = None,
    refused: Sequence[RefusedCounter] = (),
) -> GpuUsageAnswer:
    """Store a batch of counters, and add what is new of them to the sums of runs and days.

    `places` are those of the counters in what was sent, where some were `refused` before.
    """
    status, _created = SiteStatus.objects.select_for_update().get_or_create(site=site)
    taken = _Taken(site, batch)
    for place, counter in zip(places or range(len(batch.counters)), batch.counters, strict=True):
        taken.take(place, counter)
    taken.join_waiting()
    taken.store()
    watch_idle_runs(site, actor=actor)
    keep_findings(site, [*batch.findings, *taken.findings], read_at=batch.read_at)
    read_at = moment(batch.read_at)
    if status.gpu_read_at is None or read_at > status.gpu_read_at:
        status.gpu_read_at = read_at
        status.save(update_fields=["gpu_read_at"])
    all_refused = sorted([*refused, *taken.refused], key=lambda item: item.place)
    return GpuUsageAnswer(
        stored=taken.stored,
        waiting=JobGpu.objects.filter(site=site, db_index=None).count(),
        refused=len(all_refused),
        refusals=tuple(all_refused[:MOST_REFUSALS]),
    )


@dataclass
class _Taken:
    """One batch while it is taken in."""

    site: Site
    batch: GpuBatch
    stored: int = 0
    refused: list[RefusedCounter] = field(default_factory=list)
    findings: list[NodeFinding] = field(default_factory=list)
    changed: dict[Key, JobGpu] = field(default_factory=dict)
    pieces: list[tuple[Key, MinutePiece]] = field(default_factory=list)
    days: dict[DayKey, dict[str, float]] = field(default_factory=dict)
    unjoinable: list[JobGpu] = field(default_factory=list)

    def __post_init__(self) -> None:
        jobs = {counter.job_id for counter in self.batch.counters}
        known = JobGpu.objects.filter(site=self.site, job_id__in=jobs)
        self.known = {key_of(gpu): gpu for gpu in known}
        self.keys_of_gpu: dict[tuple[int, str], set[Key]] = {}
        for key in self.known:
            self.keys_of_gpu.setdefault((key[0], key[2]), set()).add(key)
        self.runs = runs_numbered(self.site, jobs)
        waiting = JobGpu.objects.filter(site=self.site, db_index=None)
        self.room = MOST_WAITING - waiting.count()

    def take(self, place: int, counter: GpuCounter) -> None:
        """Take a counter, or refuse it; one that is no news changes nothing but gaps in minutes."""
        refusal = self._why_not(counter)
        if refusal is not None:
            self._refuse(place, counter, refusal)
            return
        key = (counter.job_id, counter.node, counter.gpu, counter.first_sample_at)
        before = self.known.get(key)
        is_news = before is None or counter.last_sample_at > epoch_of(before.last_sample_at)
        run = self._run_of(counter, before)
        if before is None and run is None:
            if self.room <= 0:
                self._refuse(place, counter, Refusal("wrong_node", "Too many wait for their jobs."))
                return
            self.room -= 1
        self.stored += 1
        self.pieces += [(key, piece) for piece in counter.minutes]
        if is_news or (before is not None and before.db_index is None and run is not None):
            gpu = row_of(self.site, counter) if is_news or before is None else before
            self._put(key, gpu, before, run)

    def join_waiting(self) -> None:
        """Join counters of earlier batches whose runs have come since."""
        found = JobGpu.objects.in_bulk(joinable(self.site.pk, edge=EDGE, most=MOST_JOINED))
        waiting = [gpu for gpu in found.values() if key_of(gpu) not in self.changed]
        runs = runs_numbered(self.site, {gpu.job_id for gpu in waiting})
        for gpu in waiting:
            run = run_at(gpu.first_sample_at, runs.get(gpu.job_id, ()))
            if run is None:
                continue
            refusal = why_not_of(run, node=gpu.node, last_sample_at=gpu.last_sample_at)
            if refusal is None:
                self._put(key_of(gpu), gpu, gpu, run)
            else:
                self.unjoinable.append(gpu)
                self._find(gpu.node, refusal)

    def store(self) -> None:
        """Write all of it."""
        JobGpu.objects.filter(pk__in=[gpu.pk for gpu in self.unjoinable]).delete()
        JobGpu.objects.bulk_create(
            self.changed.values(),
            update_conflicts=True,
            unique_fields=KEY_COLUMNS,
            update_fields=[*OWN_COLUMNS, *RUN_COLUMNS],
        )
        self.known |= self.changed
        add_to_days(self.site.pk, self.days)
        sum_up_runs(
            self.site.pk,
            [
                (gpu.db_index, gpu.submitted_at)
                for gpu in self.changed.values()
                if gpu.db_index is not None and gpu.submitted_at is not None
            ],
        )
        self._store_minutes()

    def _store_minutes(self) -> None:
        today = moment(self.batch.read_at).date()
        oldest = oldest_kept(today, settings.GPU_MONTHS_KEPT)
        months = {
            month_of(moment(block_start(at)))
            for _key, piece in self.pieces
            for at in (piece.starts_at, piece.ends_at - 1)
        }
        ensure_gpu_months(month for month in months if month >= oldest)
        since = int(datetime.combine(oldest, datetime.min.time(), UTC).timestamp())
        store_minutes(((self.known[key], piece) for key, piece in self.pieces), since=since)

    def _why_not(self, counter: GpuCounter) -> Refusal | None:
        key = (counter.job_id, counter.node, counter.gpu, counter.first_sample_at)
        before = self.known.get(key)
        refusal = why_impossible(counter, read_at=self.batch.read_at)
        if refusal is None and before is None:
            others = self.keys_of_gpu.get((counter.job_id, counter.gpu), set()) - {key}
            refusal = why_second(counter, [span_of(self.known[other]) for other in others])
        elif refusal is None and before is not None:
            told = told_by(before)
            if counter.last_sample_at > told.last_sample_at:
                refusal = why_not_after(counter, told)
        run = self._run_of(counter, before)
        if refusal is None and run is not None:
            last = moment(counter.last_sample_at)
            refusal = why_not_of(run, node=counter.node, last_sample_at=last)
        return refusal

    def _run_of(self, counter: GpuCounter, before: JobGpu | None) -> Run | None:
        runs = self.runs.get(counter.job_id, [])
        if before is not None and before.db_index is not None:
            joined = (before.db_index, before.submitted_at)
            return next((run for run in runs if (run.db_index, run.submitted_at) == joined), None)
        return run_at(moment(counter.first_sample_at), runs)

    def _put(self, key: Key, gpu: JobGpu, before: JobGpu | None, run: Run | None) -> None:
        """Let a counter be as it is now, and count what is new of it where its run is known."""
        counted = before if before is not None and before.db_index is not None else None
        if run is not None:
            gpu.project_id, gpu.username = run.project_id, run.username
            gpu.db_index, gpu.submitted_at = run.db_index, run.submitted_at
        elif counted is not None:
            gpu.project_id, gpu.username = counted.project_id, counted.username
            gpu.db_index, gpu.submitted_at = counted.db_index, counted.submitted_at
        if before is not None:
            gpu.pk = before.pk
        if gpu.project_id is not None:
            self._count(gpu, gpu.project_id, counted)
        self.known[key] = self.changed[key] = gpu
        self.keys_of_gpu.setdefault((key[0], key[2]), set()).add(key)

    def _count(self, gpu: JobGpu, project_id: int, counted: JobGpu | None) -> None:
        news = {name: getattr(gpu, name) - getattr(counted, name, 0.0) for name in SUMMED}
        since = counted.last_sample_at if counted else gpu.first_sample_at
        for day, share in shares_of_days(since, gpu.last_sample_at):
            sums = self.days.setdefault(DayKey(project_id, gpu.username, day), {})
            for name, figure in news.items():
                sums[name] = sums.get(name, 0.0) + share * figure

    def _refuse(self, place: int, counter: GpuCounter, refusal: Refusal) -> None:
        refused = RefusedCounter(place=place, kind=refusal.kind, reason=refusal.reason)
        self.refused.append(refused)
        self._find(counter.node, refusal, f"job {counter.job_id}, {counter.gpu}: ")

    def _find(self, node: str, refusal: Refusal, what: str = "") -> None:
        self.findings.append(
            NodeFinding(
                node=node,
                kind=refusal.kind,
                seen_at=self.batch.read_at,
                detail=f"{what}{refusal.reason}"[:MOST_REASON],
            )
        )
