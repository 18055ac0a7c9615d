"""A track that administrators add on the pages becomes accounts in Slurm."""

import re

import pytest

from deploy.demo.people import Person, sign_in
from deploy.demo.stack import Stack
from deploy.demo.steps import sbatch
from deploy.testbed.layout import ZELLIK
from tests.end_to_end.conftest import GiveProject
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

NOOR = Person("Noor", "Willems")
CODE = "edu"


@pytest.fixture
def track(stack: Stack) -> str:
    """A track of its own, as the playground; a portal that was kept has it already."""
    noor = sign_in(stack, NOOR)
    stack.manage("set_role", NOOR.email, "administrator")
    noor.open("/staff/tracks/")
    if CODE not in noor.text().split():
        noor.open("/staff/tracks/new")
        noor.submit("/staff/tracks/new", {"code": CODE, "name": "Education"})
        noor.submit(f"/staff/tracks/{CODE}/begin", {"like": "pg"})
        noor.open(f"/staff/tracks/{CODE}/1/")
        noor.submit(f"/staff/tracks/{CODE}/1/publish")
    return CODE


def test_an_award_on_a_new_track_runs_jobs_under_the_tracks_own_account(
    track: str, give_project: GiveProject, testbed: Testbed
) -> None:
    project = give_project({ZELLIK: 10}, track=track, months=1)
    assert re.fullmatch(rf"aif\d\d{track}\d{{4}}", project.name)
    show = ("sacctmgr", "-nP", "show", "assoc", "format=parentname", "where")
    of_account = (f"account={project.name}", "cluster=zellik", "user=")
    assert testbed.slurm("zellik", *show, *of_account).split() == [f"aif_{track}"]
    job = testbed.as_user("zellik", project.username, *sbatch(ZELLIK, project.name))
    assert job.returncode == 0, job.stderr
