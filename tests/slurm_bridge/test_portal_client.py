"""How the bridge speaks to the portal, and what it makes of each answer."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from slurm_bridge.errors import FatalConfigError, FatalPortalError, TransientPortalError
from slurm_bridge.portal_client import PortalClient
from slurm_bridge.wire import DesiredState, Heartbeat, SyncReport
from slurm_bridge.wire_accounting import JobBatch, JobRow
from tests.slurm_bridge.worlds import desired_state, project

Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, token: Callable[[], str] = lambda: "secret") -> PortalClient:
    return PortalClient(
        portal_url="https://portal.example.org",
        token=token,
        transport=httpx.MockTransport(handler),
    )


def report() -> SyncReport:
    return SyncReport(revision="r1", plan_id="x", started_at=1, finished_at=2)


def fetch(handler: Handler) -> DesiredState | None:
    return client(handler).desired_state(known_revision=None, wait_seconds=0)


def test_desired_state_is_asked_for_with_what_is_known() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=desired_state(project()).model_dump_json())

    state = client(answer).desired_state(known_revision="r0", wait_seconds=25)

    (request,) = seen
    assert state == desired_state(project())
    assert str(request.url) == "https://portal.example.org/api/bridge/v1/desired-state?wait=25"
    assert request.headers["If-None-Match"] == '"r0"'
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.extensions["timeout"]["read"] > 25


def test_first_question_names_no_revision() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "If-None-Match" not in request.headers
        return httpx.Response(200, content=desired_state().model_dump_json())

    assert fetch(answer) is not None


def test_nothing_new_is_none() -> None:
    assert fetch(lambda _: httpx.Response(304)) is None


def test_token_is_read_anew_for_each_call() -> None:
    tokens = iter(["old", "new"])
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(304)

    portal = client(answer, token=lambda: next(tokens))
    portal.desired_state(known_revision="r", wait_seconds=0)
    portal.desired_state(known_revision="r", wait_seconds=0)

    assert seen == ["Bearer old", "Bearer new"]


def test_long_batches_are_packed() -> None:
    row = JobRow(
        db_index=1,
        job_id=1,
        account="p1",
        username="ada",
        partition="h200",
        state="RUNNING",
        submitted_at=1,
        name="naïve",
    )
    batch = JobBatch(read_at=5, rows=(row,) * 100)

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Content-Encoding"] == "gzip"
        assert request.headers["Content-Type"] == "application/json"
        assert JobBatch.model_validate_json(gzip.decompress(request.content)) == batch
        return httpx.Response(200, json={"complete_until": 4, "stored": 100})

    assert client(answer).send_jobs(batch).complete_until == 4


def test_short_messages_are_sent_plainly() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "Content-Encoding" not in request.headers
        assert json.loads(request.content)["revision"] == "r1"
        return httpx.Response(204)

    client(answer).report(report())


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_portal_that_cannot_just_now_is_asked_again_later(code: int) -> None:
    with pytest.raises(TransientPortalError, match=str(code)):
        fetch(lambda _: httpx.Response(code))


@pytest.mark.parametrize("code", [301, 302, 400, 401, 403, 404, 413, 422])
def test_portal_that_refuses_is_a_matter_for_the_operator(code: int) -> None:
    with pytest.raises(FatalPortalError, match=str(code)):
        fetch(lambda _: httpx.Response(code, headers={"Location": "https://evil.example.org"}))


def test_refusal_carries_the_portals_own_sentence_and_no_token() -> None:
    answer = httpx.Response(401, json={"error": "This token was rotated; use the new one."})

    with pytest.raises(FatalPortalError) as raised:
        fetch(lambda _: answer)

    assert "This token was rotated" in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.WriteError]
)
def test_broken_connection_is_asked_again_later(error: type[httpx.TransportError]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error("")

    with pytest.raises(TransientPortalError, match=error.__name__):
        fetch(answer)


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"revision": "r1"}', '{"unknown": 1}'])
def test_answer_that_does_not_follow_the_contract_names_the_place(body: str) -> None:
    with pytest.raises(FatalPortalError, match="same release on both ends"):
        fetch(lambda _: httpx.Response(200, content=body))


def test_field_of_a_newer_portal_stops_the_bridge_instead_of_being_ignored() -> None:
    newer = json.loads(desired_state(project()).model_dump_json())
    newer["accounts"][0]["priority"] = 5

    with pytest.raises(FatalPortalError, match=r"accounts\.0\.priority"):
        fetch(lambda _: httpx.Response(200, json=newer))


def test_heartbeat_brings_the_portals_clock() -> None:
    beat = Heartbeat(
        sent_at=1,
        bridge_version="0",
        slurm_release="22.05.8",
        cluster="zellik",
        nodes_total=1,
        nodes_available=1,
        gpus_total=4,
        gpus_allocated=0,
        jobs_running=0,
        jobs_pending=0,
    )
    portal = client(lambda _: httpx.Response(200, json={"portal_time": 99}))
    assert portal.heartbeat(beat).portal_time == 99


def test_unusable_certificates_are_a_fault_of_the_configuration(tmp_path: Path) -> None:
    for content in (None, "no certificate"):
        path = tmp_path / "ca.pem"
        if content is not None:
            path.write_text(content, encoding="utf-8")
        with pytest.raises(FatalConfigError, match=r"ca\.pem"):
            PortalClient(portal_url="https://x", token=lambda: "t", ca_file=path)
