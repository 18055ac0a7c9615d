"""A member with jobs is removed: exactly the jobs that staff have seen are cancelled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.demo.browser import Browser
from deploy.demo.people import Person
from deploy.demo.steps import join, sbatch, username_of, wait_until
from deploy.testbed.errors import TestbedError
from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import start, stop
from slurm_bridge.login.publish import SUBMIT_FILE
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.end_to_end.reports import query

pytestmark = pytest.mark.slurm

LEA = Person("Lea", "Vermeer")


def eventually(condition: object, message: str) -> None:
    wait_until(condition, 90, message, "Read the bridge's log.")  # type: ignore[arg-type]


@dataclass(frozen=True)
class Leaver:
    """Somebody with jobs in a project of another's."""

    project: GivenProject
    username: str

    def submit(self, *options: str) -> str:
        return submit(self.project, self.username, *options)

    def jobs(self) -> dict[str, str]:
        """Number and state of each job that is not ending."""
        rows = squeue(self.project, f"--user={self.username}")
        return {number: state for number, state in rows.items() if state != "COMPLETING"}

    def told(self) -> set[str]:
        """The numbers of the jobs that the portal has."""
        return {job["job_id"] for row in self._rows("leavingmember", "jobs") for job in row[0]}

    def page(self) -> str:
        """The address of the list that staff see."""
        return f"/staff/leaving/{self._rows('leavingmember', 'id')[0][0]}/"

    def open_cancels(self) -> int:
        """How many confirmations the site has not finished with."""
        return sum(ended is None for (ended,) in self._rows("jobcancel", "ended_at"))

    def _rows(self, table: str, column: str) -> list[tuple[Any, ...]]:
        return query(
            self.project.stack,
            f"""SELECT found.{column} FROM allocations_{table} found
                JOIN allocations_allocation allocation ON allocation.id = found.allocation_id
                WHERE allocation.account_name = %s AND found.username = %s""",
            self.project.name,
            self.username,
        )

    def is_member(self) -> bool:
        shown = self.project.testbed.slurm(
            "zellik", "sacctmgr", "-nP", "show", "assoc", f"account={self.project.name}",
            "format=User",
        )  # fmt: skip
        return self.username in shown.split()

    def submit_by_hand(self, *options: str) -> str:
        """A job after an administrator let them submit again; the bridge may be quick to block."""

        def unblock() -> None:
            self.project.testbed.slurm(
                "zellik", "sacctmgr", "-i", "modify", "user", self.username, "where",
                f"account={self.project.name}", "set", "MaxSubmitJobs=-1",
            )  # fmt: skip
            # Without it job_submit.lua lets everybody pass; the bridge writes it again.
            folder = self.project.testbed.layout.login_folder(ZELLIK)
            (folder / SUBMIT_FILE).unlink(missing_ok=True)

        return submit(self.project, self.username, *options, before=unblock)


def submit(
    project: GivenProject,
    username: str,
    *options: str,
    before: Callable[[], object] = lambda: None,
) -> str:
    numbers: list[str] = []

    def accepted() -> bool:
        before()
        words = sbatch(ZELLIK, project.name, "--gres=gpu:1", *options, command="sleep 280")
        try:
            answer = project.testbed.as_user("zellik", username, *words)
        except TestbedError:
            return False  # The bridge has not made the UNIX user yet.
        numbers.append(answer.stdout.strip())
        return answer.returncode == 0

    eventually(accepted, f"a job of {username} was refused")
    return numbers[-1]


def squeue(project: GivenProject, *options: str) -> dict[str, str]:
    listed = project.testbed.slurm(
        "zellik", "squeue", "-h", "--array", "-A", project.name, "-o", "%i %T", *options
    )
    return dict(line.split() for line in listed.splitlines())


def leaving(project: GivenProject) -> Leaver:
    """A second member, who can submit."""
    project.leader.open(f"/projects/{project.name}/")
    project.leader.submit(f"/projects/{project.name}/invite", {"email": LEA.email})
    join(project.stack, LEA)
    username = username_of(project.stack, project.leader, project.name, LEA)
    return Leaver(project, username)


def remove(leaver: Leaver) -> None:
    membership = query(
        leaver.project.stack,
        """SELECT membership.id FROM allocations_membership membership
           JOIN allocations_project project ON project.id = membership.project_id
           WHERE project.name = %s AND membership.role = 'member'""",
        leaver.project.name,
    )[0][0]
    leaver.project.leader.open(f"/members/{membership}/remove")
    leaver.project.leader.submit(f"/members/{membership}/remove")


@contextmanager
def silent_bridge(project: GivenProject) -> Iterator[None]:
    """The site tells nothing new meanwhile."""
    service = project.stack.bridge(ZELLIK)
    stop(project.stack.layout, service)
    try:
        yield
    finally:
        start(project.stack.layout, service)


def confirm(staff: Browser, leaver: Leaver) -> str:
    """Send the form of the page that is open; what the portal says then."""
    staff.submit(leaver.page(), {"reason": "The nodes are needed."})
    return staff.text()


def test_confirmed_jobs_are_cancelled_the_member_leaves_and_no_other_job_is_touched(
    give_project: GiveProject, staff_browser: Browser
) -> None:
    project = give_project({ZELLIK: 100}, track="pg", months=1)
    leaver = leaving(project)
    leaders = submit(project, project.username, "--hold")
    running = leaver.submit("--job-name=<b>x</b>")
    array = leaver.submit("--array=0-2", "--hold")
    first = {running, *(f"{array}_{task}" for task in range(3))}
    eventually(lambda: leaver.jobs().get(running) == "RUNNING", "the job does not start")

    remove(leaver)
    eventually(lambda: leaver.told() == first, f"the portal has {leaver.told()}, not {first}")
    assert leaver.is_member()
    staff_browser.open(leaver.page())
    assert "4 jobs run or wait" in staff_browser.text()
    assert "<b>x</b>" in staff_browser.text()

    # A job that comes after the page was opened.
    second = leaver.submit_by_hand("--hold")
    eventually(lambda: leaver.told() == {*first, second}, "the new job is not told")
    assert "Other jobs have come" in confirm(staff_browser, leaver)
    assert leaver.jobs().keys() == {*first, second}

    # One that comes after the list, while the portal cannot know of it, is not covered either.
    staff_browser.open(leaver.page())
    with silent_bridge(project):
        third = leaver.submit_by_hand("--hold")
        assert "the site cancels these jobs" in confirm(staff_browser, leaver)
    eventually(lambda: leaver.jobs().keys() == {third}, "the confirmed jobs are still there")
    eventually(lambda: leaver.told() == {third}, "the portal does not ask about the new job")
    assert leaver.is_member()
    assert squeue(project) == {leaders: "PENDING", third: "PENDING"}

    staff_browser.open(leaver.page())
    confirm(staff_browser, leaver)
    eventually(lambda: not leaver.is_member(), "the member is not removed")
    assert leaver.jobs() == {}
    assert squeue(project) == {leaders: "PENDING"}
    eventually(lambda: not leaver.open_cancels(), "a cancel does not come to its end")
    project.testbed.slurm("zellik", "scancel", "-A", project.name)
