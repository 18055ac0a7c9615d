"""One bad row is set aside with its reason, and nothing else is lost."""

import random
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from allocations.actions.set_aside import MOST_KEPT
from allocations.models import DailyUsage, Job, Project, SetAsideRow, Site
from slurm_bridge.wire_accounting import Watermark
from tests.allocations.bridge_caller import BridgeCaller, job_row, now, packed, refusal

FUZZ_SECONDS = 8


def send(caller: BridgeCaller, *rows: Any, **fields: Any) -> Watermark:
    batch = {"read_at": now(), "rows": list(rows), "asks_retries": True, **fields}
    response = caller.post("/jobs", batch)
    assert response.status_code == 200, response.content[:500]
    return Watermark.model_validate_json(response.content)


BAD_FIELDS = [
    {"gpus": -1},
    {"gpus": 2**63},
    {"gpus": 10**30},
    {"gpus": 1.5},
    {"gpus": "two"},
    {"suspended_seconds": -5},
    {"suspended_seconds": 2**62},
    {"job_id": 2**40},
    {"submitted_at": -1},
    {"submitted_at": 0},
    {"submitted_at": 253_402_300_799},
    {"started_at": 253_402_300_799, "ended_at": None},
    {"ended_at": 253_402_300_799},
    {"started_at": 5},
    {"ended_at": 1_500_000_000},
    {"state": "odd state"},
    {"state": ""},
    {"account": "no such account"},
    {"account": "NULL"},
    {"username": ""},
    {"username": "u" * 65},
    {"name": "x" * 1_000_000},
    {"name": "nul\x00"},
    {"name": "\ud800"},
    {"nodes_used": "n" * 100_000},
    {"surprise": 1},
    {"name": {"deep": ["er"]}},
]


@pytest.mark.parametrize("changes", BAD_FIELDS, ids=lambda value: str(value)[:40])
def test_bad_row_waits_with_its_reason_and_the_others_are_taken(
    project: Project, zellik: BridgeCaller, changes: dict[str, Any]
) -> None:
    answer = send(
        zellik,
        job_row(project.name, db_index=1),
        job_row(project.name, db_index=2, job_id=22) | changes,
        job_row(project.name, db_index=3),
    )

    assert (answer.stored, answer.set_aside) == (2, 1)
    assert set(Job.objects.values_list("db_index", flat=True)) == {1, 3}
    row = SetAsideRow.objects.get()
    assert (row.site.code, row.db_index, row.times) == ("zellik", 2, 1)
    assert row.reason
    assert len(row.text) <= 2000


@pytest.mark.parametrize("row", [None, 7, "row", [], [1], {}, {"db_index": 5}], ids=str)
def test_what_is_no_row_waits_too(project: Project, zellik: BridgeCaller, row: Any) -> None:
    answer = send(zellik, row, job_row(project.name))
    assert (answer.stored, answer.set_aside) == (1, 1)
    assert SetAsideRow.objects.count() == 1


def test_good_reading_of_the_same_row_takes_it_away(project: Project, zellik: BridgeCaller) -> None:
    bad = job_row(project.name, db_index=2, job_id=22, gpus=-1)
    assert send(zellik, bad).retry_jobs == (22,)
    assert send(zellik, bad).set_aside == 1
    assert SetAsideRow.objects.get().times == 2

    answer = send(zellik, bad | {"gpus": 1})

    assert (answer.stored, answer.retry_jobs) == (1, ())
    assert not SetAsideRow.objects.exists()
    assert DailyUsage.objects.exists()


def test_bad_row_does_not_hold_the_watermark(project: Project, zellik: BridgeCaller) -> None:
    until = now() - 5
    answer = send(zellik, job_row(project.name, gpus=-1), complete_until=until)
    assert answer.complete_until == until


def test_row_of_an_unknown_account_waits_until_the_account_is_known(
    project: Project, zellik: BridgeCaller
) -> None:
    row = job_row(project.name, db_index=4, job_id=44)
    answer = send(zellik, row | {"account": "aif26xx0001"})
    assert (answer.unknown_accounts, answer.retry_jobs) == (("aif26xx0001",), (44,))
    assert send(zellik, row).retry_jobs == ()


def test_row_that_the_bridge_could_not_read_waits(project: Project, zellik: BridgeCaller) -> None:
    unread = [
        {"db_index": 9, "job_id": 90, "reason": "no number", "text": "9 | 90 | \x00"},
        {"reason": "a row of 3 fields", "text": "x"},
    ]
    answer = send(zellik, job_row(project.name), unread=unread)
    assert (answer.stored, answer.set_aside) == (1, 2)
    assert (answer.retry_jobs, answer.retries_a_day) == ((90,), True)


def test_old_bridge_is_told_nothing_that_it_does_not_know(
    project: Project, zellik: BridgeCaller
) -> None:
    batch = {"read_at": now(), "rows": [job_row(project.name, gpus=-1)]}
    answer = zellik.post("/jobs", batch).json()
    assert set(answer) <= {"complete_until", "stored", "unknown_accounts", "history_of"}


def test_rows_of_one_site_do_not_clear_those_of_another(
    project: Project, zellik: BridgeCaller, charleroi: BridgeCaller
) -> None:
    send(zellik, job_row(project.name, gpus=-1))
    send(charleroi, job_row(project.name))
    assert SetAsideRow.objects.get().site.code == "zellik"


def test_no_more_than_so_many_rows_are_kept(project: Project, zellik: BridgeCaller) -> None:
    site = Site.objects.get(code="zellik")
    known = [
        SetAsideRow(
            site=site,
            key=f"k{n}",
            reason="r",
            first_seen_at="2026-01-01 00:00Z",
            last_seen_at="2026-01-01 00:00Z",
        )
        for n in range(MOST_KEPT)
    ]
    SetAsideRow.objects.bulk_create(known)
    answer = send(zellik, job_row(project.name, gpus=-1), job_row(project.name, db_index=2))
    assert (answer.stored, answer.set_aside) == (1, 1)
    assert SetAsideRow.objects.count() == MOST_KEPT


def test_batches_in_any_order_and_twice_are_one(project: Project, zellik: BridgeCaller) -> None:
    rows = [job_row(project.name, db_index=number) for number in range(6)]
    for part in (rows[4:], rows[:2], rows[::-1], rows[2:4], rows + rows):
        send(zellik, *part)
    assert Job.objects.count() == 6
    assert sum(DailyUsage.objects.values_list("gpu_seconds", flat=True)) == 6 * 600


def test_truncated_batch_is_refused_and_the_whole_one_taken(
    project: Project, zellik: BridgeCaller
) -> None:
    whole = packed({"read_at": now(), "rows": [job_row(project.name)]})
    assert "cut off" in refusal(zellik.post_packed("/jobs", whole[:-20]), 400)
    assert not Job.objects.exists()
    assert zellik.post_packed("/jobs", whole).status_code == 200
    assert Job.objects.count() == 1


def test_fuzzed_batches_lose_no_good_row(project: Project, zellik: BridgeCaller) -> None:
    chance = random.Random(7)
    ends, sent = time.monotonic() + FUZZ_SECONDS, 0
    while time.monotonic() < ends:
        good = [job_row(project.name, db_index=1 + sent + n) for n in range(3)]
        bad = [damaged(chance, job_row(project.name, db_index=10**9 + sent)) for _ in range(4)]
        rows = good + bad
        chance.shuffle(rows)
        answer = send(zellik, *rows)
        sent += len(good)
        assert answer.stored + answer.set_aside >= len(good)
        # A damaged key can be a good one: 0 and -1 are.
        assert Job.objects.filter(db_index__gt=0, db_index__lt=10**9).count() == sent
    seconds = DailyUsage.objects.filter(project=project, username="ada")
    counted = sum(seconds.values_list("gpu_seconds", flat=True))
    assert counted >= sent * 600


def damaged(chance: random.Random, row: dict[str, Any]) -> Any:
    """A row in which something is wrong, most likely."""
    values = (
        *(None, -1, 0, 2**31, 2**63, 10**40, 1e300, True, "", "x" * 5000, "\x00", "\ud83d"),
        *([], {}, [[]], "\\N", "\\.", "a\tb\nc", now() + 10**7),
    )
    for _ in range(chance.randint(1, 3)):
        field = chance.choice([*row, "unknown"])
        if chance.random() < 0.3:
            row.pop(field, None)
        else:
            row[field] = chance.choice(values)
    return chance.choice([row] * 9 + [list(row), None])


def test_staff_see_what_was_set_aside_and_can_find_it(
    project: Project, zellik: BridgeCaller, staff: User, client: Client
) -> None:
    send(
        zellik,
        job_row(project.name, db_index=2, job_id=22, gpus=-1, name="<b>x</b>"),
        job_row("aif26xx0001", db_index=3, job_id=33),
    )
    client.force_login(staff)
    site = client.get("/staff/sites/zellik/").content.decode()
    assert "2 rows of this Slurm" in site
    page = client.get("/staff/set-aside/?site=zellik").content.decode()
    assert "gpus: Input should be greater" in page
    assert "&lt;b&gt;x" in page
    found = client.get("/staff/set-aside/?q=33").content.decode()
    assert "aif26xx0001" in found
    assert "gpus: Input" not in found
    assert "gpus: Input" not in client.get("/staff/set-aside/?is_final=True").content.decode()


def test_list_costs_the_same_queries_however_long_it_is(
    project: Project, zellik: BridgeCaller, staff: User, client: Client
) -> None:
    client.force_login(staff)
    counts = []
    for first in (1, 100):
        rows = [job_row(project.name, db_index=first + n, gpus=-1) for n in range(first * 30)]
        send(zellik, *rows[:60])
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/staff/set-aside/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
