"""What staff are told of their sites by mail: each thing once."""

from typing import Any

import pytest
from django.core import mail

from accounts.models import User
from allocations.actions.partitions import set_dedicated_partition
from allocations.actions.sync import record_report
from allocations.models import Allocation, DedicatedPartition, Project, Site
from slurm_bridge.changes import CreatePartition, OpenPartition
from slurm_bridge.plan_dedicated import settings_of
from slurm_bridge.wire import ChangeResult, Conflict, DesiredPartition
from tests.portal.staff_world import BRIDGE, cycle, propose_plan, report_site

HOSTILE = "no such node\r\nBcc: all@example.org\u202e{{ portal }}"


def subjects() -> list[str]:
    return [str(message.subject) for message in mail.outbox]


@pytest.fixture
def zellik(seeded: None) -> Site:
    site = Site.objects.get(code="zellik")
    report_site(site)
    return site


def test_plan_that_waits_is_told_to_each_member_of_staff_once(
    zellik: Site, staff: User, administrator: User
) -> None:
    for _ in range(3):
        plan = propose_plan(zellik)
    assert subjects() == ["A plan of Zellik waits for you"] * 2
    assert {message.to[0] for message in mail.outbox} == {staff.email, administrator.email}
    body = str(mail.outbox[0].body)
    assert "- refuse new jobs of account aif26rs0001" in body
    assert "It concerns 3 running or waiting jobs." in body
    assert f"/staff/sites/zellik/plans/{plan.plan_id}/" in body


def test_another_plan_is_told_and_one_that_comes_back_is_not(zellik: Site, staff: User) -> None:
    propose_plan(zellik)
    propose_plan(zellik, OpenPartition(partition="h200", account="aif26rs0002"))
    propose_plan(zellik)
    assert len(subjects()) == 2


def test_plan_that_the_guard_stops_says_so(zellik: Site, staff: User) -> None:
    propose_plan(zellik, refused="it would remove 9 of 9 memberships, more than 25%")
    body = " ".join(str(mail.outbox[0].body).split())
    assert "The guard of Zellik stops what it would change: it would remove 9 of 9" in body


def test_long_plan_is_cut_short(zellik: Site, staff: User) -> None:
    changes = [OpenPartition(partition="h200", account=f"aif26rs{n:04}") for n in range(60)]
    propose_plan(zellik, *changes)
    body = str(mail.outbox[0].body)
    assert body.count("\n- ") == 20
    assert "… 60 changes in all." in body


@pytest.fixture
def partition(zellik: Site, project: Project, staff: User) -> DedicatedPartition:
    """Nodes of a project's own, which nobody has been told of yet."""
    found = give_nodes(project.allocations.get(site=zellik), staff, "zellik-gpu[1-2]")
    mail.outbox.clear()
    return found


def give_nodes(allocation: Allocation, staff: User, nodes: str) -> DedicatedPartition:
    return set_dedicated_partition(
        allocation_id=allocation.pk,
        nodes=nodes,
        max_hours=48,
        max_nodes=None,
        priority=10,
        memory_mb_per_cpu=2000,
        ends_on=allocation.ends_on,
        reason="A long run.",
        actor=staff,
    )


def report(partition: DedicatedPartition, **changes: Any) -> None:
    site = partition.allocation.site
    said = cycle(site, plan_id="1").model_copy(update={"results": (), "conflicts": ()} | changes)
    record_report(site=site, report=said, actor=BRIDGE)


def failed(partition: DedicatedPartition, outcome: str = "failed") -> dict[str, Any]:
    wanted = DesiredPartition(
        name=partition.name,
        owner_mark=partition.allocation.project.owner_mark,
        account=partition.name,
        nodes=partition.nodes,
        default_minutes=60,
        max_minutes=60,
        priority=10,
        memory_mb_per_cpu=2000,
    )
    change = CreatePartition(
        partition=wanted.name, owner_mark=wanted.owner_mark, settings=settings_of(wanted)
    )
    reason = HOSTILE if outcome == "failed" else ""
    return {
        "results": (ChangeResult.model_validate(
            {"change": change, "outcome": outcome, "reason": reason}
        ),)
    }  # fmt: skip


def test_partition_that_could_not_be_made_is_told_once(partition: DedicatedPartition) -> None:
    for _ in range(3):
        report(partition, **failed(partition))
    (subject,) = subjects()
    assert subject == f"Partition {partition.name} at Zellik is not as it should be"
    message = mail.outbox[0]
    assert "Bcc" not in message.message()
    body = str(message.body)
    assert "no such node Bcc: all@example.org{{ portal }}" in body
    assert "\u202e" not in body
    assert f"/allocations/{partition.allocation_id}/dedicated" in body


def test_something_in_its_way_is_told_too(partition: DedicatedPartition) -> None:
    conflict = Conflict(subject=f"partition {partition.name}", reason="exists already")
    report(partition, conflicts=(conflict,))
    assert "exists already" in str(mail.outbox[0].body)


def test_other_nodes_that_fail_again_are_told_again(
    partition: DedicatedPartition, staff: User
) -> None:
    report(partition, **failed(partition))
    again = give_nodes(partition.allocation, staff, "zellik-gpu3")
    report(again, **failed(again))
    assert len(subjects()) == 2


def test_partition_that_was_made_and_one_that_is_nobodys_are_not_told(
    partition: DedicatedPartition,
) -> None:
    report(partition, **failed(partition, outcome="applied"))
    report(partition, conflicts=(Conflict(subject="partition debug", reason="exists already"),))
    assert subjects() == []
