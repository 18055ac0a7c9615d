"""Months of jobs: each a table of its own, exported, dropped, and never counted again."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.audit import SystemActor
from allocations.actions.counters import dues
from allocations.actions.job_months import kept_months, partition_of
from allocations.actions.job_retention import keep_months
from allocations.models import (
    DailyUsage,
    DroppedMonth,
    Job,
    JobOutcome,
    Project,
    QueueWait,
    SetAsideRow,
    Site,
)
from tests.allocations.usage_world import DAY, MIDNIGHT, push, row, told_waits

NIGHTLY = SystemActor("nightly")
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
IN_APRIL = MIDNIGHT + 30 * DAY


@pytest.fixture
def zellik(seeded: None) -> Site:
    return Site.objects.get(code="zellik")


def rows_in(month: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {partition_of(month)}")
        return int(cursor.fetchone()[0])


def in_april(db_index: int, project: Project, **fields: object) -> object:
    times = {"submitted_at": IN_APRIL, "started_at": IN_APRIL + 60, "ended_at": IN_APRIL + 120}
    return row(db_index, project, **times | fields)


def counted() -> list[object]:
    return [
        sorted(
            DailyUsage.objects.values_list("username", "day", "gpu_seconds", "cpu_seconds", "jobs")
        ),
        sorted(JobOutcome.objects.values_list("day", "state", "jobs", "gpu_seconds")),
        told_waits(QueueWait.objects.all()),
    ]


def test_each_month_gets_its_table_when_its_first_job_comes(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project), in_april(2, project), read_at=IN_APRIL + DAY)
    assert (rows_in(MARCH), rows_in(APRIL)) == (1, 1)
    assert Job.objects.count() == 2


def test_month_is_that_of_utc(project: Project, zellik: Site) -> None:
    first_of_april = int(datetime(2026, 4, 1, tzinfo=UTC).timestamp())
    for index, at in enumerate((first_of_april - 1, first_of_april)):
        push(zellik, in_april(index, project, submitted_at=at), read_at=IN_APRIL + DAY)
    assert (rows_in(MARCH), rows_in(APRIL)) == (1, 1)


def test_rows_that_had_no_table_move_into_it(project: Project, zellik: Site) -> None:
    Job.objects.create(
        site=zellik,
        project=project,
        db_index=5,
        job_id=5,
        gpus=1,
        gpu_seconds=0,
        cpus=1,
        nodes=1,
        submitted_at=datetime(2026, 4, 9, tzinfo=UTC),
        read_at=datetime(2026, 4, 9, tzinfo=UTC),
    )
    push(zellik, in_april(6, project), read_at=IN_APRIL + DAY)
    assert rows_in(APRIL) == 2
    assert Job.objects.get(db_index=5).gpus == 1


def test_key_that_a_new_database_gives_again_is_another_run(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project), in_april(1, project), read_at=IN_APRIL + DAY)
    assert sorted(Job.objects.values_list("gpus", flat=True)) == [2, 2]
    assert sum(DailyUsage.objects.values_list("gpu_seconds", flat=True)) == 2 * (5400 + 60)


def test_month_is_written_to_a_file_that_holds_every_job(
    project: Project, zellik: Site, tmp_path: Path
) -> None:
    push(
        zellik,
        row(1, project, name="a\tb"),
        row(2, project),
        in_april(3, project),
        read_at=IN_APRIL + DAY,
    )
    call_command("export_month", "2026-03", "--to", str(tmp_path))
    table = pq.read_table(tmp_path / "jobs-2026-03.parquet").to_pylist()
    assert [(item["site"], item["project"], item["db_index"]) for item in table] == [
        ("zellik", project.name, 1),
        ("zellik", project.name, 2),
    ]
    assert table[0]["name"] == "a\tb"
    assert table[0]["started_at"] == datetime.fromtimestamp(MIDNIGHT - 3600, UTC)
    assert Job.objects.count() == 3
    assert [path.name for path in tmp_path.iterdir()] == ["jobs-2026-03.parquet"]


def test_dropped_month_leaves_what_was_counted_and_takes_no_late_row(
    project: Project, zellik: Site, tmp_path: Path
) -> None:
    push(
        zellik,
        row(1, project),
        row(2, project, gpus=3),
        in_april(3, project),
        read_at=IN_APRIL + DAY,
    )
    before = counted()

    call_command("export_month", "2026-03", "--to", str(tmp_path), "--drop")

    assert (tmp_path / "jobs-2026-03.parquet").exists()
    assert Job.objects.count() == 1
    assert DroppedMonth.objects.get().jobs == 2
    push(zellik, row(1, project, gpus=1), row(9, project), read_at=IN_APRIL + 2 * DAY)
    assert counted() == before
    assert Job.objects.count() == 1
    assert set(SetAsideRow.objects.values_list("db_index", "is_final")) == {(1, True), (9, True)}


def test_month_with_a_job_that_runs_stays(project: Project, zellik: Site, tmp_path: Path) -> None:
    push(zellik, row(1, project, ended_at=None, state="RUNNING"), read_at=IN_APRIL)
    with pytest.raises(CommandError, match="have not ended"):
        call_command("export_month", "2026-03", "--to", str(tmp_path), "--drop")
    assert rows_in(MARCH) == 1
    assert keep_months(today=date(2026, 6, 15), months_kept=2, actor=NIGHTLY) == []


def test_failed_export_drops_nothing_and_leaves_no_file(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project), read_at=IN_APRIL)
    with pytest.raises(CommandError):
        call_command("export_month", "2026-03", "--to", "/proc", "--drop")
    assert rows_in(MARCH) == 1


@pytest.mark.parametrize("month", ["2026-13", "march", "2020-01"])
def test_month_that_is_none_or_not_there_is_refused(db: None, tmp_path: Path, month: str) -> None:
    with pytest.raises(CommandError):
        call_command("export_month", month, "--to", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_each_night_makes_the_next_months_and_drops_old_ones(
    project: Project, zellik: Site
) -> None:
    push(zellik, row(1, project), in_april(2, project), read_at=IN_APRIL + DAY)
    left = keep_months(today=date(2026, 6, 15), months_kept=2, actor=NIGHTLY)
    assert left == [MARCH]
    # Tests that commit jobs of today leave a later month behind.
    kept = [month for month in kept_months() if month <= date(2026, 7, 1)]
    assert kept == [APRIL, date(2026, 6, 1), date(2026, 7, 1)]
    assert keep_months(today=date(2026, 6, 16), months_kept=2, actor=NIGHTLY) == []


def test_no_month_is_dropped_where_all_are_kept(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project), read_at=IN_APRIL)
    assert keep_months(today=date(2036, 6, 15), months_kept=0, actor=NIGHTLY) == []
    assert MARCH in kept_months()


def test_what_dropped_jobs_used_still_counts_against_slurms_counter(
    project: Project, zellik: Site, tmp_path: Path
) -> None:
    allocation = project.allocations.get(site=zellik)
    push(zellik, row(1, project, qos=allocation.qos_name), read_at=IN_APRIL)
    read_at = datetime.fromtimestamp(IN_APRIL, UTC)
    before = dues(zellik, [allocation], read_at)
    call_command("export_month", "2026-03", "--to", str(tmp_path), "--drop")
    assert dues(zellik, [allocation], read_at) == before
    assert before[project.pk, allocation.qos_name].least == 2 * 5400 // 60
