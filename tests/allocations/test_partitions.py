"""Who may use which partition, and partitions that one project has to itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.actions.partitions import set_dedicated_partition
from allocations.actions.sync import record_heartbeat
from allocations.desired_state import desired_state
from allocations.errors import RefusedError
from allocations.models import Allocation, DedicatedPartition, Partition, Project, Site
from slurm_bridge.wire import DesiredPartition
from tests.domain import make_draft, make_project
from tests.portal.staff_world import BRIDGE, heartbeat


@pytest.fixture
def zellik(seeded: None) -> Site:
    """A site that has said which nodes it has."""
    site = Site.objects.get(code="zellik")
    said = heartbeat(site).model_copy(update={"nodes": "zellik-gpu[1-22]"})
    record_heartbeat(site=site, heartbeat=said, actor=BRIDGE)
    return site


@pytest.fixture
def allocation(zellik: Site, project: Project) -> Allocation:
    return project.allocations.get(site=zellik)


def typed(allocation: Allocation, **changes: str) -> dict[str, str]:
    return {
        "nodes": "zellik-gpu2,zellik-gpu1",
        "max_hours": "48",
        "max_nodes": "2",
        "priority": "10",
        "memory_mb_per_cpu": "2000",
        "ends_on": allocation.ends_on.isoformat(),
        "reason": "A training run of a month.",
    } | changes


def send(office: Client, route: str, allocation: Allocation, data: dict[str, Any]) -> Any:
    return office.post(reverse(route, args=[allocation.pk]), data)


def wanted(allocation: Allocation) -> tuple[DesiredPartition, ...]:
    return desired_state(allocation.site).dedicated


def test_nodes_of_its_own_reach_the_site(office: Client, allocation: Allocation) -> None:
    response = send(office, "dedicated", allocation, typed(allocation))

    assert response.status_code == 302
    (partition,) = wanted(allocation)
    assert partition == DesiredPartition(
        name=allocation.project.name,
        owner_mark=allocation.project.owner_mark,
        account=allocation.project.name,
        nodes="zellik-gpu[1-2]",
        default_minutes=60,
        max_minutes=48 * 60,
        max_nodes=2,
        priority=10,
        memory_mb_per_cpu=2000,
        ends_on=allocation.ends_on,
    )
    (account,) = [a for a in desired_state(allocation.site).accounts if a.qos]
    assert account.partitions == ("h200", allocation.project.name)


def test_members_see_the_partition_and_staff_how_to_end_it(
    office: Client, allocation: Allocation
) -> None:
    send(office, "dedicated", allocation, typed(allocation))
    address = allocation.project.get_absolute_url()

    page = office.get(address).content.decode()
    assert "zellik-gpu[1-2]" in page
    assert reverse("end_dedicated", args=[allocation.pk]) in page
    office.force_login(allocation.project.application.applicant)
    page = office.get(address).content.decode()
    assert "zellik-gpu[1-2]" in page
    assert reverse("end_dedicated", args=[allocation.pk]) not in page


def test_the_form_says_which_nodes_there_are_and_what_is_set(
    office: Client, allocation: Allocation
) -> None:
    address = reverse("dedicated", args=[allocation.pk])
    assert "zellik-gpu[1-22]" in office.get(address).content.decode()
    send(office, "dedicated", allocation, typed(allocation, max_hours="77"))
    assert 'value="77"' in office.get(address).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nodes": "zellik-gpu23"}, "has no node zellik-gpu23"),
        ({"nodes": "zellik-gpu[1-99999999]"}, "names more than"),
        ({"nodes": "@all"}, "cannot be read"),
        ({"nodes": "zellik-gpu1\nPartitionName=x"}, "cannot be read"),
        ({"nodes": "zellik-gpu[2-1]"}, "backwards"),
        ({"nodes": ""}, "required"),
        ({"nodes": "n" * 5000}, "at most 4000 characters"),
        ({"max_nodes": "3"}, "more nodes than the partition"),
        ({"max_nodes": "0"}, "greater than or equal to 1"),
        ({"max_hours": "0"}, "greater than or equal to 1"),
        ({"max_hours": "9" * 40}, "less than or equal to"),
        ({"priority": "65534"}, "less than or equal to 65533"),
        ({"memory_mb_per_cpu": "-1"}, "greater than or equal to 1"),
        ({"ends_on": "2020-01-01"}, "from today to the last day"),
        ({"ends_on": "2999-01-01"}, "from today to the last day"),
        ({"reason": " "}, "required"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    office: Client, allocation: Allocation, changes: dict[str, str], words: str
) -> None:
    response = send(office, "dedicated", allocation, typed(allocation, **changes))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert wanted(allocation) == ()


def test_a_site_that_never_named_its_nodes_gives_none(office: Client, project: Project) -> None:
    allocation = project.allocations.get(site__code="zellik")

    response = send(office, "dedicated", allocation, typed(allocation))

    assert response.status_code == 422
    assert "has not said yet which nodes it has" in response.content.decode()


def test_a_node_of_another_project_is_refused_until_that_ends(
    office: Client, allocation: Allocation, staff: User
) -> None:
    other = second_allocation(staff)
    send(office, "dedicated", allocation, typed(allocation))

    refused = send(office, "dedicated", other, typed(other, nodes="zellik-gpu[2-3]"))

    assert "Another project has zellik-gpu2 to itself" in refused.content.decode()
    send(office, "end_dedicated", allocation, {"reason": "The run is over."})
    assert send(office, "dedicated", other, typed(other)).status_code == 302
    closed = {item.name: item.closed for item in wanted(allocation)}
    assert closed == {allocation.account_name: True, other.account_name: False}


def second_allocation(staff: User) -> Allocation:
    leader = User.objects.exclude(pk=staff.pk).first()
    assert leader is not None
    draft = make_draft(leader, track="pg", hours={"zellik": 1000}, title="Second")
    application = submit_application(application_id=draft.pk, actor=leader)
    return make_project(application, staff).allocations.get()


def test_an_end_closes_the_partition_and_keeps_its_record(
    office: Client, allocation: Allocation
) -> None:
    send(office, "dedicated", allocation, typed(allocation))

    send(office, "end_dedicated", allocation, {"reason": "The run is over."})

    (partition,) = wanted(allocation)
    assert partition.closed
    (account,) = [a for a in desired_state(allocation.site).accounts if a.qos]
    assert account.partitions == ("h200",)
    again = send(office, "end_dedicated", allocation, {"reason": "Again."})
    assert again.status_code == 302
    trail = apps.get_model("allocations", "DedicatedPartitionEvent").objects
    assert [row.reason for row in trail.order_by("pgh_id")] == [
        "A training run of a month.",
        "The run is over.",
    ]


def test_the_end_of_the_allocation_is_the_end_of_its_partition(
    office: Client, allocation: Allocation
) -> None:
    send(office, "dedicated", allocation, typed(allocation))
    yesterday = timezone.localdate() - timedelta(days=1)

    Allocation.objects.filter(pk=allocation.pk).update(
        starts_on=yesterday - timedelta(days=9), ends_on=yesterday
    )

    (partition,) = wanted(allocation)
    assert (partition.closed, partition.ends_on) == (True, yesterday)
    assert not DedicatedPartition.objects.open_on(timezone.localdate()).exists()  # type: ignore[attr-defined]


def test_nobody_gives_nodes_to_a_project_of_their_own_team(
    client: Client, allocation: Allocation
) -> None:
    client.force_login(allocation.project.application.applicant)

    assert send(client, "dedicated", allocation, typed(allocation)).status_code == 403


def test_the_action_itself_refuses_what_no_form_has_seen(
    allocation: Allocation, staff: User
) -> None:
    with pytest.raises(RefusedError):
        set_dedicated_partition(
            allocation_id=allocation.pk,
            nodes="@all",
            max_hours=1,
            max_nodes=None,
            priority=1,
            memory_mb_per_cpu=1,
            ends_on=allocation.ends_on,
            reason="x",
            actor=staff,
        )


def test_staff_choose_the_partitions_of_a_project(office: Client, allocation: Allocation) -> None:
    second = Partition.objects.create(site=allocation.site, name="debug", description="short jobs")

    send(office, "change_partitions", allocation, {"partitions": [second.pk]})

    (account,) = [a for a in desired_state(allocation.site).accounts if a.qos]
    assert account.partitions == ("debug",)
    trail = apps.get_model("allocations", "AllocationPartitionEvent").objects
    assert trail.filter(
        partition=second, pgh_context__metadata__action="change_partitions"
    ).exists()


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_project_has_partitions_and_only_of_its_site(
    office: Client, allocation: Allocation, *, elsewhere: bool
) -> None:
    other = Partition.objects.exclude(site=allocation.site).first()
    assert other is not None
    chosen = [other.pk] if elsewhere else []

    response = send(office, "change_partitions", allocation, {"partitions": chosen})

    assert response.status_code == 422
    assert [item.name for item in allocation.partitions.all()] == ["h200"]


def test_the_portal_is_told_of_a_partition_by_a_command(zellik: Site) -> None:
    call_command("site_partition", "zellik", "debug", "short jobs")
    call_command("site_partition", "zellik", "debug", "very short jobs")

    assert zellik.partitions.get(name="debug").description == "very short jobs"
    assert "debug" in desired_state(zellik).partitions
    with pytest.raises(CommandError, match="no name of a partition"):
        call_command("site_partition", "zellik", "a b", "x")
    with pytest.raises(CommandError, match="no site lumi"):
        call_command("site_partition", "lumi", "debug", "x")
