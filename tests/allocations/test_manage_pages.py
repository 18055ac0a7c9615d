from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.models import Allocation, Membership, Project
from allocations.states import AllocationState
from tests.people import make_person


@pytest.fixture
def allocation(project: Project) -> Allocation:
    """The project's allocation at Zellik, with 1,000 GPU-hours."""
    return project.allocations.get(site__code="zellik")


def granted(allocation: Allocation) -> int:
    minutes: int = Allocation.objects.with_figures().get(pk=allocation.pk).granted_minutes
    return minutes


def send(office: Client, route: str, allocation: Allocation, **typed: Any) -> Any:
    return office.post(reverse(route, args=[allocation.pk]), {"reason": "Because."} | typed)


def test_a_supplement_and_a_reduction_change_the_budget(
    office: Client, allocation: Allocation
) -> None:
    assert send(office, "change_budget", allocation, gpu_hours="10").status_code == 302
    assert granted(allocation) == 60_600
    send(office, "change_budget", allocation, gpu_hours="-1010")
    assert granted(allocation) == 0


def test_a_budget_form_sent_twice_counts_once(office: Client, allocation: Allocation) -> None:
    typed = {"gpu_hours": "10", "seen_minutes": "60000"}
    send(office, "change_budget", allocation, **typed)
    send(office, "change_budget", allocation, **typed)
    assert granted(allocation) == 60_600


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("0", "other than 0"),
        ("-1001", "At most 1000 GPU-hours are free"),
        ("9" * 5000, "Enter a whole number"),
        ("100000001", "less than or equal to"),
        ("", "required"),
        ("ten", "Enter a whole number"),
    ],
)
def test_a_budget_that_cannot_be_is_refused_beside_the_field(
    office: Client, allocation: Allocation, hours: str, words: str
) -> None:
    response = send(office, "change_budget", allocation, gpu_hours=hours)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert granted(allocation) == 60_000


def test_the_last_day_moves_and_the_members_read_why(
    office: Client, allocation: Allocation
) -> None:
    mail.outbox.clear()
    later = allocation.ends_on + timedelta(days=30)
    send(office, "change_end", allocation, ends_on=later.isoformat())
    send(office, "change_end", allocation, ends_on=later.isoformat())
    allocation.refresh_from_db()
    assert allocation.ends_on == later
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("day", ["1999-01-01", "9999-12-31", "2026-02-30", "soon", ""])
def test_a_day_that_nobody_means_is_refused(
    office: Client, allocation: Allocation, day: str
) -> None:
    assert send(office, "change_end", allocation, ends_on=day).status_code == 422


def test_a_suspension_holds_until_it_is_resumed(office: Client, allocation: Allocation) -> None:
    send(office, "suspend", allocation)
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.SUSPENDED
    assert "suspended already" in send_again(office, "suspend", allocation)
    send(office, "resume", allocation)
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.PROVISIONING
    assert "is not suspended" in send_again(office, "resume", allocation)


def send_again(office: Client, route: str, allocation: Allocation) -> str:
    address = reverse(route, args=[allocation.pk])
    return office.post(address, {"reason": "Again."}, follow=True).content.decode()


@pytest.mark.parametrize("route", ["change_budget", "change_end", "suspend", "resume"])
def test_each_form_shows_where_the_allocation_stands(
    office: Client, allocation: Allocation, route: str
) -> None:
    text = office.get(reverse(route, args=[allocation.pk])).content.decode()
    assert "1,000 GPU-hours" in text
    assert "Zellik" in text


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "9" * 5000])
@pytest.mark.parametrize("action", ["budget", "end", "suspend", "resume"])
def test_an_allocation_that_does_not_exist_is_not_found(
    office: Client, number: str, action: str
) -> None:
    assert office.post(f"/allocations/{number}/{action}", {}).status_code == 404


@pytest.mark.parametrize("route", ["change_budget", "change_end", "suspend", "resume"])
def test_staff_do_not_change_the_allocations_of_their_own_project(
    office: Client, allocation: Allocation, staff: User, route: str
) -> None:
    part = Membership.objects.create(project=allocation.project, user=staff)
    assert office.get(reverse(route, args=[allocation.pk])).status_code == 403
    assert send(office, route, allocation, gpu_hours="10", ends_on="2031-01-01").status_code == 403
    page = office.get(allocation.project.get_absolute_url()).content.decode()
    assert reverse(route, args=[allocation.pk]) not in page
    Membership.objects.filter(pk=part.pk).update(left_at=timezone.now())
    assert office.get(reverse(route, args=[allocation.pk])).status_code == 200


def test_the_leader_removes_a_member_after_a_question(
    client: Client, project: Project, applicant: User
) -> None:
    member = make_person("Mem")
    membership = Membership.objects.create(project=project, user=member)
    address = reverse("remove_member", args=[membership.pk])
    client.force_login(member)
    assert client.post(address).status_code == 403
    client.force_login(applicant)
    assert b"Mem Peeters" in client.get(address).content
    membership.refresh_from_db()
    assert membership.left_at is None
    assert client.post(address).status_code == 302
    membership.refresh_from_db()
    assert membership.left_at is not None
    assert "left the project already" in client.post(address, follow=True).content.decode()


def test_who_is_removed_is_told_once_and_in_their_language(
    client: Client, project: Project, applicant: User
) -> None:
    member = make_person("Mem")
    member.language = "de"
    member.save()
    membership = Membership.objects.create(project=project, user=member)
    mail.outbox.clear()
    client.force_login(applicant)
    for _attempt in range(2):
        client.post(reverse("remove_member", args=[membership.pk]))
    (message,) = mail.outbox
    assert message.to == [member.email]
    assert message.subject == f"{project.name}: Sie sind kein Mitglied mehr"
    assert "Ada Peeters hat Sie aus dem Projekt „Bells“" in " ".join(str(message.body).split())


def test_the_leader_cannot_be_removed(office: Client, project: Project, applicant: User) -> None:
    leader = project.memberships.get(user=applicant)
    mail.outbox.clear()
    address = reverse("remove_member", args=[leader.pk])
    assert "The leader cannot leave" in office.post(address, follow=True).content.decode()
    leader.refresh_from_db()
    assert leader.left_at is None
    assert not mail.outbox


def test_a_day_before_today_ends_the_allocation(office: Client, allocation: Allocation) -> None:
    Allocation.objects.filter(pk=allocation.pk).update(
        starts_on=timezone.localdate() - timedelta(days=9)
    )
    yesterday = timezone.localdate() - timedelta(days=1)
    send(office, "change_end", allocation, ends_on=yesterday.isoformat())
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.EXPIRED
