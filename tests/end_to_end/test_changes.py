"""What staff and leaders change in the portal reaches Slurm."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deploy.demo.browser import Browser
from deploy.demo.people import BRAM
from deploy.demo.steps import join, sbatch, username_of, wait_until
from deploy.testbed.layout import ZELLIK
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.end_to_end.reports import query

pytestmark = pytest.mark.slurm


def allocation_id(project: GivenProject) -> int:
    rows = query(
        project.stack,
        """SELECT allocation.id FROM allocations_allocation allocation
           JOIN allocations_project project ON project.id = allocation.project_id
           WHERE project.name = %s""",
        project.name,
    )
    return int(rows[0][0])


def manage(staff: Browser, project: GivenProject, what: str, **values: str) -> None:
    address = f"/allocations/{allocation_id(project)}/{what}"
    staff.open(address)
    staff.submit(address, {**values, "reason": "Agreed with the leader."})


def limit_in_slurm(project: GivenProject) -> str:
    return project.testbed.slurm(
        "zellik", "sacctmgr", "-nP", "show", "qos", f"{project.name}_zellik", "format=GrpTRESMins"
    ).strip()


def accepts(project: GivenProject, username: str) -> bool:
    """Whether a member can submit; the job is not left to run, or later ones would queue."""
    try:
        answer = project.testbed.as_user("zellik", username, *sbatch(ZELLIK, project.name))
    except Exception:  # noqa: BLE001  # the UNIX user may not be there yet
        return False
    if answer.returncode == 0:
        project.testbed.slurm("zellik", "scancel", answer.stdout.strip())
    return answer.returncode == 0


def eventually(condition: object, message: str) -> None:
    wait_until(condition, 30, message, "Read the bridge's log.")  # type: ignore[arg-type]


def test_a_supplement_and_a_reduction_change_the_limit(
    give_project: GiveProject, staff_browser: Browser
) -> None:
    project = give_project({ZELLIK: 10}, track="pg", months=1)
    assert limit_in_slurm(project) == "gres/gpu=600"
    manage(staff_browser, project, "budget", gpu_hours="5")
    eventually(lambda: limit_in_slurm(project) == "gres/gpu=900", "no supplement")
    manage(staff_browser, project, "budget", gpu_hours="-8")
    eventually(lambda: limit_in_slurm(project) == "gres/gpu=420", "no reduction")


def test_a_suspended_project_is_refused_while_its_jobs_run_out_and_resumes(
    give_project: GiveProject, staff_browser: Browser
) -> None:
    project = give_project({ZELLIK: 10}, track="pg", months=1)
    job = project.testbed.as_user(
        "zellik", project.username, *sbatch(ZELLIK, project.name, command="sleep 120")
    ).stdout.strip()
    manage(staff_browser, project, "suspend")
    eventually(lambda: not accepts(project, project.username), "not suspended")
    state = project.testbed.slurm("zellik", "squeue", "-h", "-j", job, "-o", "%T")
    assert state.strip() in {"RUNNING", "PENDING"}
    manage(staff_browser, project, "resume")
    eventually(lambda: accepts(project, project.username), "not resumed")
    project.wait_for_state(ZELLIK, "active")
    project.testbed.slurm("zellik", "scancel", "-A", project.name)


def test_an_expired_project_is_refused_and_nothing_of_it_is_deleted(
    give_project: GiveProject, staff_browser: Browser
) -> None:
    project = give_project({ZELLIK: 10}, track="pg", months=1)
    # A first day in the past, so that the last one may be yesterday.
    with_past_start(project)
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    manage(staff_browser, project, "end", ends_on=yesterday)
    eventually(lambda: not accepts(project, project.username), "still accepted")
    assert limit_in_slurm(project) == "gres/gpu=600"
    members = project.testbed.slurm(
        "zellik", "sacctmgr", "-nP", "show", "assoc", f"account={project.name}", "format=User"
    )
    assert project.username in members.split()
    assert project.figures()["zellik"]["state"] == "expired"


def test_a_member_comes_and_goes(give_project: GiveProject) -> None:
    project = give_project({ZELLIK: 10}, track="pg", months=1)
    project.leader.open(f"/projects/{project.name}/")
    project.leader.submit(f"/projects/{project.name}/invite", {"email": BRAM.email})
    join(project.stack, BRAM)
    username = username_of(project.stack, project.leader, project.name, BRAM)
    eventually(lambda: accepts(project, username), "the new member is refused")
    membership = query(
        project.stack,
        """SELECT membership.id FROM allocations_membership membership
           JOIN allocations_project project ON project.id = membership.project_id
           WHERE project.name = %s AND membership.role = 'member'""",
        project.name,
    )[0][0]
    project.leader.open(f"/members/{membership}/remove")
    project.leader.submit(f"/members/{membership}/remove")
    eventually(lambda: not accepts(project, username), "the former member is accepted")
    assert accepts(project, project.username)


def with_past_start(project: GivenProject) -> None:
    query(
        project.stack,
        """UPDATE allocations_allocation SET starts_on = starts_on - 10
           WHERE id = %s RETURNING id""",
        allocation_id(project),
    )
