"""`POST gpu-usage`: what the API takes of a site's GPUs, and how it says no."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from allocations.models import DailyUsage, GpuFinding, GpuRun, Job, JobGpu, Project
from slurm_bridge.gpu_verdict import DEFAULT_THRESHOLDS
from slurm_bridge.wire_gpu import GpuUsageAnswer
from tests.allocations.bridge_caller import BridgeCaller, job_row, now, packed, refusal
from tests.portal.gpu_run_world import watched_gpu


def told(**changes: Any) -> dict[str, Any]:
    """A counter of the run of `job_row`, as JSON."""
    counter = watched_gpu(1, 0, now() - 660, now() - 60)
    return json.loads(counter.model_dump_json()) | changes


def batch(*counters: Any, **more: Any) -> dict[str, Any]:
    return {"read_at": now(), "counters": list(counters), **more}


def answer_to(caller: BridgeCaller, body: dict[str, Any]) -> GpuUsageAnswer:
    response = caller.post_packed("/gpu-usage", packed(body))
    assert response.status_code == 200, response.content[:500]
    return GpuUsageAnswer.model_validate_json(response.content)


@pytest.fixture
def known_run(zellik: BridgeCaller, project: Project) -> None:
    rows = [job_row(project.name)]
    assert zellik.post("/jobs", {"read_at": now(), "rows": rows}).status_code == 200


def test_counters_come_over_the_contract(zellik: BridgeCaller, known_run: None) -> None:
    body = batch(told())
    for _time in range(2):
        assert answer_to(zellik, body) == GpuUsageAnswer(
            stored=1, waiting=0, thresholds=DEFAULT_THRESHOLDS
        )
    assert GpuRun.objects.get().observed_seconds == 600


def test_the_answer_says_by_what_the_portal_judges(
    zellik: BridgeCaller, settings: Settings
) -> None:
    strict = DEFAULT_THRESHOLDS.model_copy(update={"unused_percent": 50})
    settings.GPU_THRESHOLDS = strict
    assert answer_to(zellik, batch()).thresholds == strict
    said = zellik.post_packed("/gpu-usage", packed(batch())).json()["thresholds"]
    assert said == strict.model_dump(), "each is said, whatever the bridge takes for usual"


def test_a_site_cannot_speak_of_anothers_jobs(
    charleroi: BridgeCaller, zellik: BridgeCaller, known_run: None
) -> None:
    assert answer_to(charleroi, batch(told())).waiting == 1
    assert not GpuRun.objects.exists()


@pytest.mark.parametrize(
    "lie",
    [
        {"utilisation_seconds": 601.0},
        {"utilisation_seconds": -1.0},
        {"energy_joules": 1e300},
        {"observed_seconds": 1e9},
        {"gpu": "'; DROP TABLE allocations_job; --"},
        {"job_id": 2**70},
        {"first_sample_at": -1},
        {"shared": "yes"},
        {"colour": "red"},
        {"minutes": [{"starts_at": 60, "utilisation_percent": [101]}]},
    ],
)
def test_a_counter_that_lies_is_refused_by_itself(
    zellik: BridgeCaller, known_run: None, lie: dict[str, Any]
) -> None:
    answer = answer_to(zellik, batch(told(**lie), told(gpu="GPU-true")))
    assert (answer.stored, answer.refused) == (1, 1)
    assert (answer.refusals[0].place, answer.refusals[0].kind) == (0, "impossible")
    assert JobGpu.objects.get().uuid == "GPU-true"
    assert GpuFinding.objects.get().kind == "impossible"


@pytest.mark.parametrize("nonsense", [None, 7, "x", [], {}, {"node": ["zn00"]}, {"node": "-x"}])
def test_what_is_no_counter_holds_up_no_other(
    zellik: BridgeCaller, known_run: None, nonsense: Any
) -> None:
    answer = answer_to(zellik, batch(nonsense, told()))
    assert (answer.stored, answer.refused) == (1, 1)
    assert not GpuFinding.objects.exists(), "it names no node"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"read_at": "now"}, 422),
        ({"read_at": -1}, 422),
        ({"read_at": 10**12}, 422),
        ({"read_at": 1, "counters": "all"}, 422),
        ({"read_at": 1, "counters": [{}] * 2001}, 422),
        ({"read_at": 1, "site": "charleroi"}, 422),
        ({"read_at": 1, "findings": [{"node": "zn00", "kind": "bored", "seen_at": 1}]}, 422),
        ({"read_at": 1, "findings": [{"node": "zn 0", "kind": "cut_off", "seen_at": 1}]}, 422),
        (b'{"read_at": 1, "counters": [{', 400),
        (b'{"read_at": 1, "counters": [{"observed_seconds": NaN}]}', 400),
        (b'{"read_at": 1, "counters": [{"node": "a\\u0000b"}]}', 422),
        (b"[]", 422),
    ],
)
def test_a_message_that_cannot_be_read_leaves_nothing(
    zellik: BridgeCaller, known_run: None, body: Any, status: int
) -> None:
    refusal(zellik.post("/gpu-usage", body), status)
    assert not JobGpu.objects.exists()


def test_a_reading_of_the_future_is_refused(zellik: BridgeCaller) -> None:
    refusal(zellik.post("/gpu-usage", {"read_at": now() + 10**6}), 422)


def test_accounting_is_untouched_by_whatever_is_told(zellik: BridgeCaller, known_run: None) -> None:
    before = [list(table.objects.values()) for table in (Job, DailyUsage)]
    answer_to(zellik, batch(told(), told(energy_joules=1e15), told(job_id=99), 5))
    assert [list(table.objects.values()) for table in (Job, DailyUsage)] == before
