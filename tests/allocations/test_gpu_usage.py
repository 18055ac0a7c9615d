"""What GPUs did: counted once, by run and UTC day, whatever comes twice, late or never."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit import SystemActor
from allocations.actions.gpu_months import forget_waiting_gpus, keep_gpu_months, kept_gpu_months
from allocations.actions.month_export import drop_month
from allocations.models import (
    DailyGpuUse,
    GpuFinding,
    GpuMinutes,
    GpuRun,
    JobGpu,
    Project,
    RunningGpuMinutes,
    Site,
)
from tests.allocations.gpu_world import BEGAN, counter, finding, minutes_from, piece, tell
from tests.allocations.usage_world import DAY, MIDNIGHT, push, row

NIGHTLY = SystemActor("nightly")
BEFORE, AFTER = date(2026, 3, 9), date(2026, 3, 10)
SUMS = ("observed_seconds", "utilisation_seconds", "idle_seconds", "energy_joules")


@pytest.fixture
def zellik(seeded: None) -> Site:
    return Site.objects.get(code="zellik")


@pytest.fixture
def known_run(project: Project, zellik: Site) -> None:
    """Job 1001 on two GPUs, an hour before midnight and half an hour after."""
    push(zellik, row(1, project, nodes_used="zn[01-02]"))


def of_days() -> dict[date, tuple[float, ...]]:
    return {row[0]: row[1:] for row in DailyGpuUse.objects.values_list("day", *SUMS)}


def everything() -> list[object]:
    return [
        list(table.objects.order_by("pk").values())
        for table in (JobGpu, GpuRun, DailyGpuUse, GpuFinding)
    ] + [
        [
            (*key, bytes(blob))
            for *key, blob in table.objects.values_list("gpu", "starts_at", "packed")
        ]
        for table in (GpuMinutes, RunningGpuMinutes)
    ]


def test_counters_become_sums_of_the_run_and_of_its_days(
    known_run: None, zellik: Site, project: Project
) -> None:
    answer = tell(zellik, counter(), counter(gpu="GPU-1", node="zn02", utilisation_seconds=0.0))
    assert (answer.stored, answer.waiting, answer.refused) == (2, 0, 0)
    run = GpuRun.objects.get()
    assert (run.db_index, run.project, run.username) == (1, project, "apeeters")
    assert (run.gpus, run.nodes, run.observed_seconds) == (2, 2, 1200.0)
    assert run.mean_utilisation == pytest.approx(0.225)
    assert run.idle_share == 0.5
    assert run.energy_kwh == pytest.approx(0.1)
    assert run.mean_sm_activity is None, "no data is not 0"
    assert of_days() == {BEFORE: (1200.0, 270.0, 600.0, 360_000.0)}


def test_what_is_new_counts_on_the_days_of_its_samples(known_run: None, zellik: Site) -> None:
    tell(zellik, counter(seconds=3000))
    tell(zellik, counter(seconds=4200))
    found = of_days()
    assert found[BEFORE][0] == pytest.approx(3600)
    assert found[AFTER][0] == pytest.approx(600)
    assert sum(day[3] for day in found.values()) == pytest.approx(4200 * 300)


def test_repeats_and_late_messages_change_nothing(known_run: None, zellik: Site) -> None:
    early = counter(seconds=300, minutes=(piece(BEGAN, 10, None, 30),))
    late = counter(seconds=600, minutes=(piece(BEGAN, 10, 20, 30),))
    for _time in range(2):
        tell(zellik, early, findings=(finding(),))
    tell(zellik, late)
    before = everything()
    for again in (late, early, late):
        assert tell(zellik, again, findings=(finding(),)).refused == 0
    assert everything() == before
    assert minutes_from(BEGAN, 3) == [10, 20, 30]


def test_a_counter_waits_for_its_row_of_accounting(project: Project, zellik: Site) -> None:
    assert tell(zellik, counter()).waiting == 1
    assert tell(zellik, counter(seconds=900)).waiting == 1
    assert not DailyGpuUse.objects.exists()
    push(zellik, row(1, project))
    assert tell(zellik, read_at=BEGAN + 1000).waiting == 0, "an empty batch joins"
    assert GpuRun.objects.get().observed_seconds == 900
    assert of_days()[BEFORE][0] == 900
    tell(zellik, counter(seconds=1000))
    assert of_days()[BEFORE][0] == 1000


def test_a_requeued_run_has_counters_of_its_own(project: Project, zellik: Site) -> None:
    second = {"job_id": 1001, "started_at": MIDNIGHT + 3600, "ended_at": MIDNIGHT + 7200}
    push(zellik, row(1, project), row(2, project, **second))
    tell(zellik, counter(), counter(first_sample_at=MIDNIGHT + 3590, seconds=100))
    runs = dict(GpuRun.objects.values_list("db_index", "observed_seconds"))
    assert runs == {1: 600.0, 2: 100.0}


def test_an_exporter_that_lost_its_file_adds_to_the_same_run(known_run: None, zellik: Site) -> None:
    tell(zellik, counter())
    tell(zellik, counter(first_sample_at=BEGAN + 700, seconds=100))
    run = GpuRun.objects.get()
    assert (run.observed_seconds, run.gpus) == (700.0, 1)


@pytest.mark.parametrize(
    ("first", "then", "kind"),
    [
        ({}, {"seconds": 700, "energy_joules": 5.0}, "went_back"),
        ({}, {"seconds": 700, "utilisation_seconds": 1.0}, "went_back"),
        ({}, {"seconds": 700, "energy_joules": None}, "went_back"),
        ({"observed_seconds": 300.0, "utilisation_seconds": 1.0, "idle_seconds": 1.0},
         {"seconds": 620, "observed_seconds": 620.0}, "impossible"),
        ({}, {"first_sample_at": BEGAN + 60}, "two_exporters"),
        ({}, {"node": "zn02"}, "two_exporters"),
        ({}, {"node": "zn09", "gpu": "GPU-9"}, "wrong_node"),
        ({}, {"seconds": 9000}, "impossible"),
        ({}, {"minutes": (piece(BEGAN + 1800, 1),)}, "impossible"),
        ({}, {"first_sample_at": BEGAN - 500 * DAY, "gpu": "GPU-9"}, "wrong_clock"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_counted_and_shown(
    known_run: None, zellik: Site, first: dict[str, object], then: dict[str, object], kind: str
) -> None:
    tell(zellik, counter(**first))
    before = everything()[:3]
    answer = tell(zellik, counter(**then), read_at=BEGAN + 10_000)
    assert [item.kind for item in answer.refusals] == [kind]
    assert answer.stored == 0
    assert everything()[:3] == before
    assert GpuFinding.objects.get().kind == kind


def test_a_clock_that_runs_ahead_is_refused(known_run: None, zellik: Site) -> None:
    ahead = [counter(), counter(gpu="GPU-1", seconds=60, minutes=(piece(BEGAN, *[1] * 2),))]
    answer = tell(zellik, *ahead, read_at=BEGAN - 1000)
    assert [item.kind for item in answer.refusals] == ["wrong_clock"] * 2
    assert not JobGpu.objects.exists()


def test_a_bad_counter_holds_up_no_other(known_run: None, zellik: Site) -> None:
    answer = tell(zellik, counter(node="zn77"), counter(gpu="GPU-1"))
    assert (answer.stored, answer.refused, answer.refusals[0].place) == (1, 1, 0)
    assert JobGpu.objects.get().uuid == "GPU-1"


def test_jobs_that_never_were_leave_after_a_week(zellik: Site) -> None:
    tell(zellik, counter(job_id=4_000_000_000))
    assert not GpuRun.objects.exists()
    forget_waiting_gpus(actor=NIGHTLY)
    assert not JobGpu.objects.exists()


def test_a_waiting_counter_of_a_wrong_node_leaves_when_its_run_comes(
    project: Project, zellik: Site
) -> None:
    tell(zellik, counter(node="zn09"))
    push(zellik, row(1, project, nodes_used="zn01"))
    assert tell(zellik, read_at=BEGAN + 700).waiting == 0
    assert not JobGpu.objects.exists()
    assert GpuFinding.objects.get().kind == "wrong_node"


def test_findings_are_counted_once(zellik: Site) -> None:
    for seen_at in (BEGAN, BEGAN, BEGAN - 60, BEGAN + 60):
        tell(zellik, findings=(finding(seen_at=seen_at, count=3),), read_at=BEGAN + 100)
    found = GpuFinding.objects.get()
    assert (found.node, found.kind, found.times) == ("zn01", "unreachable", 6)


def test_queries_do_not_grow_with_the_batch(known_run: None, zellik: Site) -> None:
    def queries(*names: str) -> int:
        told = [counter(gpu=name, minutes=(piece(BEGAN, 1, 2),)) for name in names]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            tell(zellik, *told)
        return len(captured)

    queries("GPU-a")
    assert queries("GPU-b") == queries("GPU-c", "GPU-d", "GPU-e") <= 30


def test_old_months_of_minutes_leave_and_sums_stay(known_run: None, zellik: Site) -> None:
    tell(zellik, counter(minutes=(piece(BEGAN, 1, 2),)))
    assert date(2026, 3, 1) in kept_gpu_months()
    assert keep_gpu_months(today=date(2026, 6, 30), months_kept=3, actor=NIGHTLY) == []
    left = keep_gpu_months(today=date(2026, 7, 1), months_kept=3, actor=NIGHTLY)
    assert left == [date(2026, 3, 1)]
    assert not GpuMinutes.objects.exists()
    assert not RunningGpuMinutes.objects.exists()
    assert GpuRun.objects.get().observed_seconds == 600


def test_gpus_of_jobs_leave_with_their_month(known_run: None, zellik: Site) -> None:
    tell(zellik, counter(minutes=(piece(BEGAN, 1, 2),)))
    drop_month(month=date(2026, 3, 1), actor=NIGHTLY)
    for table in (JobGpu, GpuRun, GpuMinutes, RunningGpuMinutes):
        assert not table.objects.exists()
    assert of_days()[BEFORE][0] == 600


def test_the_site_says_until_when_it_told(zellik: Site) -> None:
    tell(zellik, read_at=BEGAN)
    tell(zellik, read_at=BEGAN - 60)
    zellik.status.refresh_from_db()
    assert zellik.status.gpu_read_at == datetime.fromtimestamp(BEGAN, UTC)
