"""Every part of Belfry and Slurm ends at every step of a cycle; the next cycle repairs it.

The bridge starts about twenty programs in a cycle that grants a project. A scenario holds it before
one of them, ends one process there, politely or by SIGKILL, lets the cycle go on as it can, starts
what is missing again, and runs one more cycle. `make test-faults` runs this file, which takes
longer than the suite: every process ends before every step, both ways. BELFRY_FAULTS=some tries
every third step with one process each, BELFRY_FAULTS=2/8 the second of eight parts of the whole.
A line is printed for each scenario as it ends, so that also a run that is cut off has told
something.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

import pytest

from deploy.demo.browser import Browser
from deploy.demo.people import Person
from deploy.demo.stack import Stack
from deploy.demo.steps import wait_until
from deploy.testbed.errors import TestbedError
from tests.end_to_end.conftest import GiveProject
from tests.end_to_end.faulty_site import CYCLE_SECONDS, FaultySite, faulty_site, wrong_at
from tests.end_to_end.running_job import RunningJob, running_job
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

APPLICATIONS_A_PERSON = 40
"""The portal lets nobody start more than fifty a day."""
VICTIMS = ("bridge", "slurmctld@zellik", "slurmdbd", "mariadb", "portal")


@dataclass(frozen=True)
class Scenario:
    """One process that ends before one step of the cycle."""

    step: int
    victim: str
    kill: bool

    def __str__(self) -> str:
        return f"{'kill -9' if self.kill else 'stop'} {self.victim} before step {self.step}"


def scenarios(steps: int) -> Iterator[Scenario]:
    """Those of this run."""
    chosen = os.environ.get("BELFRY_FAULTS", "1/1")
    if chosen == "some":
        for turn, step in enumerate(range(1, steps + 1, 3)):
            yield Scenario(step, VICTIMS[turn % len(VICTIMS)], kill=turn % 2 == 0)
        return
    part, parts = (int(word) for word in chosen.split("/"))
    everything = product(range(1, steps + 1), VICTIMS, (True, False))
    for step, victim, kill in islice(everything, part - 1, None, parts):
        yield Scenario(step, victim, kill)


@pytest.fixture
def site(stack: Stack, testbed: Testbed, staff_browser: Browser) -> Iterator[FaultySite]:
    with faulty_site(stack, testbed, staff_browser) as found:
        yield found


@pytest.fixture
def job(give_project: GiveProject) -> Iterator[RunningJob]:
    """A job that must live through everything."""
    with running_job(give_project) as found:
        yield found


def test_what_ends_at_any_step_is_repaired_by_the_next_cycle(
    job: RunningJob, site: FaultySite, capsys: pytest.CaptureFixture[str]
) -> None:
    site.cycle()
    site.approve_project()
    site.breakpoints.stop_at(0)
    site.cycle()
    steps = site.breakpoints.count
    assert steps >= 10
    faults = {}
    for number, scenario in enumerate(scenarios(steps), start=1):
        began = time.monotonic()
        wrong = faults[str(scenario)] = outcome(scenario, site, job, applicant(number))
        with capsys.disabled():
            line = f"{number:4} {scenario} of {steps}: {wrong or 'survived'}"
            line += f", {time.monotonic() - began:.0f} s"
            print(line, flush=True)  # noqa: T201
    survived = sum(not wrong for wrong in faults.values())
    with capsys.disabled():
        print(f"\nfaults: {len(faults)} scenarios run, {survived} survived")  # noqa: T201
    assert {name: wrong for name, wrong in faults.items() if wrong} == {}


def applicant(number: int) -> Person:
    """Who applies for the project of this scenario, also beside other parts on one testbed."""
    part = os.environ.get("BELFRY_FAULTS", "").replace("/", "of")
    return Person(f"Ada{part}x{number // APPLICATIONS_A_PERSON}", "Lovelace")


def outcome(scenario: Scenario, site: FaultySite, job: RunningJob, person: Person) -> str:
    """What is wrong afterwards; where something hangs, that, and the next scenario follows."""
    try:
        return survive(scenario, site, job, person)
    except (subprocess.TimeoutExpired, TestbedError) as error:
        site.breakpoints.go_on()
        site.bring_back()
        site.cycle()
        return str(error)


def survive(scenario: Scenario, site: FaultySite, job: RunningJob, person: Person) -> str:
    """What is wrong after the scenario and one more cycle; empty if nothing is."""
    before = site.associations()
    project = site.approve_project(person)
    site.breakpoints.stop_at(scenario.step)
    with site.begin() as process:
        wait_until(
            lambda: site.breakpoints.is_reached or process.poll() is not None,
            CYCLE_SECONDS,
            f"{scenario} is never reached",
            "Read the bridge's log.",
        )
        if scenario.victim == "bridge":
            process.send_signal(signal.SIGKILL if scenario.kill else signal.SIGTERM)
        else:
            site.bring_down(scenario.victim, kill=scenario.kill)
        site.breakpoints.go_on()
        process.communicate(timeout=CYCLE_SECONDS)
    site.bring_back()
    complaints = site.cycle()
    if scenario.victim.startswith("slurmctld"):
        # What it forgot to have counted lowers a limit as soon as the portal knows of it.
        complaints += site.cycle()
    wrong = wrong_at(site, project, before, job)
    return wrong and f"{wrong}\n{complaints}"
