"""Nodes that staff give to one project become a partition of its cluster, and go again."""

import pytest

from deploy.demo.browser import Browser
from deploy.demo.steps import sbatch
from deploy.testbed.layout import ZELLIK
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.end_to_end.test_changes import allocation_id, eventually, manage

pytestmark = pytest.mark.slurm

OWN = {
    "nodes": "zellik-gpu2",
    "max_hours": "1",
    "max_nodes": "1",
    "priority": "10",
    "memory_mb_per_cpu": "1000",
}


def partitions(project: GivenProject) -> dict[str, str]:
    """Every partition of Zellik with its state."""
    answer = project.testbed.slurm("zellik", "sinfo", "--noheader", "--all", "--format=%R %a")
    return dict(line.split() for line in answer.splitlines())


def accepts_on_its_own(project: GivenProject) -> bool:
    command = sbatch(ZELLIK, project.name, f"--partition={project.name}", "--time=1")
    return project.testbed.as_user("zellik", project.username, *command).returncode == 0


def test_a_project_gets_a_partition_of_its_own_and_loses_it_again(
    give_project: GiveProject, staff_browser: Browser
) -> None:
    project = give_project({ZELLIK: 10}, track="pg", months=1)
    # The bridge tells the portal which nodes there are with its first heartbeat.
    address = f"/allocations/{allocation_id(project)}/dedicated"
    eventually(
        lambda: "zellik-gpu[1-2]" in staff_browser.client.get(address).text, "no nodes are known"
    )
    page = staff_browser.client.get(f"/projects/{project.name}/").text
    assert "End its partition" not in page
    last_day = str(project.figures()["zellik"]["ends_on"])

    manage(staff_browser, project, "dedicated", **OWN, ends_on=last_day)

    eventually(lambda: partitions(project).get(project.name) == "up", "no partition was made")
    eventually(lambda: accepts_on_its_own(project), "its member is refused")
    project.testbed.slurm("zellik", "scontrol", "reconfigure")
    assert partitions(project).get(project.name) == "up"
    project.testbed.slurm("zellik", "scancel", "-A", project.name)

    manage(staff_browser, project, "dedicated/end")

    eventually(lambda: project.name not in partitions(project), "the partition is still there")
