"""Jobs that are several rows of accounting, and rows that come late, count as Slurm counts them."""

import time

import pytest

from deploy.demo.steps import sbatch, wait_for_end, wait_until
from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import start, stop
from deploy.testbed.services import service_named
from deploy.testbed.settings import require_settings
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.end_to_end.reports import assert_exact, query, wait_for_accounting

pytestmark = pytest.mark.slurm


def submit(project: GivenProject, *options: str, command: str) -> str:
    words = sbatch(ZELLIK, project.name, *options, command=command)
    answer = project.testbed.as_user("zellik", project.username, *words)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip().split(";")[0]


def wait_until_running(project: GivenProject, job: str) -> None:
    def runs() -> bool:
        asked = ("squeue", "-h", "-j", job, "-o", "%T")
        return project.testbed.slurm("zellik", *asked).split()[:1] == ["RUNNING"]

    wait_until(runs, 60, f"job {job} does not start", "Look at squeue.")


def rows_of(project: GivenProject) -> list[tuple[str, int]]:
    return query(
        project.stack,
        """SELECT state, gpus FROM allocations_job job
           JOIN allocations_project project ON project.id = job.project_id
           WHERE project.name = %s ORDER BY submitted_at, db_index""",
        project.name,
    )


def test_job_that_is_made_smaller_counts_what_it_held_before_and_after(
    give_project: GiveProject,
) -> None:
    project = give_project({ZELLIK: 100}, track="pg", months=1)
    job = submit(project, "--nodes=2", "--gres=gpu:2", command="sleep 14")
    wait_until_running(project, job)
    time.sleep(5)
    project.testbed.slurm("zellik", "scontrol", "update", f"JobId={job}", "NumNodes=1")
    wait_for_end(project.stack, ZELLIK, job)
    wait_for_accounting(project.stack)
    assert rows_of(project) == [("RESIZING", 4), ("COMPLETED", 2)]
    assert assert_exact(project.stack, project.testbed, ZELLIK, project.name) > 0


def test_parts_of_a_heterogeneous_job_count_each(give_project: GiveProject) -> None:
    project = give_project({ZELLIK: 100}, track="pg", months=1)
    words = sbatch(ZELLIK, project.name, "--gres=gpu:1", command="sleep 4")
    more = sbatch(ZELLIK, project.name, "--gres=gpu:2", command="sleep 4")
    parts = [*words[:-1], ":", *more[1:]]
    answer = project.testbed.as_user("zellik", project.username, *parts)
    assert answer.returncode == 0, answer.stderr
    wait_for_end(project.stack, ZELLIK, answer.stdout.strip().split(";")[0])
    wait_for_accounting(project.stack)
    assert sorted(rows_of(project)) == [("COMPLETED", 1), ("COMPLETED", 2)]
    assert assert_exact(project.stack, project.testbed, ZELLIK, project.name) > 0


def test_records_that_come_late_count_as_if_they_had_come_in_time(
    give_project: GiveProject,
) -> None:
    project = give_project({ZELLIK: 100}, track="pg", months=1)
    layout = project.testbed.layout
    slurmdbd = service_named(layout, require_settings(layout), "slurmdbd")
    stop(layout, slurmdbd)
    try:
        job = submit(project, "--gres=gpu:1", command="sleep 5")
        wait_until_running(project, job)
        time.sleep(20)
    finally:
        start(layout, slurmdbd)
    wait_for_end(project.stack, ZELLIK, job)
    wait_until(lambda: rows_of(project) == [("COMPLETED", 1)], 120, "the row is missing", "sdiag")
    wait_for_accounting(project.stack)
    assert assert_exact(project.stack, project.testbed, ZELLIK, project.name) > 0
