"""Schemathesis feeds the API what its own document allows, and what it does not."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from allocations.models import Job, Project
from portal.wsgi import application
from slurm_bridge.wire import API_PREFIX
from tests.allocations.bridge_caller import BridgeCaller

schema = schemathesis.openapi.from_wsgi(
    f"{API_PREFIX}/openapi.json", application, config=SchemathesisConfig()
)

# Every call carries a valid token over whatever schemathesis made up; and a message may be well
# formed and yet impossible, such as another site's cluster or a time to come.
DECIDED_ELSEWHERE = [ignored_auth, positive_data_acceptance]

OPERATIONS = [
    (method, path) for path, methods in schema.raw_schema["paths"].items() for method in methods
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_transaction() -> Iterator[None]:
    """The test's transaction outlives each request, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_sent_the_answer_follows_the_document(
    method: str, path: str, project: Project, zellik: BridgeCaller, one_transaction: None
) -> None:
    # Made up only here: schemathesis's own `parametrize` lets every process that lists tests do it.
    only = schema.include(method=method, path=path)
    (made,) = get_all_tests(schema=only, test_func=send, settings=None, given_kwargs=None)
    _operation, send_all = made.ok()
    send_all(zellik=zellik)


@settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def send(case: Case, zellik: BridgeCaller) -> None:
    """One of the things that are sent."""
    response = case.call(headers={"Authorization": f"Bearer {zellik.token}"})
    # A parameter in the address that nobody knows is passed over, as everywhere on the web.
    passed_over = [negative_data_rejection] if case.method == "GET" else []
    case.validate_response(response, excluded_checks=DECIDED_ELSEWHERE + passed_over)
    assert not Job.objects.exclude(site__code="zellik").exists()


def test_the_document_is_valid_and_names_every_refusal() -> None:
    schema.validate()
    for path in schema.values():
        for operation in path.values():
            answers = set(operation.definition.raw["responses"])
            assert {"401", "403", "413", "422", "500", "503"} <= answers
