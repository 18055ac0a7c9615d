"""Whatever is killed in the middle of the road, the next cycle repairs it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.demo.browser import Browser
from deploy.demo.people import ADA
from deploy.demo.stack import Stack
from deploy.demo.steps import (
    apply_for_time,
    approve,
    hand_in,
    sbatch,
    username_of,
    wait_for_end,
    wait_until,
)
from deploy.testbed.errors import TestbedError
from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import Service, start, stop
from deploy.testbed.services import service_named
from deploy.testbed.settings import require_settings
from deploy.testbed.slurm import nodes_not_ready
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.end_to_end.reports import assert_exact, query, wait_for_accounting
from tests.end_to_end.running_job import wait_until_saved
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

AFTER_THE_DECISION_SECONDS = 0.6
VICTIMS = ("bridge@zellik", "portal", "worker", "slurmctld@zellik", "slurmdbd", "postgres")


def service(stack: Stack, name: str) -> Service:
    ours = {item.name: item for item in stack.services()}
    if name in ours:
        return ours[name]
    return service_named(stack.layout, require_settings(stack.layout), name)


def kill_and_restart(stack: Stack, name: str) -> None:
    victim = service(stack, name)
    stop(stack.layout, victim, kill=True)
    deadline = time.monotonic() + 30
    while True:
        try:
            start(stack.layout, victim)
        except TestbedError:
            # Children of the killed process notice only after a moment that it is gone.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
        else:
            # A job that starts before its node has registered again is accounted without GPUs.
            repaired(lambda: not nodes_not_ready(stack.layout, ZELLIK), "the nodes stay away")
            return


def end_file(project: GivenProject) -> Path:
    """What ends the jobs of a project.

    A job that ends by itself may end while slurmctld is away, or before it has written that down;
    then Slurm says that the job failed, whatever Belfry does.
    """
    return project.stack.layout.state / f"end-{project.name}"


def begin_job(project: GivenProject) -> str:
    command = f"sleep 2; until [ -e {end_file(project)} ]; do sleep 0.2; done"
    answer = project.testbed.as_user(
        "zellik", project.username, *sbatch(ZELLIK, project.name, command=command)
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def end_job(project: GivenProject, number: str) -> None:
    end_file(project).touch()
    wait_for_end(project.stack, ZELLIK, number)
    words = ("sacct", "-nXP", "-j", number, "-o", "State,ExitCode,Start,End")
    told = project.testbed.slurm("zellik", *words)
    assert told.startswith("COMPLETED|"), f"a job of {project.name} was lost: {told}"


def repaired(condition: Callable[[], bool], what: str) -> None:
    wait_until(condition, 90, what, "Read the logs of the bridge and the portal.")


@pytest.mark.parametrize("name", VICTIMS)
def test_a_process_killed_in_the_middle_of_the_road_loses_nothing(
    stack: Stack,
    testbed: Testbed,
    give_project: GiveProject,
    staff_browser: Browser,
    name: str,
) -> None:
    earlier = give_project({ZELLIK: 100}, track="pg", months=1)
    job = begin_job(earlier)
    wait_until_saved(testbed, job)
    ada, reference = apply_for_time(stack, ADA, track="pg", hours={ZELLIK: 100}, months=1)
    hand_in(ada, reference)
    approval = approve(staff_browser, ada, reference)
    time.sleep(AFTER_THE_DECISION_SECONDS)

    kill_and_restart(stack, name)

    username = username_of(stack, ada, approval.project, ADA)
    later = GivenProject(stack, testbed, approval.project, username, ada, approval)
    later.wait_for_state(ZELLIK, "active", seconds=90)
    second_job = begin_job(later)
    end_job(earlier, job)
    end_job(later, second_job)
    wait_for_accounting(stack)
    for project in (earlier, later):
        assert assert_exact(stack, testbed, ZELLIK, project.name) > 0
        assert jobs_counted(project) == 1
    repaired(lambda: everybody_was_told(later), f"no mail about {later.name} after {name}")


def jobs_counted(project: GivenProject) -> int:
    rows = query(
        project.stack,
        """SELECT COUNT(*) FROM allocations_job job
           JOIN allocations_project project ON project.id = job.project_id
           WHERE project.name = %s""",
        project.name,
    )
    return int(rows[0][0])


def everybody_was_told(project: GivenProject) -> bool:
    folder = project.stack.mail_folder
    return any(project.name in path.read_text(errors="replace") for path in folder.glob("*.log"))
