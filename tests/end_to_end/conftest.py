"""The whole of Belfry on real Slurm: portal, worker, bridges, two clusters."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from deploy.demo.browser import Browser
from deploy.demo.people import ADA, Person
from deploy.demo.stack import Stack, start_stack, stop_stack
from deploy.demo.steps import (
    Approval,
    apply_for_time,
    approve,
    hand_in,
    reviewer,
    username_of,
    wait_until,
)
from deploy.testbed.down import people_called, remove_people
from deploy.testbed.layout import REPOSITORY, Site
from deploy.testbed.postgres import DATABASE
from deploy.testbed.progress import Progress
from tests.migrated import fill, is_empty
from tests.testbed import PORTS_A_TESTBED, Testbed

# One line a request says nothing that a failed assertion does not.
logging.getLogger("httpx").setLevel(logging.WARNING)

PORTAL_OFFSET = 40
UID_MIN = 100_000
UIDS_A_TESTBED = 100
TESTBEDS = 1000


@pytest.fixture(scope="package")
def stack(testbed: Testbed) -> Iterator[Stack]:
    """Everything running; stopped after these tests, so that its bridges meddle with no others."""
    # Names and numbers of this testbed's own, since an interrupted run may leave its users behind;
    # testbeds that run beside each other have other ports, and so other numbers.
    digest = hashlib.sha256(str(testbed.layout.state).encode()).hexdigest()
    repository = int(hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:4], 16)
    place = (repository + testbed.layout.port_base // PORTS_A_TESTBED) % TESTBEDS
    stack = Stack(
        testbed.layout,
        testbed.layout.port_base + PORTAL_OFFSET,
        username_prefix=f"t{digest[:4]}-",
        uid_min=UID_MIN + place * UIDS_A_TESTBED,
    )
    if is_empty(testbed.layout, DATABASE):
        # A new portal counts its projects from one again; those of a lost run have its numbers.
        remove_people(people_called(stack.username_prefix))
        fill(testbed.layout, DATABASE)
    start_stack(stack, Progress())
    yield stack
    stop_stack(stack, Progress())


@dataclass(frozen=True)
class GivenProject:
    """A project that was applied for and approved over HTTP, active at its sites."""

    stack: Stack
    testbed: Testbed
    name: str
    username: str
    leader: Browser
    approval: Approval

    def figures(self) -> dict[str, dict[str, int | str]]:
        """What the portal says of the project, by site."""
        answer = self.leader.client.get(f"/projects/{self.name}/usage.json")
        answer.raise_for_status()
        return {row["site"]: row for row in answer.json()["allocations"]}

    def wait_for_state(self, site: Site, state: str, seconds: float = 60) -> None:
        """Return when the portal shows this state at a site."""
        wait_until(
            lambda: self.figures()[site.name]["state"] == state,
            seconds,
            f"{self.name} did not become {state} at {site.name}: {self.figures()}",
            "Read the bridge's log.",
        )


GiveProject = Callable[..., GivenProject]


@pytest.fixture
def give_project(stack: Stack, testbed: Testbed, staff_browser: Browser) -> GiveProject:
    """Makes projects: `give_project({ZELLIK: 1000})`."""

    def give(
        hours: dict[Site, int], *, track: str = "pa", months: int = 6, person: Person = ADA
    ) -> GivenProject:
        browser, reference = apply_for_time(stack, person, track=track, hours=hours, months=months)
        hand_in(browser, reference)
        approval = approve(staff_browser, browser, reference)
        username = username_of(stack, browser, approval.project, person)
        project = GivenProject(stack, testbed, approval.project, username, browser, approval)
        for site in hours:
            project.wait_for_state(site, "active")
        return project

    return give


@pytest.fixture(scope="package")
def staff_browser(stack: Stack) -> Browser:
    """A member of staff, signed in."""
    return reviewer(stack)
