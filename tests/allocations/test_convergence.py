"""Whatever happens at a site, and however it is told, days are what a plain count gives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocations.actions import usage
from allocations.models import DailyUsage, Job, JobOutcome, Project, QueueWait, Site
from slurm_bridge.wire_accounting import JobRow
from tests.allocations.plain_count import (
    Reading,
    counted_by_the_portal,
    counted_plainly,
)
from tests.allocations.usage_world import DAY, MIDNIGHT, push

# The clock goes back an hour in Brussels on 25 October 2026 at 01:00 UTC; months change after it.
START = MIDNIGHT + 226 * DAY
HORIZON = 9 * DAY


class CrashError(Exception):
    """The process ends before it commits."""


@dataclass(frozen=True)
class Run:
    """What really happened to one run, and how late slurmdbd hears of it."""

    db_index: int
    job_id: int
    username: str
    submitted: int
    eligible: int
    started: int
    ended: int
    gpus: int
    cpus: int
    suspended: int
    state: str
    late: int

    def seen_at(self, now: int) -> JobRow | None:
        """The row that sacct gives at a time; None while it has nothing to count."""
        known = now - self.late
        has_begun, has_ended = known >= self.started, known >= self.ended
        if not has_begun:
            return None
        return JobRow(
            db_index=self.db_index,
            job_id=self.job_id,
            account="p1",
            username=self.username,
            partition="h200",
            state=self.state if has_ended else "RUNNING",
            submitted_at=self.submitted,
            eligible_at=self.eligible,
            started_at=self.started,
            ended_at=self.ended if has_ended else None,
            suspended_seconds=self.suspended if has_ended else 0,
            gpus=self.gpus,
            cpus=self.cpus,
            nodes=1,
        )


offsets = st.integers(0, HORIZON // 2)
lengths = st.one_of(st.integers(0, 600), st.integers(0, 3 * DAY), st.sampled_from([DAY, 2 * DAY]))


@st.composite
def jobs(draw: st.DrawFn, number: int) -> list[Run]:
    """One job's runs: an array, a job that is requeued or resized, or parts of one that is het."""
    submitted = START + draw(offsets)
    eligible = submitted + draw(st.integers(0, 3600))
    started = eligible + draw(lengths)
    first = Run(
        db_index=number * 10,
        job_id=draw(st.integers(1, 3)),  # ids come round again
        username=draw(st.sampled_from(["ada", "bob"])),
        submitted=submitted,
        eligible=eligible,
        started=started,
        ended=started + draw(lengths),
        gpus=draw(st.integers(0, 8)),
        cpus=draw(st.integers(1, 64)),
        suspended=draw(st.integers(0, 4000)),
        state=draw(st.sampled_from(["COMPLETED", "FAILED", "NODE_FAIL"])),
        late=draw(st.sampled_from([0, 0, 0, 3600, 2 * DAY])),
    )
    kind = draw(st.sampled_from(["plain", "array", "requeued", "resized", "het", "new database"]))
    match kind:
        case "array":
            return [replace(first, db_index=first.db_index + n, job_id=n) for n in range(3)]
        case "het":
            return [first, replace(first, db_index=first.db_index + 1, gpus=1)]
        case "requeued":
            again = first.ended + draw(st.integers(1, 600))
            return [replace(first, state="REQUEUED"), later(first, again, again + 60)]
        case "resized":
            return [replace(first, state="RESIZING"), later(first, first.ended, first.ended)]
        case "new database":  # slurmdbd counts from one again
            return [
                first,
                replace(
                    later(first, first.ended + DAY, first.ended + DAY), db_index=first.db_index
                ),
            ]
    return [first]


def later(run: Run, submitted: int, started: int) -> Run:
    """The same job's next run."""
    return replace(
        run,
        db_index=run.db_index + 1,
        submitted=submitted,
        eligible=submitted,
        started=started,
        ended=started + (run.ended - run.started) // 2 + 1,
        gpus=(run.gpus + 1) // 2,
        suspended=0,
    )


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[int, list[JobRow], bool]]:
    """Batches as they arrive: when they were read, their rows, and whether the portal crashes."""
    count = draw(st.integers(1, 4))
    runs = [run for number in range(count) for run in draw(jobs(number))]
    reading_times = draw(st.lists(st.integers(0, 2 * HORIZON), min_size=1, max_size=4))
    batches = []
    for after in reading_times:
        now = START + after
        rows = [row for row in (run.seen_at(now) for run in runs) if row is not None]
        split = draw(st.integers(0, len(rows)))
        batches += [(now, part) for part in (rows[:split], rows[split:]) if part]
    order = (
        draw(st.permutations(batches + draw(st.lists(st.sampled_from(batches), max_size=3))))
        if batches
        else []
    )
    return [(now, draw(st.permutations(rows)), draw(st.integers(0, 4)) == 0) for now, rows in order]


@pytest.fixture
def zellik(seeded: None) -> Site:
    return Site.objects.get(code="zellik")


@pytest.fixture(params=[usage.MANY, 1], ids=["few", "many"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches count as small ones, or as such that are tried as news first."""
    monkeypatch.setattr(usage, "MANY", request.param)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(batches=deliveries())
def test_days_are_what_a_plain_count_gives_whatever_happens_and_however_it_is_told(
    project: Project, zellik: Site, many: None, batches: list[tuple[int, list[JobRow], bool]]
) -> None:
    for model in (Job, DailyUsage, JobOutcome, QueueWait):
        model.objects.all().delete()
    arrived: list[Reading] = []
    for read_at, rows, crashes in as_of(project, batches):
        if crashes:
            with pytest.raises(CrashError):
                crash_while_pushing(zellik, rows, read_at)
        else:
            push(zellik, *rows, read_at=read_at)
            arrived += [Reading(read_at, row) for row in rows]
        assert counted_by_the_portal() == counted_plainly(arrived)


def crash_while_pushing(site: Site, rows: list[JobRow], read_at: int) -> None:
    with transaction.atomic():
        push(site, *rows, read_at=read_at)
        raise CrashError


def as_of(
    project: Project, batches: list[tuple[int, list[JobRow], bool]]
) -> Iterator[tuple[int, list[JobRow], bool]]:
    """The batches with the project's own account."""
    for read_at, rows, crashes in batches:
        yield read_at, [row.model_copy(update={"account": project.name}) for row in rows], crashes
