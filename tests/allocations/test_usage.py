from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocations.actions.usage import record_jobs
from allocations.models import DailyUsage, Job, Project, Site
from slurm_bridge.wire_accounting import JobBatch
from tests.allocations.usage_world import BRIDGE, DAY, MIDNIGHT, push, row

MIGRATION = import_module("allocations.migrations.0017_gpu_seconds_of_jobs")


def seconds_by_day(project: Project) -> dict[date, int]:
    rows = DailyUsage.objects.filter(project=project).order_by("day")
    return {usage.day: usage.gpu_seconds for usage in rows}


@pytest.fixture
def zellik(seeded: None) -> Site:
    return Site.objects.get(code="zellik")


def test_a_job_across_midnight_counts_on_both_days(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project))
    assert seconds_by_day(project) == {
        date(2026, 3, 9): 2 * 3600,
        date(2026, 3, 10): 2 * 1800,
    }


def test_the_same_batch_again_changes_nothing(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project), row(2, project))
    before = seconds_by_day(project)
    push(zellik, row(1, project), row(2, project))
    assert seconds_by_day(project) == before
    assert Job.objects.count() == 2


def test_a_running_job_counts_up_to_the_reading_and_is_corrected_at_its_end(
    project: Project, zellik: Site
) -> None:
    push(zellik, row(1, project, ended_at=None, state="RUNNING"), read_at=MIDNIGHT + 4000)
    assert seconds_by_day(project)[date(2026, 3, 10)] == 2 * 4000
    push(zellik, row(1, project, ended_at=MIDNIGHT + 1800), read_at=MIDNIGHT + 5000)
    assert seconds_by_day(project)[date(2026, 3, 10)] == 2 * 1800


def test_an_end_that_moves_to_an_earlier_day_empties_the_later_one(
    project: Project, zellik: Site
) -> None:
    push(zellik, row(1, project, ended_at=None, state="RUNNING"), read_at=MIDNIGHT + 3 * DAY)
    assert len(seconds_by_day(project)) == 4
    push(zellik, row(1, project, ended_at=MIDNIGHT - 3000), read_at=MIDNIGHT + 3 * DAY + 1)
    assert seconds_by_day(project) == {date(2026, 3, 9): 2 * 600}


def test_an_older_reading_never_replaces_a_newer_one(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project), read_at=MIDNIGHT + 5000)
    push(zellik, row(1, project, ended_at=None, state="RUNNING"), read_at=MIDNIGHT + 100)
    assert Job.objects.get().state == "COMPLETED"
    assert seconds_by_day(project)[date(2026, 3, 10)] == 2 * 1800


def test_of_a_batch_only_the_runs_that_are_known_better_are_left_out(
    project: Project, zellik: Site
) -> None:
    push(zellik, row(1, project), row(2, project))
    older = [row(1, project, gpus=1), row(3, project, gpus=1)]
    assert push(zellik, *older, read_at=MIDNIGHT + 4 * DAY).stored == 1
    assert sorted(Job.objects.values_list("db_index", "gpus")) == [(1, 2), (2, 2), (3, 1)]
    assert sum(DailyUsage.objects.values_list("gpu_seconds", flat=True)) == (2 + 2 + 1) * 5400


def test_of_a_run_that_a_batch_tells_twice_the_row_counts_that_ended_last(
    project: Project, zellik: Site
) -> None:
    running = row(1, project, ended_at=None, state="RUNNING")
    longest = row(1, project, ended_at=MIDNIGHT + 3600, state="TIMEOUT")
    told = push(zellik, row(1, project), longest, running, row(2, project))
    assert told.stored == 2
    assert Job.objects.get(db_index=1).state == "TIMEOUT"
    assert sum(DailyUsage.objects.values_list("gpu_seconds", flat=True)) == 2 * (7200 + 5400)


def test_a_suspended_job_is_charged_for_its_gpus_and_not_for_its_cpus(
    project: Project, zellik: Site
) -> None:
    push(zellik, row(1, project, suspended_seconds=400))
    usage = DailyUsage.objects.filter(project=project)
    assert sum(usage.values_list("gpu_seconds", flat=True)) == 2 * 5400
    assert sum(usage.values_list("cpu_seconds", flat=True)) == 8 * (5400 - 400)


def test_runs_of_one_requeued_job_count_each(project: Project, zellik: Site) -> None:
    push(
        zellik,
        row(1, project, job_id=7, state="REQUEUED", ended_at=MIDNIGHT - 3000),
        row(2, project, job_id=7, started_at=MIDNIGHT, ended_at=MIDNIGHT + 60),
    )
    assert seconds_by_day(project) == {date(2026, 3, 9): 2 * 600, date(2026, 3, 10): 2 * 60}


def test_a_job_that_never_started_is_kept_and_counts_nothing(
    project: Project, zellik: Site
) -> None:
    push(zellik, row(1, project, started_at=None, state="CANCELLED"))
    assert Job.objects.count() == 1
    assert seconds_by_day(project) == {}


@pytest.mark.parametrize(
    "name",
    ["a|b", "\\N", "tab\there", "line\nbreak\r", "\x1f", "\\.", "=1+1", "é" * 200, ""],
)
def test_a_hostile_job_name_stays_one_value(project: Project, zellik: Site, name: str) -> None:
    push(zellik, row(1, project, name=name), row(2, project))
    assert Job.objects.get(db_index=1).name == name
    assert Job.objects.get(db_index=2).gpus == 2


def test_jobs_of_accounts_without_an_allocation_here_are_named_and_left_out(
    project: Project, zellik: Site
) -> None:
    batch = JobBatch(read_at=MIDNIGHT, rows=(row(1, "aif26xx0001"), row(2, project)))
    answer = record_jobs(site=zellik, batch=batch, actor=BRIDGE)
    assert answer.unknown_accounts == ("aif26xx0001",)
    assert answer.stored == 1


def test_the_watermark_moves_only_when_a_window_is_complete_and_never_back(
    project: Project, zellik: Site
) -> None:
    def send(complete_until: int | None) -> int:
        batch = JobBatch(read_at=MIDNIGHT, complete_until=complete_until)
        return record_jobs(site=zellik, batch=batch, actor=BRIDGE).complete_until

    assert [send(None), send(500), send(None), send(400)] == [0, 500, 500, 500]


def test_two_sites_with_the_same_keys_do_not_mix(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project))
    push(Site.objects.get(code="charleroi"), row(1, project, gpus=4))
    assert Job.objects.count() == 2
    assert sum(seconds_by_day(project).values()) > 0
    by_site = DailyUsage.objects.filter(project=project, day=date(2026, 3, 9))
    assert sorted(by_site.values_list("gpu_seconds", flat=True)) == [2 * 3600, 4 * 3600]


def gpu_seconds() -> list[int]:
    return list(Job.objects.order_by("db_index").values_list("gpu_seconds", flat=True))


def test_a_run_has_its_gpus_times_the_seconds_that_it_held_them(
    project: Project, zellik: Site
) -> None:
    push(
        zellik,
        row(1, project, gpus=4),
        row(2, project, suspended_seconds=3000),
        row(3, project, started_at=None, ended_at=None, state="PENDING"),
        row(4, project, started_at=None, state="CANCELLED"),
        row(5, project, ended_at=None, state="RUNNING"),
        row(6, project, gpus=0),
        # A site's clock may be behind that of its nodes.
        row(7, project, started_at=MIDNIGHT + 60, ended_at=None, state="RUNNING"),
        read_at=MIDNIGHT,
    )
    assert gpu_seconds() == [4 * 5400, 2 * 5400, 0, 0, 2 * 3600, 0, 2 * -60]


def test_a_run_that_is_read_again_has_the_gpu_seconds_of_the_newest_reading(
    project: Project, zellik: Site
) -> None:
    running = {"ended_at": None, "state": "RUNNING"}
    push(zellik, row(1, project, started_at=None, ended_at=None), read_at=MIDNIGHT - 3600)
    push(zellik, row(1, project, **running), read_at=MIDNIGHT)
    assert gpu_seconds() == [2 * 3600]
    push(zellik, row(1, project, **running), read_at=MIDNIGHT + 600)
    assert gpu_seconds() == [2 * 4200]
    push(zellik, row(1, project, **running, gpus=8), read_at=MIDNIGHT + 600)
    assert gpu_seconds() == [8 * 4200]
    push(zellik, row(1, project), read_at=MIDNIGHT + 1900)
    push(zellik, row(1, project, **running), read_at=MIDNIGHT + 1200)
    assert gpu_seconds() == [2 * 5400]


def test_runs_that_were_stored_without_their_gpu_seconds_get_them(
    project: Project, zellik: Site
) -> None:
    push(
        zellik,
        row(1, project),
        row(2, project, started_at=None, state="CANCELLED"),
        row(3, project, ended_at=None, state="RUNNING"),
        row(4, project, submitted_at=MIDNIGHT - 40 * DAY),
    )
    before = gpu_seconds()
    Job.objects.update(gpu_seconds=0)
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.FILL)
    assert gpu_seconds() == before


histories = st.lists(
    st.tuples(
        st.integers(0, 5),  # which run
        st.integers(0, 3 * DAY),  # started, seconds after midnight
        st.one_of(st.none(), st.integers(0, 3 * DAY)),  # how long; None while it runs
        st.integers(0, 8),  # GPUs
        st.integers(0, 4 * DAY),  # when it was read
    ),
    max_size=25,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(history=histories)
def test_any_order_of_readings_gives_what_a_plain_count_gives(
    project: Project, zellik: Site, history: list[tuple[int, int, int | None, int, int]]
) -> None:
    Job.objects.all().delete()
    DailyUsage.objects.all().delete()
    newest: dict[int, tuple[int, int, int, int]] = {}
    for index, since, length, gpus, read_after in history:
        read_at = MIDNIGHT + since + read_after
        ended_at = None if length is None else MIDNIGHT + since + length
        push(
            zellik,
            row(index, project, started_at=MIDNIGHT + since, ended_at=ended_at, gpus=gpus),
            read_at=read_at,
        )
        until = ended_at if ended_at is not None else read_at
        if index not in newest or newest[index][0] <= read_at:
            newest[index] = (read_at, MIDNIGHT + since, until, gpus)
    expected: dict[date, int] = {}
    for _read, since, until, gpus in newest.values():
        for day in range(since // DAY, until // DAY + 1):
            overlap = min(until, (day + 1) * DAY) - max(since, day * DAY)
            if overlap > 0:
                key = datetime.fromtimestamp(day * DAY, UTC).date()
                expected[key] = expected.get(key, 0) + overlap * gpus
    assert seconds_by_day(project) == expected
    assert gpu_seconds() == [
        (until - since) * gpus for _index, (_read, since, until, gpus) in sorted(newest.items())
    ]
