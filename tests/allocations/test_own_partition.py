"""A partition of its own, given to a project with the award."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.models import (
    Allocation,
    Application,
    DedicatedPartition,
    Project,
    Site,
)
from allocations.rules.calendar import last_day
from tests.allocations.decision_form import address, approval
from tests.domain import make_draft
from tests.portal.staff_world import report_site

OWN = {
    "approve-own_zellik-nodes": "zellik-gpu[3-4]",
    "approve-own_zellik-max_hours": "48",
    "approve-own_zellik-max_nodes": "",
    "approve-own_zellik-priority": "10",
    "approve-own_zellik-memory_mb_per_cpu": "2000",
    "approve-own_zellik-ends_on": "",
}


def with_own(application: Application, **changes: str) -> dict[str, Any]:
    """The form with nodes of the project's own at Zellik."""
    ends_on = last_day(timezone.localdate(), application.months or 1).isoformat()
    own = OWN | {"approve-own_zellik-ends_on": ends_on}
    return approval(application) | own | {f"approve-own_zellik-{k}": v for k, v in changes.items()}


@pytest.fixture
def heard(submitted: Application) -> Application:
    """The application, when Zellik has said which nodes it has."""
    report_site(Site.objects.get(code="zellik"))
    return submitted


def test_partition_of_its_own_is_given_with_the_award(office: Client, heard: Application) -> None:
    assert office.post(address("approve", heard), with_own(heard)).status_code == 302
    own = DedicatedPartition.objects.get()
    assert (own.nodes, own.max_hours, own.max_nodes) == ("zellik-gpu[3-4]", 48, None)
    assert own.allocation == Allocation.objects.get(site__code="zellik")
    assert own.ends_on == own.allocation.ends_on
    assert own.reason == "Sound and useful."


def test_preview_shows_the_partition_of_its_own_and_makes_none(
    office: Client, heard: Application
) -> None:
    data = with_own(heard, max_hours="24")
    page = office.post(address("preview", heard), data, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert "create partition" in text
    assert "zellik-gpu[3-4]" in text
    assert not DedicatedPartition.objects.exists()


def test_form_left_as_it_stands_gives_no_partition(office: Client, heard: Application) -> None:
    office.post(address("approve", heard), with_own(heard, nodes="", max_hours="24"))
    assert Project.objects.exists()
    assert not DedicatedPartition.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nodes": "zellik-gpu99"}, "has no node zellik-gpu99"),
        ({"nodes": "zellik-gpu[3-"}, "These nodes cannot be read"),
        ({"nodes": ""}, "Nodes: This field is required."),
        ({"priority": "0"}, "Priority: Ensure this value is greater"),
        ({"max_nodes": "3"}, "One job cannot have more nodes"),
        ({"ends_on": "2099-01-01"}, "from today to the last day"),
        ({"ends_on": "2020-01-01"}, "from today to the last day"),
        ({"ends_on": ""}, "Last day: This field is required."),
    ],
)
def test_partition_that_cannot_be_stops_the_whole_approval(
    office: Client, heard: Application, changes: dict[str, str], words: str
) -> None:
    response = office.post(address("approve", heard), with_own(heard, **changes))
    assert response.status_code == 422
    text = response.content.decode()
    assert words in text
    assert 'value="48"' in text, "what was typed is kept"
    assert not Project.objects.exists()
    assert not DedicatedPartition.objects.exists()


def test_partition_needs_hours_at_its_site(office: Client, heard: Application) -> None:
    data = with_own(heard) | {"approve-hours_zellik": ""}
    response = office.post(address("approve", heard), data)
    assert response.status_code == 422
    assert "a partition of its own needs GPU-hours there" in response.content.decode()


def test_nodes_of_another_project_are_refused_at_the_award(
    office: Client, heard: Application, applicant: User
) -> None:
    office.post(address("approve", heard), with_own(heard))
    again = submit_application(application_id=make_draft(applicant).pk, actor=applicant)
    response = office.post(address("approve", again), with_own(again, nodes="zellik-gpu4"))
    assert "Another project has zellik-gpu4 to itself." in response.content.decode()
    assert Project.objects.count() == 1
