"""Runs told column by column are taken as if each had been told as a row."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from allocations.actions.run_columns import runs_of
from allocations.models import Job, Project, SetAsideRow, Site
from allocations.rules.accounting_rows import are_all_possible, why_impossible
from slurm_bridge.wire_accounting import COLUMNS, JobBatch, JobRow, Watermark
from tests.allocations.bridge_caller import BridgeCaller, job_row, now, refusal
from tests.allocations.test_bad_rows import BAD_FIELDS

NOW = 1_800_000_000


def columns(*rows: dict[str, Any]) -> dict[str, list[Any]]:
    """The rows' fields, of all rows together, as a bridge sends them."""
    names = {name for row in rows for name in row}
    default = {name: field.default for name, field in JobRow.model_fields.items()}
    return {name: [row.get(name, default.get(name)) for row in rows] for name in names}


def send(caller: BridgeCaller, told: dict[str, list[Any]], **fields: Any) -> Watermark:
    batch = {"read_at": now(), "columns": told, "asks_retries": True, **fields}
    response = caller.post("/jobs", batch)
    assert response.status_code == 200, response.content[:500]
    return Watermark.model_validate_json(response.content)


def stored() -> list[tuple[Any, ...]]:
    names = [name for name in COLUMNS if name != "account"]
    return sorted(Job.objects.values_list("project__name", *names))


def test_columns_store_what_rows_store(project: Project, zellik: BridgeCaller) -> None:
    name = "a|b\t\n\x1f\\u0000 \\N <script> \u202e"
    rows = [
        job_row(project.name, db_index=1, name=name, array_job_id=7, array_task_id=3, qos="q"),
        job_row(project.name, db_index=2, ended_at=None, state="RUNNING", nodes_used="n[1-2]"),
        job_row(project.name, db_index=3, started_at=None, eligible_at=now() - 690),
    ]
    zellik.post("/jobs", {"read_at": now(), "rows": rows})
    told_as_rows = stored()
    Job.objects.all().delete()

    assert send(zellik, columns(*rows)).stored == 3

    assert stored() == told_as_rows


def test_rows_and_columns_of_one_batch_are_both_taken(
    project: Project, zellik: BridgeCaller
) -> None:
    told = columns(job_row(project.name, db_index=1))
    assert send(zellik, told, rows=[job_row(project.name, db_index=2)]).stored == 2


def test_bad_runs_among_columns_wait_with_the_reasons_of_rows(
    project: Project, zellik: BridgeCaller
) -> None:
    bad = [
        job_row(project.name, db_index=number, job_id=number) | changes
        for number, changes in enumerate(BAD_FIELDS, start=100)
        if "surprise" not in changes
    ]
    good = [job_row(project.name, db_index=number) for number in (1, 2)]
    zellik.post("/jobs", {"read_at": now(), "rows": bad})
    reasons = dict(SetAsideRow.objects.values_list("db_index", "reason"))
    SetAsideRow.objects.all().delete()

    answer = send(zellik, columns(good[0], *bad, good[1]))

    assert (answer.stored, answer.set_aside) == (2, len(bad))
    assert dict(SetAsideRow.objects.values_list("db_index", "reason")) == reasons


@pytest.mark.parametrize(
    "damage",
    [
        {"gpus": [1]},
        {"surprise": [1, 2]},
        {"job_id": None},
        {"account": "two"},
        {"name": [[], "x"]},
    ],
    ids=str,
)
def test_columns_that_are_no_runs_are_refused_whole_or_set_aside(
    project: Project, zellik: BridgeCaller, damage: dict[str, Any]
) -> None:
    told: dict[str, Any] = columns(
        job_row(project.name, db_index=1, name="a"), job_row(project.name, db_index=2, name="b")
    )
    told = {name: value for name, value in (told | damage).items() if value is not None}
    response = zellik.post("/jobs", {"read_at": now(), "columns": told})
    if "name" in damage:
        assert response.json()["stored"] == 1
    else:
        assert "columns" in refusal(response, 422)
        assert not Job.objects.exists()
        assert not SetAsideRow.objects.exists()


def test_columns_that_a_run_need_not_have_may_be_missing(
    project: Project, zellik: BridgeCaller
) -> None:
    told = columns(job_row(project.name))
    del told["gpus"]
    assert send(zellik, told).stored == 1
    assert Job.objects.get().gpus == 0


times = st.integers(999_999_990, 1_000_000_010) | st.integers(NOW + 7_190, NOW + 7_210)
runs = st.builds(
    JobRow,
    db_index=st.just(1),
    job_id=st.just(1),
    account=st.just("p1"),
    username=st.just("ada"),
    partition=st.just("h200"),
    state=st.just("COMPLETED"),
    submitted_at=times,
    started_at=st.none() | times,
    ended_at=st.none() | times,
)


@given(rows=st.lists(runs, max_size=4))
def test_all_together_are_possible_when_each_is(rows: list[JobRow]) -> None:
    told = runs_of(JobBatch(read_at=NOW, rows=tuple(rows)))
    each = [not why_impossible(row, read_at=NOW) for row in rows]
    assert are_all_possible(told, read_at=NOW) == all(each)


@pytest.mark.parametrize("owner", ["project", "site"])
def test_who_has_jobs_cannot_leave(project: Project, zellik: BridgeCaller, owner: str) -> None:
    send(zellik, columns(job_row(project.name)))
    job = Job.objects.get()
    key = {"project": job.project_id, "site": job.site_id}[owner]
    with connection.cursor() as cursor, transaction.atomic():
        with pytest.raises(IntegrityError, match="still has jobs"):
            cursor.execute(f"DELETE FROM allocations_{owner} WHERE id = %s", [key])
        transaction.set_rollback(True)
    assert Site.objects.filter(code="zellik").exists()


@pytest.mark.parametrize("owner", ["project", "site"])
def test_who_has_counted_days_cannot_leave(
    project: Project, zellik: BridgeCaller, owner: str
) -> None:
    send(zellik, columns(job_row(project.name)))
    job = Job.objects.get()
    key = {"project": job.project_id, "site": job.site_id}[owner]
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("DELETE FROM allocations_job")
        with pytest.raises(IntegrityError, match="still has jobs"):
            cursor.execute(f"DELETE FROM allocations_{owner} WHERE id = %s", [key])
        transaction.set_rollback(True)
