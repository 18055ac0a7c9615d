import logging
from typing import Any

import pytest
from django.test import Client

from allocations.actions.allocations import change_budget
from allocations.models import Job, Project
from slurm_bridge.wire import API_PREFIX, DesiredState
from tests.allocations.bridge_caller import (
    BridgeCaller,
    heartbeat,
    job_row,
    now,
    packed,
    refusal,
)


def test_a_gzip_body_is_read_like_a_plain_one(project: Project, zellik: BridgeCaller) -> None:
    batch = {"read_at": now(), "rows": [job_row(project.name)], "complete_until": now() - 5}
    first = zellik.post_packed("/jobs", packed(batch))
    assert first.json()["stored"] == 1
    assert zellik.post("/jobs", batch).json()["complete_until"] == batch["complete_until"]
    assert project.jobs.count() == 1


def test_a_hostile_job_name_is_kept_as_it_is(project: Project, zellik: BridgeCaller) -> None:
    name = "a|b\t\n\x1f\\u0000 \\N <script> \u202e"
    batch = {"read_at": now(), "rows": [job_row(project.name, name=name)]}
    assert zellik.post("/jobs", batch).status_code == 200
    assert project.jobs.get().name == name


def test_the_answer_to_a_heartbeat_is_the_portals_clock(zellik: BridgeCaller) -> None:
    answer = zellik.post("/heartbeat", heartbeat())
    assert abs(answer.json()["portal_time"] - now()) <= 2


def test_a_known_revision_is_answered_304_without_a_body(zellik: BridgeCaller) -> None:
    first = zellik.get("/desired-state")
    tag = first["ETag"]
    assert tag == f'"{first.json()["revision"]}"'

    again = zellik.get("/desired-state", **{"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == tag


@pytest.mark.parametrize("form", ["W/{}", " {}", '{}, "another"'])
def test_a_tag_that_a_proxy_has_rewritten_is_still_known(zellik: BridgeCaller, form: str) -> None:
    tag = zellik.get("/desired-state")["ETag"]
    known = {"If-None-Match": form.format(tag)}
    assert zellik.get("/desired-state", **known).status_code == 304


@pytest.mark.parametrize("tag", ["", "*", '"other"', "no quotes", '"', "\xff"])
def test_an_unknown_tag_gets_the_whole_state(zellik: BridgeCaller, tag: str) -> None:
    answer = zellik.get("/desired-state?wait=5", **{"If-None-Match": tag})
    assert answer.status_code == 200
    DesiredState.model_validate_json(answer.content)


def test_the_revision_changes_with_the_content_only(
    project: Project, zellik: BridgeCaller, charleroi: BridgeCaller, staff: Any
) -> None:
    before = [caller.get("/desired-state")["ETag"] for caller in (zellik, charleroi)]
    assert before == [caller.get("/desired-state")["ETag"] for caller in (zellik, charleroi)]
    allocation = project.allocations.get(site__code="zellik")
    change_budget(allocation_id=allocation.pk, gpu_hours=1, reason="Less.", actor=staff)
    after = [caller.get("/desired-state")["ETag"] for caller in (zellik, charleroi)]
    assert after[0] != before[0]
    assert after[1] == before[1]


@pytest.mark.parametrize("wait", ["nan", "inf", "-inf", "-1", "-0.001", "text", "", "1e999", "1;2"])
def test_a_wait_that_is_no_time_is_refused(zellik: BridgeCaller, wait: str) -> None:
    assert "wait" in refusal(zellik.get(f"/desired-state?wait={wait}"), 422)


def test_the_longest_wait_is_bounded_whatever_is_asked(
    zellik: BridgeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allocations.bridge.long_poll.LONGEST_WAIT_SECONDS", 0.2)
    tag = zellik.get("/desired-state")["ETag"]
    answer = zellik.get("/desired-state?wait=1e9", **{"If-None-Match": tag})
    assert answer.status_code == 304


def test_a_fault_of_the_portal_is_logged_and_told_without_its_details(
    zellik: BridgeCaller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("allocations.bridge.api.record_heartbeat", fail)
    with caplog.at_level(logging.ERROR):
        said = refusal(zellik.post("/heartbeat", heartbeat()), 500)
    assert "secret" not in said
    assert "the secret reason" in caplog.text
    assert zellik.token not in caplog.text


def test_the_contract_is_served_to_anyone_and_tells_nothing_of_a_site(
    project: Project, client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        answer = client.get(f"{API_PREFIX}/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert set(document["paths"]) == {
        f"{API_PREFIX}{path}"
        for path in (
            "/desired-state",
            "/sync-results",
            "/jobs",
            "/adoptions",
            "/budget-counters",
            "/heartbeat",
            "/lease",
            "/usage-days",
            "/usage-checks",
            "/gpu-usage",
        )
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["security"] == [{"SiteTokenAuth": []}]
    assert project.name.encode() not in answer.content


def test_there_is_no_page_that_loads_scripts_from_elsewhere(client: Client, db: None) -> None:
    for path in ("/docs", "/"):
        assert client.get(API_PREFIX + path).status_code == 404


def test_a_clock_that_runs_ahead_moves_the_watermark_no_farther_than_ours(
    project: Project, zellik: BridgeCaller
) -> None:
    ahead, began = 3600, now() - 400
    ended = job_row(project.name)
    running = ended | {"ended_at": None, "state": "RUNNING"}
    zellik.post("/jobs", {"read_at": now() + ahead, "rows": [running]})
    answer = zellik.post("/jobs", {"read_at": now() + ahead, "complete_until": began + ahead})
    assert abs(answer.json()["complete_until"] - began) <= 5

    stored = zellik.post("/jobs", {"read_at": now(), "rows": [ended]}).json()["stored"]
    assert stored == 1, "what is read right after counts as the newer reading"
    assert Job.objects.get().state == "COMPLETED"
