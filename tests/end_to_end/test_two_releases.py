"""One portal over two releases: Zellik on Debian's Slurm, Charleroi on the newest."""

import pytest

from deploy.demo.steps import sbatch, wait_for_end
from deploy.testbed.layout import CHARLEROI, SITES, ZELLIK
from tests.end_to_end.conftest import GiveProject
from tests.end_to_end.reports import assert_exact, wait_for_accounting

pytestmark = [pytest.mark.slurm, pytest.mark.mixed]


def test_one_project_is_granted_used_and_counted_on_both_releases(
    give_project: GiveProject,
) -> None:
    project = give_project({ZELLIK: 900, CHARLEROI: 900})
    releases = {project.testbed.slurm(site.name, "sbatch", "--version") for site in SITES}
    assert len(releases) == len(SITES)

    for site in SITES:
        submitted = project.testbed.as_user(
            site.name,
            project.username,
            *sbatch(site, project.name, "--gres=gpu:2", command="sleep 3"),
        )
        assert submitted.returncode == 0, submitted.stderr
        wait_for_end(project.stack, site, submitted.stdout.strip())

    wait_for_accounting(project.stack)
    for site in SITES:
        assert assert_exact(project.stack, project.testbed, site, project.name) > 0
