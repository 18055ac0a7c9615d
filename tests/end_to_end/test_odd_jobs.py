"""Jobs of several rows, rows that come late, and ids given again count as Slurm counts them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.demo.steps import sbatch
from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import start, stop
from deploy.testbed.services import service_named
from deploy.testbed.settings import require_settings
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.end_to_end.reports import assert_exact, query, wait_for_accounting
from tests.end_to_end.test_budgets import (
    eventually,
    lose,
    put_back,
    restart_slurmctld,
    standing,
    state_folder,
    state_of,
    submit,
)

pytestmark = pytest.mark.slurm


def test_odd_jobs_count_as_slurm_counts_them(give_project: GiveProject, tmp_path: Path) -> None:
    project = give_project({ZELLIK: 100}, track="pg", months=1)
    resized = submit(project, "--nodes=2", "--gres=gpu:2", command="sleep 14")
    parts = submit_in_two_parts(project)
    eventually(lambda: state_of(project, resized) == "RUNNING", "the job did not start")
    make_smaller(project, resized, tmp_path)
    with without_slurmdbd(project):
        late = submit(project, "--gres=gpu:1", command="sleep 3")
        jobs = f"{resized},{parts},{late}"
        eventually(lambda: not standing(project, jobs), "the jobs did not end")
    counted = {
        resized: [("RESIZING", 4), ("COMPLETED", 2)],
        parts: [("COMPLETED", 1)],
        str(int(parts) + 1): [("COMPLETED", 2)],
        late: [("COMPLETED", 1)],
    }
    eventually(lambda: rows_of(project) == counted, "the records did not come")
    wait_for_accounting(project.stack)
    assert rows_of(project) == counted
    used = assert_exact(project.stack, project.testbed, ZELLIK, project.name)
    assert used > 0

    with ids_lost(project, first=int(parts), last=int(parts) + 2) as counts_from:
        again = [submit(project, "--gres=gpu:1", command="sleep 2") for _ in range(2)]
        counts_from(int(resized))
        again.append(submit(project, "--gres=gpu:1", command="sleep 2"))
        # A submission that was refused, the partition being shut yet, took a number too.
        assert sorted(again, key=int) == [resized, parts, str(int(parts) + 1)], "the ids went round"
        for job in set(again):
            counted[job].append(("COMPLETED", 1))
        eventually(lambda: rows_of(project) == counted, "the new records did not come")
        wait_for_accounting(project.stack)
        assert assert_exact(project.stack, project.testbed, ZELLIK, project.name) > used


def submit_in_two_parts(project: GivenProject) -> str:
    """A heterogeneous job of one GPU and two; the number of its first part."""
    words = sbatch(ZELLIK, project.name, "--gres=gpu:1", command="sleep 4")
    more = sbatch(ZELLIK, project.name, "--gres=gpu:2", command="sleep 4")
    answer = project.testbed.as_user("zellik", project.username, *words[:-1], ":", *more[1:])
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def make_smaller(project: GivenProject, job: str, folder: Path) -> None:
    """Take one of its two nodes from a running job, after it held both for some time."""
    time.sleep(4)
    # scontrol leaves a script for the job's owner where it is started.
    words = ("env", f"--chdir={folder}", "scontrol", "update", f"JobId={job}", "NumNodes=1")
    project.testbed.slurm("zellik", *words)


@contextmanager
def without_slurmdbd(project: GivenProject) -> Iterator[None]:
    """Slurm's database is away; slurmctld holds its records back."""
    layout = project.testbed.layout
    slurmdbd = service_named(layout, require_settings(layout), "slurmdbd")
    stop(layout, slurmdbd)
    try:
        yield
    finally:
        start(layout, slurmdbd)


@contextmanager
def ids_lost(project: GivenProject, *, first: int, last: int) -> Iterator[Callable[[int], None]]:
    """slurmctld lost its state, in another time zone, and counts from a job that there was."""
    usual = project.testbed.layout.slurm_conf(ZELLIK)
    conf = usual.with_name("slurm-ids.conf")
    saved = state_folder(project)
    kept = saved.with_name(f"{saved.name}.kept_by_a_test")

    def count_from(number: int) -> None:
        ids = f"FirstJobId={number}\nMaxJobId={last}\n"
        conf.write_text(f"{usual.read_text()}\n{ids}")

    def go_on_from(number: int) -> None:
        count_from(number)
        project.testbed.slurm("zellik", "scontrol", "reconfigure")

    count_from(first)
    environment = {"SLURM_CONF": str(conf), "TZ": "Asia/Kolkata"}
    restart_slurmctld(project, lambda: lose(saved, kept), environment=environment)
    try:
        yield go_on_from
    finally:
        restart_slurmctld(project, lambda: put_back(saved, kept))
        conf.unlink()


def rows_of(project: GivenProject) -> dict[str, list[tuple[str, int]]]:
    """The runs of each job as the portal has them: how they ended and on how many GPUs."""
    found: dict[str, list[tuple[str, int]]] = {}
    for job, state, gpus in query(
        project.stack,
        """SELECT job_id, state, gpus FROM allocations_job job
           JOIN allocations_project project ON project.id = job.project_id
           WHERE project.name = %s ORDER BY submitted_at, db_index""",
        project.name,
    ):
        found.setdefault(str(job), []).append((state, gpus))
    return found
