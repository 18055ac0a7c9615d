"""Slurm itself holds what the portal awarded."""

import pytest

from deploy.demo.steps import sbatch
from deploy.testbed.layout import CHARLEROI, ZELLIK
from tests.end_to_end.conftest import GiveProject

pytestmark = pytest.mark.slurm


def test_a_job_that_could_never_fit_the_budget_is_refused_at_sbatch(
    give_project: GiveProject,
) -> None:
    project = give_project({ZELLIK: 1}, track="pg", months=1)
    small = ("--gres=gpu:1", "--time=50")
    large = ("--gres=gpu:4", "--time=60")
    submit = project.testbed.as_user
    assert submit("zellik", project.username, *sbatch(ZELLIK, project.name, *small)).returncode == 0
    refused = submit("zellik", project.username, *sbatch(ZELLIK, project.name, *large))
    assert refused.returncode != 0
    assert "GPU-hours" in refused.stderr, "said in plain words, not in the words of Slurm"


def test_an_award_at_one_site_opens_no_other(give_project: GiveProject) -> None:
    project = give_project({ZELLIK: 1}, track="pg", months=1)
    elsewhere = project.testbed.as_user(
        "charleroi", project.username, *sbatch(CHARLEROI, project.name)
    )
    assert elsewhere.returncode != 0


def test_a_stranger_to_the_project_is_refused(give_project: GiveProject) -> None:
    project = give_project({ZELLIK: 1}, track="pg", months=1)
    refused = project.testbed.as_user("zellik", "nobody", *sbatch(ZELLIK, project.name))
    assert refused.returncode != 0
