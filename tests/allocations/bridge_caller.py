"""A site's bridge as the API sees it: requests with a token, and messages that it accepts."""

import gzip
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit import SystemActor
from allocations.actions.tokens import issue_token
from allocations.models import Site
from slurm_bridge.wire import API_PREFIX, ErrorAnswer

TESTER = SystemActor("test")


@dataclass(frozen=True)
class BridgeCaller:
    """Calls the API with one token."""

    token: str

    def get(self, path: str, **headers: str) -> Any:
        """GET with the token."""
        return Client(raise_request_exception=False).get(
            API_PREFIX + path, headers={"Authorization": f"Bearer {self.token}"} | headers
        )

    def post(self, path: str, body: bytes | dict[str, Any], **headers: str) -> Any:
        """POST JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client(raise_request_exception=False).post(
            API_PREFIX + path,
            data=content,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"} | headers,
        )

    def post_packed(self, path: str, packed: bytes) -> Any:
        """POST a body that claims to be gzip."""
        return self.post(path, packed, **{"Content-Encoding": "gzip"})


def token_of(code: str, *, old_ones_last: timedelta = timedelta()) -> str:
    """Issue a new token of a site."""
    site = Site.objects.get(code=code)
    return issue_token(site=site, old_ones_last=old_ones_last, actor=TESTER)


def refusal(response: Any, status: int) -> str:
    """The sentence of a refusal with this status; anything but an ErrorAnswer fails."""
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"].startswith("application/json")
    answer = ErrorAnswer.model_validate_json(response.content)
    assert answer.error.strip()
    return answer.error


def heartbeat(**changes: Any) -> dict[str, Any]:
    """A heartbeat that is accepted from Zellik."""
    return {
        "sent_at": now(),
        "bridge_version": "0.1.0",
        "slurm_release": "22.05.8",
        "cluster": "zellik",
        "nodes_total": 2,
        "nodes_available": 2,
        "gpus_total": 8,
        "gpus_allocated": 0,
        "jobs_running": 0,
        "jobs_pending": 0,
        **changes,
    }


def job_row(account: str, **changes: Any) -> dict[str, Any]:
    """A job of ten minutes on one GPU, ended a minute ago."""
    return {
        "db_index": 1,
        "job_id": 1,
        "account": account,
        "username": "ada",
        "partition": "h200",
        "state": "COMPLETED",
        "submitted_at": now() - 700,
        "started_at": now() - 660,
        "ended_at": now() - 60,
        "gpus": 1,
        "cpus": 4,
        "nodes": 1,
        **changes,
    }


def now() -> int:
    """The time in epoch seconds."""
    return int(timezone.now().timestamp())


def packed(value: Any) -> bytes:
    """JSON, gzipped."""
    return gzip.compress(json.dumps(value).encode())


@pytest.fixture
def zellik(seeded: None) -> BridgeCaller:
    """The bridge of Zellik."""
    return BridgeCaller(token_of("zellik"))


@pytest.fixture
def charleroi(seeded: None) -> BridgeCaller:
    """The bridge of Charleroi."""
    return BridgeCaller(token_of("charleroi"))
