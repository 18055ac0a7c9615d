"""Budgets on real Slurm: after a renewal, and after slurmctld has forgotten what was used."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from deploy.demo.browser import Browser
from deploy.demo.steps import sbatch, wait_until
from deploy.testbed.errors import TestbedError
from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import start, stop
from deploy.testbed.slurm import nodes_not_ready, slurmctld_service
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.end_to_end.reports import query, wait_for_accounting
from tests.end_to_end.test_changes import (
    allocation_id,
    limit_in_slurm,
    manage,
    with_past_start,
)

pytestmark = pytest.mark.slurm

PATIENCE_SECONDS = 120


def test_after_a_lapse_just_the_renewed_hours_can_be_used(
    give_project: GiveProject, staff_browser: Browser
) -> None:
    project = give_project({ZELLIK: 2}, track="pg", months=1)
    job = submit(project, "--gres=gpu:4", "--time=1", command="sleep 17")
    eventually(lambda: not standing(project, job), "the first job did not end")
    wait_for_accounting(project.stack)
    used = used_minutes(project)
    assert used >= 1
    give_back(staff_browser, project, job)
    eventually(lambda: limit(project) == 120 + used, "the hours given back did not reach Slurm")
    assert ledger(project) == [("award", 120), ("refund", used)]
    with_past_start(project)
    manage(staff_browser, project, "end", ends_on=day(-1))
    project.wait_for_state(ZELLIK, "expired")

    def has_lapsed() -> bool:
        project.stack.manage("nightly")
        return limit(project) == used

    eventually(has_lapsed, "what was unspent did not lapse")
    manage(staff_browser, project, "renew", gpu_hours="1", ends_on=day(30))
    eventually(lambda: limit(project) == used + 60, "the renewal did not reach Slurm")
    project.wait_for_state(ZELLIK, "active")

    eventually(lambda: holds_back(project, "--time=61"), "more than was renewed can be used")
    whole = submit(project, "--gres=gpu:1", "--time=60", command="sleep 300")
    eventually(lambda: state_of(project, whole) == "RUNNING", "the renewed hours cannot be used")
    eventually(lambda: holds_back(project, "--time=1"), "a minute too much can be used")
    assert state_of(project, whole) == "RUNNING"
    project.testbed.slurm("zellik", "scancel", "-A", project.name)


def test_a_slurm_that_forgot_gives_nobody_time_twice(
    give_project: GiveProject,
) -> None:
    project = give_project({ZELLIK: 1}, track="pg", months=1)
    job = submit(project, "--gres=gpu:4", "--nodes=2", "--time=2", command="sleep 31")
    eventually(lambda: not standing(project, job), "the first job did not end")
    wait_for_accounting(project.stack)
    assert used_minutes(project) >= 4, "more than the tolerance"
    running = submit(project, "--gres=gpu:1", "--time=50", command="sleep 600")
    eventually(lambda: state_of(project, running) == "RUNNING", "the job did not start")
    saved = state_folder(project) / "qos_usage"
    kept = saved.with_name("qos_usage.kept_by_a_test")

    restart_slurmctld(project, lambda: forget(saved, kept))

    eventually(lambda: lost_minutes(project) >= 4, "the portal did not see the loss")
    eventually(lambda: limit(project) == 60 - lost_minutes(project), "the limit is not lower")
    assert state_of(project, running) == "RUNNING", "nothing is stopped for it"
    eventually(lambda: holds_back(project, "--time=9"), "time is given twice")
    assert state_of(project, running) == "RUNNING"
    project.testbed.slurm("zellik", "scancel", "-A", project.name)
    lost = lost_minutes(project)

    restart_slurmctld(project, lambda: shutil.move(kept, saved))

    eventually(lambda: lost_minutes(project) < lost, "the portal did not see the counter again")
    eventually(lambda: limit(project) > 60 - lost, "the limit stays low")


def give_back(staff: Browser, project: GivenProject, job: str) -> None:
    """Staff choose a job that a fault has lost, look at it, and credit it."""
    address = "/staff/sites/zellik/lost-jobs"
    staff.open(f"{address}?job={job}")
    assert project.name in staff.text()
    staff.submit(address, {"reason": "A power supply failed."})


def ledger(project: GivenProject) -> list[tuple[str, int]]:
    return query(
        project.stack,
        """SELECT kind, gpu_minutes FROM allocations_ledgerentry
           WHERE allocation_id = %s ORDER BY id""",
        allocation_id(project),
    )


@pytest.mark.parametrize("loss", ["cold start", "state lost"])
def test_controller_that_starts_from_nothing_gives_nobody_time_twice(
    give_project: GiveProject, loss: str
) -> None:
    project = give_project({ZELLIK: 1}, track="pg", months=1)
    job = submit(project, "--gres=gpu:4", "--nodes=2", "--time=2", command="sleep 31")
    eventually(lambda: not standing(project, job), "the job did not end")
    wait_for_accounting(project.stack)
    used = used_minutes(project)
    assert used >= 4, "more than the tolerance"

    with started_from_nothing(project, loss):
        if loss == "state lost":
            eventually(lambda: lost_minutes(project) >= used, "the portal did not see the loss")
        wait_for_accounting(project.stack)
        eventually(lambda: limit(project) == 60 - lost_minutes(project), "the limit is not lower")
        eventually(lambda: holds_back(project, f"--time={60 - used + 1}"), "time is given twice")
        last = submit(project, "--gres=gpu:1", f"--time={60 - used - 1}", command="sleep 300")
        eventually(lambda: state_of(project, last) == "RUNNING", "what is left cannot be used")
        eventually(lambda: holds_back(project, "--time=3"), "time is given twice beside a job")
        wait_for_accounting(project.stack)
        assert used_minutes(project) + limit(project) <= 60 + used, "more than was granted"
        project.testbed.slurm("zellik", "scancel", "-A", project.name)
        eventually(lambda: not standing(project, last), "the job did not end")


@contextmanager
def started_from_nothing(project: GivenProject, loss: str) -> Iterator[None]:
    """slurmctld without what it remembered; it remembers again afterwards, where it can.

    A cold start forgets jobs, nodes and partitions, but 22.05 still reads what budgets have used.
    """
    saved = state_folder(project)
    kept = saved.with_name(f"{saved.name}.kept_by_a_test")
    if loss == "cold start":
        restart_slurmctld(project, lambda: None, "-c")
        yield
        return
    restart_slurmctld(project, lambda: lose(saved, kept))
    yield
    restart_slurmctld(project, lambda: put_back(saved, kept))


def lose(saved: Path, kept: Path) -> None:
    """Take all of slurmctld's state away, as a disk that was lost would."""
    owner = saved.stat()
    saved.rename(kept)
    saved.mkdir(mode=0o700)
    os.chown(saved, owner.st_uid, owner.st_gid)


def put_back(saved: Path, kept: Path) -> None:
    shutil.rmtree(saved)
    kept.rename(saved)


def submit(project: GivenProject, *options: str, command: str = "sleep 6") -> str:
    """A member's job; its number. After a restart the partition opens with the next cycle."""
    numbers: list[str] = []

    def accepted() -> bool:
        answer = project.testbed.as_user(
            "zellik", project.username, *sbatch(ZELLIK, project.name, *options, command=command)
        )
        numbers.append(answer.stdout.strip())
        return answer.returncode == 0

    eventually(accepted, f"a job with {options} was refused")
    return numbers[-1]


def state_of(project: GivenProject, job: str) -> str:
    return project.testbed.slurm("zellik", "squeue", "-h", "-j", job, "-o", "%T").strip()


def holds_back(project: GivenProject, duration: str) -> bool:
    """Whether a job of one GPU is refused, or waits, for the budget and for nothing else."""
    command = sbatch(ZELLIK, project.name, "--gres=gpu:1", duration, command="sleep 60")
    answer = project.testbed.as_user("zellik", project.username, *command)
    if answer.returncode != 0:
        return "GPU-hours" in answer.stderr or "QOSGrpGRESMinutes" in answer.stderr
    job = answer.stdout.strip()
    settled = {"PENDING QOSGrpGRESMinutes", "RUNNING None"}
    eventually(lambda: standing(project, job) in settled, "Slurm does not decide about a job")
    waits = standing(project, job) == "PENDING QOSGrpGRESMinutes"
    project.testbed.slurm("zellik", "scancel", job)
    return waits


def standing(project: GivenProject, job: str) -> str:
    """A job's state and why it waits; nothing once it has ended."""
    return project.testbed.slurm("zellik", "squeue", "-h", "-j", job, "-o", "%T %r").strip()


def limit(project: GivenProject) -> int:
    return int(limit_in_slurm(project).removeprefix("gres/gpu="))


def used_minutes(project: GivenProject) -> int:
    return int(project.figures()["zellik"]["used_gpu_seconds"]) // 60


def lost_minutes(project: GivenProject) -> int:
    rows = query(
        project.stack,
        "SELECT lost_minutes FROM allocations_allocation WHERE id = %s",
        allocation_id(project),
    )
    return int(rows[0][0])


def state_folder(project: GivenProject) -> Path:
    text = project.testbed.slurm("zellik", "scontrol", "show", "config")
    return Path(re.findall(r"^StateSaveLocation\s*= (\S+)$", text, re.MULTILINE)[0])


def forget(saved: Path, kept: Path) -> None:
    """Take away what slurmctld remembers of use, as a disk that was lost would."""
    shutil.move(saved, kept)
    saved.with_name("qos_usage.old").unlink(missing_ok=True)


def restart_slurmctld(
    project: GivenProject,
    meanwhile: object,
    *options: str,
    environment: Mapping[str, str] | None = None,
) -> None:
    layout = project.testbed.layout
    usual = slurmctld_service(layout, ZELLIK)
    controller = replace(
        usual,
        command=(*usual.command, *options),
        environment={**usual.environment, **(environment or {})},
    )
    stop(layout, controller)
    meanwhile()  # type: ignore[operator]

    def started() -> bool:
        try:
            start(layout, controller)
        except TestbedError:
            return False
        return not nodes_not_ready(layout, ZELLIK)

    eventually(started, "slurmctld did not come back")


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def eventually(condition: object, message: str) -> None:
    wait_until(condition, PATIENCE_SECONDS, message, "Read the bridge's log.")  # type: ignore[arg-type]
