"""A site whose bridge asks first: what staff approved reaches Slurm, exactly that or nothing."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from deploy.demo.browser import Browser
from deploy.demo.people import ADA
from deploy.demo.stack import Stack
from deploy.demo.steps import apply_for_time, approve, hand_in, sbatch, username_of, wait_until
from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import start, stop
from tests.end_to_end.reports import query
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

MOVED = 4


@pytest.fixture
def asking(stack: Stack) -> Iterator[None]:
    """Zellik's bridge changes nothing before staff have approved it."""
    config = stack.bridge_config(ZELLIK)
    usual = config.read_text()
    restart(stack, usual.replace("[local_directory]", 'mode = "plan_only"\n\n[local_directory]'))
    yield
    restart(stack, usual)


def restart(stack: Stack, config: str) -> None:
    service = stack.bridge(ZELLIK)
    stop(stack.layout, service)
    stack.bridge_config(ZELLIK).write_text(config)
    start(stack.layout, service)


def eventually(condition: Callable[[], bool], message: str) -> None:
    wait_until(condition, 60, message, "Read the bridge's log.")


def plans_about(stack: Stack, name: str, state: str) -> list[str]:
    rows = query(
        stack,
        """SELECT plan_id FROM allocations_siteplan
           WHERE state = %s AND begun_at IS NULL AND names @> to_jsonb(%s::text)
           ORDER BY id DESC""",
        state,
        name,
    )
    return [row[0] for row in rows]


def waiting_plan(stack: Stack, name: str, *, other_than: str = "") -> str:
    def found() -> list[str]:
        return [plan for plan in plans_about(stack, name, "waiting") if plan != other_than]

    eventually(lambda: bool(found()), f"no plan about {name} waits")
    return found()[0]


def say_yes(staff: Browser, plan: str) -> None:
    staff.open(f"/staff/sites/zellik/plans/{plan}/")
    staff.submit(f"/plans/{plan}/approve")


def test_a_site_that_only_plans_applies_exactly_what_staff_approved(
    stack: Stack, testbed: Testbed, staff_browser: Browser, asking: None
) -> None:
    leader, reference = apply_for_time(stack, ADA, track="pg", hours={ZELLIK: 10}, months=1)
    hand_in(leader, reference)
    project = approve(staff_browser, leader, reference).project
    plan = waiting_plan(stack, project)

    assert testbed.slurm("zellik", "sacctmgr", "-nP", "show", "account", project).strip() == ""
    leader.open(f"/projects/{project}/")
    assert "Waits for approval." in leader.text()

    say_yes(staff_browser, plan)
    eventually(lambda: "Active since" in page_of(leader, project), f"{project} is not active")
    username = username_of(stack, leader, project, ADA)
    submitted = testbed.as_user("zellik", username, *sbatch(ZELLIK, project))
    assert submitted.returncode == 0, submitted.stderr

    refuses_a_plan_once_the_world_has_moved(stack, testbed, staff_browser, project)
    testbed.slurm("zellik", "scancel", "-A", project)


def refuses_a_plan_once_the_world_has_moved(
    stack: Stack, testbed: Testbed, staff: Browser, project: str
) -> None:
    qos = f"{project}_zellik"
    give_five_hours_more(stack, staff, project)
    plan = waiting_plan(stack, qos)
    by_hand = ("sacctmgr", "-i", "modify", "qos", "where", f"name={qos}", "set")
    testbed.slurm("zellik", *by_hand, "GrpTRESMins=gres/gpu=601")

    answer = apply_reviewed(stack, plan)
    assert (answer.returncode, limit(testbed, qos)) == (MOVED, "gres/gpu=601"), answer.stderr
    assert f"no longer {plan}: nothing was changed" in answer.stderr

    say_yes(staff, plan)
    newer = waiting_plan(stack, qos, other_than=plan)
    assert limit(testbed, qos) == "gres/gpu=601"
    assert plans_about(stack, qos, "approved") == []

    say_yes(staff, newer)
    eventually(lambda: limit(testbed, qos) == "gres/gpu=900", "the approved plan was not applied")


def page_of(browser: Browser, project: str) -> str:
    browser.open(f"/projects/{project}/")
    return browser.text()


def give_five_hours_more(stack: Stack, staff: Browser, project: str) -> None:
    rows = query(
        stack,
        """SELECT allocation.id FROM allocations_allocation allocation
           JOIN allocations_project project ON project.id = allocation.project_id
           WHERE project.name = %s""",
        project,
    )
    address = f"/allocations/{rows[0][0]}/budget"
    staff.open(address)
    staff.submit(address, {"gpu_hours": "5", "reason": "Agreed with the leader."})


def limit(testbed: Testbed, qos: str) -> str:
    return testbed.slurm(
        "zellik", "sacctmgr", "-nP", "show", "qos", qos, "format=GrpTRESMins"
    ).strip()


def apply_reviewed(stack: Stack, plan: str) -> subprocess.CompletedProcess[str]:
    service = stack.bridge(ZELLIK)
    _program, _run, *config = service.command
    return subprocess.run(
        stack.bridge_command("apply", *config, "--plan-id", plan),
        env=dict(service.environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
