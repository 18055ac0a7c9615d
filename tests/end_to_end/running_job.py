"""A job that goes on while everything around it fails."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.steps import RoadError, sbatch, wait_until
from deploy.testbed.layout import ZELLIK
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.testbed import Testbed


@dataclass(frozen=True)
class RunningJob:
    """One job on Zellik."""

    project: GivenProject
    number: str

    @property
    def state(self) -> str:
        """What Slurm says of it now."""
        testbed = self.project.testbed
        return testbed.slurm("zellik", "squeue", "-h", "-j", self.number, "-o", "%T").strip()


@contextmanager
def running_job(give_project: GiveProject) -> Iterator[RunningJob]:
    """Start a long job of a new project; cancel it in the end."""
    project = give_project({ZELLIK: 100}, track="pg", months=1)
    words = sbatch(ZELLIK, project.name, "--gres=gpu:1", "--time=720", command="sleep 43000")
    answer = project.testbed.as_user("zellik", project.username, *words)
    assert answer.returncode == 0, answer.stderr
    job = RunningJob(project, answer.stdout.strip())
    try:
        wait_until(lambda: job.state == "RUNNING", 60, "the job does not start", "Look at squeue.")
    except RoadError as error:
        queue = project.testbed.slurm("zellik", "squeue", "-o", "%i %u %a %T %r")
        raise AssertionError(f"{error}\n{queue}") from error
    wait_until_saved(project.testbed, job.number)
    yield job
    project.testbed.slurm("zellik", "scancel", job.number)


def wait_until_saved(testbed: Testbed, job: str) -> None:
    """slurmctld writes jobs down seconds after a change; what it has not is lost with it."""
    since = time.time()
    testbed.slurm("zellik", "scontrol", "update", f"JobId={job}", "Comment=to be saved")
    text = testbed.slurm("zellik", "scontrol", "show", "config")
    folder = re.findall(r"^StateSaveLocation\s*= (\S+)$", text, re.MULTILINE)[0]
    saved = Path(folder) / "job_state"
    wait_until(
        lambda: saved.exists() and saved.stat().st_mtime > since,
        90,
        "slurmctld does not save its state",
        "Read its log.",
    )
