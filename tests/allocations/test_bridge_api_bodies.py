import gzip
import json
import tracemalloc
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings

from allocations.models import DailyUsage, Job, Project, SiteStatus, SyncCycle
from tests.allocations.bridge_caller import (
    BridgeCaller,
    heartbeat,
    now,
    packed,
    refusal,
)


@pytest.fixture(autouse=True)
def nothing_is_half_written(db: None) -> Any:
    """Whatever a refused body was, no row of it is kept."""
    yield
    assert not SiteStatus.objects.exists()
    assert not SyncCycle.objects.exists()
    assert not Job.objects.exists()
    assert not DailyUsage.objects.exists()


def test_a_body_over_the_limit_is_refused(zellik: BridgeCaller, settings: LazySettings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert "too large" in refusal(zellik.post("/heartbeat", b" " * 1001), 413)


def test_a_gzip_bomb_is_refused_at_the_limit_and_not_unpacked_first(
    zellik: BridgeCaller, settings: LazySettings
) -> None:
    settings.MAX_BRIDGE_BODY_BYTES = 10_000
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    tracemalloc.start()
    try:
        assert "unpacked" in refusal(zellik.post_packed("/jobs", bomb), 413)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (packed(heartbeat())[:-9], "cut off"),
        (packed(heartbeat())[:20], "cut off"),
        (b"not gzip at all", "not gzip"),
        (packed(heartbeat())[:-8] + b"\0" * 8, "not gzip"),
        (packed(heartbeat()) + b"more", "follows"),
        (packed(heartbeat()) * 2, "follows"),
    ],
    ids=["no end", "hardly begun", "plain text", "wrong sum", "a tail", "twice"],
)
def test_a_broken_gzip_body_is_refused(zellik: BridgeCaller, body: bytes, said: str) -> None:
    assert said in refusal(zellik.post_packed("/heartbeat", body), 400)


def test_an_unknown_encoding_is_refused(zellik: BridgeCaller) -> None:
    response = zellik.post("/heartbeat", b"{}", **{"Content-Encoding": "br"})
    assert "gzip" in refusal(response, 400)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"\xff\xfe",
        b'{"cluster": "\xc3\x28"}',
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"sent_at": ' + b"9" * 5_000 + b"}",
        b"\x00",
        json.dumps(heartbeat()).encode("utf-16"),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_json_is_refused(zellik: BridgeCaller, body: bytes) -> None:
    for path in ("/heartbeat", "/sync-results", "/jobs"):
        refusal(zellik.post(path, body), 400)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"1", b'"text"', b"{}"])
def test_json_that_is_no_message_is_refused(zellik: BridgeCaller, body: bytes) -> None:
    for path in ("/heartbeat", "/sync-results", "/jobs"):
        refusal(zellik.post(path, body), 422)


@pytest.mark.parametrize(
    "changes",
    [
        {"nodes_total": "many"},
        {"nodes_total": 1.5},
        {"nodes_total": -1},
        {"nodes_total": 10**30},
        {"nodes_total": None},
        {"nodes_total": []},
        {"sent_at": 10**18},
        {"bridge_version": "x" * 65},
        {"bridge_version": {"deep": "er"}},
        {"findings": "none"},
        {"findings": [{"check": "c", "level": "loud", "found": ""}]},
        {"findings": [{"check": "c", "level": "ok", "found": "x" * 2001}]},
        {"surprise": 1},
        {"slurm_release": "\x00"},
        {"slurm_release": "\ud800"},
    ],
    ids=str,
)
def test_a_value_that_the_contract_does_not_hold_is_refused(
    zellik: BridgeCaller, changes: dict[str, Any]
) -> None:
    refusal(zellik.post("/heartbeat", heartbeat(**changes)), 422)


def test_a_refusal_names_the_field(zellik: BridgeCaller) -> None:
    said = refusal(zellik.post("/heartbeat", heartbeat(surprise=1, nodes_total=-1)), 422)
    assert "nodes_total" in said
    assert "1 more" in said


@pytest.mark.parametrize(
    "day",
    [
        *(0, 86_400, 0.0, True, None, [], "0", "86400", "", "2026-02-30", "2026-1-1", "20260101"),
        *("2026-01-01T00:00:00", " 2026-01-01", "2026-01-01\n", "٢٠٢٦-٠١-٠١", "0000-01-01"),
    ],
    ids=repr,
)
def test_a_day_is_its_iso_form_and_nothing_else(zellik: BridgeCaller, day: Any) -> None:
    batch = {"read_at": now(), "recount": {"day": day, "accounts": []}}
    assert "recount.day" in refusal(zellik.post("/jobs", batch), 422)
    check = {"cluster": "zellik", "checked_at": now(), "first_day": day, "last_day": "2026-01-01"}
    assert "first_day" in refusal(zellik.post("/usage-checks", check), 422)
    assert "older_days" in refusal(
        zellik.post("/usage-checks", check | {"first_day": "2026-01-01", "older_days": [day]}), 422
    )
    if isinstance(day, str):
        asked = urlencode({"from": day, "to": "2026-01-01"})
        assert "from" in refusal(zellik.get(f"/usage-days?{asked}"), 422)


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        ({"read_at": now() + 86_400}, "clock"),
        ({"read_at": now(), "complete_until": now() + 60}, "complete_until"),
    ],
)
def test_a_batch_from_the_future_is_refused(
    zellik: BridgeCaller, batch: dict[str, Any], said: str
) -> None:
    assert said in refusal(zellik.post("/jobs", batch), 422)


@pytest.mark.parametrize("field", ["started_at", "finished_at", "read_at", "checked_at"])
def test_a_cycle_from_the_future_is_refused(
    project: Project, zellik: BridgeCaller, field: str
) -> None:
    at = dict.fromkeys(["started_at", "finished_at", "read_at", "checked_at"], now())
    at[field] = 253_402_300_799
    verdict = {"account": project.name, "username": "ada", "partition": "h200", "accepted": True}
    report = {
        "revision": "r",
        "plan_id": "p",
        "started_at": at["started_at"],
        "finished_at": at["finished_at"],
        "refused": "because",
        "actual": {"cluster": "zellik", "read_at": at["read_at"]},
        "readiness": [verdict | {"checked_at": at["checked_at"]}],
    }
    assert "clock" in refusal(zellik.post("/sync-results", report), 422)
    assert not project.allocations.filter(confirmed_at__isnull=False).exists()


def test_a_failing_cycle_report_keeps_nothing_of_itself(
    project: Project, zellik: BridgeCaller
) -> None:
    report = {
        "revision": "r",
        "plan_id": "\x00",
        "started_at": now(),
        "finished_at": now(),
        "refused": "because",
        "actual": {"cluster": "zellik", "read_at": now()},
        "readiness": [
            {
                "account": project.name,
                "username": "ada",
                "partition": "h200",
                "accepted": True,
                "checked_at": now(),
            }
        ],
    }
    refusal(zellik.post("/sync-results", report), 422)
    assert not project.allocations.filter(confirmed_at__isnull=False).exists()
