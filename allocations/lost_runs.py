"""Which runs a selection of lost jobs means, and which of them can be given back."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Q, QuerySet

from accounts.models import User
from allocations.models import Allocation, CreditedRun, Job, Membership, Site
from allocations.rules.credits import (
    RunFacts,
    Verdict,
    credit_minutes,
    digest_of,
    verdict_of,
)
from allocations.states import AllocationState
from slurm_bridge.node_lists import NodeListError, nodes_of_cluster

MOST_RUNS = 500
_JOB = re.compile(r"(\d{1,18})(?:_(\d{1,18}))?", re.ASCII)


@dataclass(frozen=True)
class LostRuns:
    """One job at a site, or what ran on one of its nodes in a span of time."""

    site: Site
    job: str = ""
    """As Slurm writes it, 123 or 123_4; empty where a node is meant."""
    run: int | None = None
    """Exactly this run of it, by its index in accounting."""
    submitted_at: datetime | None = None
    """And by when it was submitted, since a new accounting counts from 1 again."""
    node: str = ""
    since: datetime | None = None
    until: datetime | None = None
    completed_too: bool = False


@dataclass(frozen=True)
class FoundRun:
    """One run, whose budget it was, and whether it can be given back."""

    job: Job
    allocation: Allocation | None
    gpu_seconds: int
    verdict: Verdict

    @property
    def is_creditable(self) -> bool:
        """Whether nothing is in the way."""
        return self.verdict == Verdict.CREDITABLE


@dataclass(frozen=True)
class Found:
    """What a selection means now."""

    runs: list[FoundRun]
    is_cut: bool = False
    """Whether there are more than can be given back at once."""

    @property
    def creditable(self) -> list[FoundRun]:
        """The runs that would be given back."""
        return [run for run in self.runs if run.is_creditable]

    @property
    def digest(self) -> str:
        """Stands for exactly these runs."""
        return digest_of({_key(run.job): run.gpu_seconds for run in self.creditable})

    def by_allocation(self) -> list[tuple[Allocation, list[FoundRun], int]]:
        """The runs that would be given back, and how many GPU-minutes for each budget."""
        groups: dict[int, list[FoundRun]] = {}
        allocations: dict[int, Allocation] = {}
        for run in self.creditable:
            if run.allocation is not None:
                allocations[run.allocation.pk] = run.allocation
                groups.setdefault(run.allocation.pk, []).append(run)
        return [
            (allocations[key], runs, credit_minutes(run.gpu_seconds for run in runs))
            for key, runs in sorted(groups.items())
        ]


def find_lost_runs(selection: LostRuns, actor: User) -> Found:
    """The runs that somebody means, the newest first."""
    jobs = list(islice(_jobs(selection), MOST_RUNS + 1))
    return Found(_judged(selection.site, jobs[:MOST_RUNS], actor), is_cut=len(jobs) > MOST_RUNS)


def _jobs(selection: LostRuns) -> Iterable[Job]:
    rows = Job.objects.filter(site=selection.site).select_related("project")
    if selection.node:
        return _on_node(rows, selection)
    match = _JOB.fullmatch(selection.job.strip())
    if match is None:
        return []
    wanted = Q(job_id=int(match[1])) | Q(array_job_id=int(match[1]))
    if match[2]:
        wanted = Q(array_job_id=int(match[1]), array_task_id=int(match[2]))
    if selection.run is not None:
        wanted &= Q(db_index=selection.run)
    if selection.submitted_at is not None:
        wanted &= Q(submitted_at=selection.submitted_at)
    return rows.filter(wanted).order_by("-submitted_at", "-db_index")[: MOST_RUNS + 1]


def _on_node(rows: QuerySet[Job], selection: LostRuns) -> Iterator[Job]:
    """Runs that were on a node in the span; lists of nodes are folded, so each is looked into."""
    stem = re.split(r"\d", selection.node, maxsplit=1)[0]
    span = rows.filter(
        started_at__lt=selection.until,
        # Which is before that, too, and spares PostgreSQL the months after it.
        submitted_at__lt=selection.until,
        counted_until__gt=selection.since,
    ).filter(
        # Of many nodes each list is looked into; of one it is the node's name.
        Q(nodes_used=selection.node)
        | Q(nodes_used__contains=stem) & (Q(nodes_used__contains="[") | Q(nodes_used__contains=","))
    )
    if not selection.completed_too:
        span = span.exclude(state="COMPLETED")
    for job in span.order_by("-submitted_at", "-db_index").iterator(chunk_size=MOST_RUNS):
        if selection.node in _nodes(job.nodes_used):
            yield job


def _nodes(text: str) -> Collection[str]:
    try:
        return nodes_of_cluster(text)
    except NodeListError:
        return ()


def _judged(site: Site, jobs: Iterable[Job], actor: User) -> list[FoundRun]:
    rows = list(jobs)
    projects = {job.project_id for job in rows}
    allocations = {
        item.project_id: item
        for item in Allocation.objects.filter(site=site, project__in=projects).select_related(
            "project", "site"
        )
    }
    credited = set(
        CreditedRun.objects.filter(
            site=site, db_index__in=[job.db_index for job in rows]
        ).values_list("db_index", "submitted_at")
    )
    own = set(
        Membership.objects.filter(project__in=projects, user=actor, left_at=None).values_list(
            "project_id", flat=True
        )
    )
    return [
        _judge(job, allocations.get(job.project_id), is_credited=_key(job) in credited, own=own)
        for job in rows
    ]


def _judge(
    job: Job, allocation: Allocation | None, *, is_credited: bool, own: Collection[int]
) -> FoundRun:
    seconds = job.gpu_seconds if _has_ended(job) else 0
    facts = RunFacts(
        has_ended=_has_ended(job),
        gpu_seconds=seconds,
        is_credited=is_credited,
        is_adopted=allocation is None or allocation.adopted_at is not None,
        in_this_budget=allocation is not None and job.qos in ("", allocation.qos_name),
        allocation_has_ended=allocation is not None and allocation.state == AllocationState.EXPIRED,
        is_of_the_actor=job.project_id in own,
    )
    return FoundRun(job, allocation, seconds, verdict_of(facts))


def _key(job: Job) -> tuple[int, datetime]:
    return job.db_index, job.submitted_at


def _has_ended(job: Job) -> bool:
    return job.ended_at is not None and job.started_at is not None
