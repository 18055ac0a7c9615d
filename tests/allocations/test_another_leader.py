"""Another member leads a project: asked for by its leader, decided by staff."""

from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from accounts.models import User
from accounts.permissions import Role
from allocations.actions.allocations import remove_member
from allocations.actions.change_decisions import approve_change
from allocations.actions.invitations import join_project
from allocations.actions.leaders import ask_for_leader
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, AwardChange, Membership, Project
from allocations.rules.award_changes import ChangeKind, ChangeState
from tests.people import make_person

HOSTILE_REASONS = ("", " \t ", "\u200b\u202e", "\0", "a" * 1_000_000)


@pytest.fixture
def grace(project: Project) -> User:
    """A member."""
    with transaction.atomic():
        person: User = make_person("Grace")
        join_project(project, person, Membership.Role.MEMBER)
    return person


def address(project: Project, end: str = "") -> str:
    return f"/projects/{project.name}/changes{end}"


def leader_of(project: Project) -> User:
    return project.memberships.get(role=Membership.Role.LEADER, left_at=None).user


def ask(project: Project, member: User) -> AwardChange:
    return ask_for_leader(
        project=project, member=member, reason="I move abroad.", actor=leader_of(project)
    )


def approve(change: AwardChange, actor: User) -> AwardChange:
    return approve_change(change_id=change.pk, reason="She knows it well.", actor=actor)


def test_the_leader_asks_staff_approve_and_another_member_leads(
    client: Client,
    project: Project,
    grace: User,
    staff: User,
    django_assert_max_num_queries: Any,
) -> None:
    ada = leader_of(project)
    client.force_login(ada)
    with django_assert_max_num_queries(15):
        assert f'href="{address(project, "/leader")}"' in client.get(address(project)).text
    assert "Grace Peeters (grace@example.org)" in client.get(address(project, "/leader")).text
    asked = {"member": grace.pk, "reason": "I move abroad."}
    assert client.post(address(project, "/leader"), asked).status_code == 302
    again = client.post(address(project, "/leader"), asked, follow=True).text
    assert "waits for staff" in again
    assert f'href="{address(project, "/leader")}"' not in again
    change = AwardChange.objects.get()
    assert leader_of(project) == ada, "nothing changes before staff decide"

    client.force_login(staff)
    assert "Grace Peeters leads the project" in client.get("/staff/changes/?kind=leader").text
    assert "I move abroad." in client.get(change.get_absolute_url()).text
    mail.outbox.clear()
    said = {"approve-reason": "She knows it well."}
    for _twice in range(2):
        client.post(f"/staff/changes/{change.pk}/approve", said)

    change.refresh_from_db()
    assert (change.state, change.decided_by) == (ChangeState.APPROVED, staff)
    assert leader_of(project) == grace
    assert project.memberships.get(user=ada, left_at=None).role == Membership.Role.MEMBER
    subject = f"{project.name}: Grace Peeters leads the project now"
    told = {
        address for message in mail.outbox for address in message.to if message.subject == subject
    }
    assert told == {"ada@example.org", "grace@example.org"}
    client.force_login(ada)
    history = client.get(project.get_absolute_url()).context["history"]
    leads, joined = (
        [event.sentence for event in history if event.sentence.endswith(end)]
        for end in ("leads the project.", "joined the project.")
    )
    assert leads == ["Grace Peeters leads the project.", "Ada Peeters leads the project."]
    assert joined == ["Grace Peeters joined the project."]
    assert client.get(address(project, "/supplement")).status_code == 403
    client.force_login(grace)
    assert client.get(address(project, "/supplement")).status_code == 200
    remove_member(membership_id=project.memberships.get(user=ada).pk, actor=grace)


def test_only_a_member_of_a_project_that_is_set_up_can_lead_it(
    client: Client, project: Project, grace: User, staff: User
) -> None:
    ada = leader_of(project)
    for person, why in ((staff, "Only a member"), (ada, "leads the project already")):
        with pytest.raises(RefusedError, match=why):
            ask(project, person)
    client.force_login(ada)
    good = {"member": grace.pk, "reason": "I move abroad."}
    nobody = (ada.pk, staff.pk, "", "0", "-1", "9" * 40, "x\0")
    bad = [
        *({"reason": reason} for reason in HOSTILE_REASONS),
        *({"member": member} for member in nobody),
    ]
    for change in bad:
        answer = client.post(address(project, "/leader"), {**good, **change})
        assert answer.status_code == 422, change
    Allocation.objects.update(is_offered=True)
    with pytest.raises(StateError, match="No site has set"):
        ask(project, grace)
    Allocation.objects.update(is_offered=False)
    remove_member(membership_id=project.memberships.get(user=grace).pk, actor=ada)
    assert (
        "invite somebody first" in client.post(address(project, "/leader"), good, follow=True).text
    )
    assert not AwardChange.objects.exists()


def test_who_left_meanwhile_or_is_asked_about_decides_nothing(
    project: Project, grace: User, staff: User
) -> None:
    change = ask(project, grace)
    with transaction.atomic():
        membership = join_project(project, staff, Membership.Role.MEMBER)
    with pytest.raises(RefusedError, match="Nobody decides"):
        approve(change, staff)
    membership.delete()
    remove_member(membership_id=project.memberships.get(user=grace).pk, actor=staff)
    with pytest.raises(RefusedError, match="Only a member"):
        approve(change, staff)
    change.refresh_from_db()
    assert change.is_open
    assert leader_of(project).first_name == "Ada"


def test_where_the_leader_has_gone_staff_ask_and_somebody_else_decides(
    client: Client, project: Project, grace: User, staff: User
) -> None:
    client.force_login(staff)
    page = client.get(address(project)).text
    assert f'href="{address(project, "/leader")}"' in page
    assert f'href="{address(project, "/pause")}"' not in page
    asked = {"member": grace.pk, "reason": "Ada's address bounces."}
    assert client.post(address(project, "/leader"), asked).status_code == 302
    change = AwardChange.objects.get()
    with pytest.raises(RefusedError, match="Nobody decides"):
        approve(change, staff)
    client.force_login(leader_of(project))
    assert f"/changes/{change.pk}/withdraw" not in client.get(address(project)).text
    assert client.post(f"/changes/{change.pk}/withdraw").status_code == 403
    approve(change, make_person("Second", role=Role.STAFF))
    assert leader_of(project) == grace


def test_it_is_taken_back_and_asked_for_again(
    client: Client, project: Project, grace: User
) -> None:
    change = ask(project, grace)
    client.force_login(leader_of(project))
    assert f"/changes/{change.pk}/withdraw" in client.get(address(project)).text
    client.post(f"/changes/{change.pk}/withdraw")
    change.refresh_from_db()
    assert change.state == ChangeState.WITHDRAWN
    assert ask(project, grace).kind == ChangeKind.LEADER
