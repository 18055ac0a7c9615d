"""What changes a project without moving hours stands in the ledger, too, and counts for nothing."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.test import Client

from accounts.models import User
from allocations.actions.allocations import remove_member
from allocations.actions.award_changes import ask_for_change
from allocations.actions.change_decisions import approve_change, reject_change
from allocations.actions.invitations import accept_invitation, invite_member
from allocations.actions.leaders import ask_for_leader
from allocations.models import Allocation, AwardChange, LedgerEntry, PoolDraw, Project
from allocations.rules.award_changes import ChangeKind
from allocations.rules.budgets import OF_NO_HOURS, EntryKind
from portal.programme.compute import granted
from portal.programme.selection import Division, ProgrammeSelection
from tests.allocations.pool_world import make_pool
from tests.people import make_person
from tests.portal.member_world import allocation_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def zellik(project: Project) -> Allocation:
    return allocation_at(project, "zellik")


def ask(allocation: Allocation, kind: ChangeKind, days: int = 0) -> AwardChange:
    return ask_for_change(
        allocation_id=allocation.pk,
        kind=kind,
        reason="We found more.",
        actor=allocation.project.application.applicant,
        ends_on=allocation.ends_on + timedelta(days) if days else None,
    )


def approve(change: AwardChange, staff: User) -> AwardChange:
    return approve_change(change_id=change.pk, reason="It goes well.", actor=staff)


def joins(project: Project, name: str) -> User:
    person: User = make_person(name)
    invitation = invite_member(
        application_id=project.application_id,
        email=person.email,
        actor=project.application.applicant,
    )
    accept_invitation(invitation_id=invitation.pk, actor=person)
    return person


def noted(allocation: Allocation) -> list[tuple[str, int]]:
    """What the ledger has beside the award."""
    entries = allocation.ledger.exclude(kind=EntryKind.AWARD)
    return list(entries.values_list("kind", "gpu_minutes"))


def test_a_pause_its_end_and_a_later_day_are_entries_of_their_change(
    zellik: Allocation, staff: User
) -> None:
    expected = []
    for kind, entry_kind, days in (
        (ChangeKind.PAUSE, EntryKind.PAUSE, 0),
        (ChangeKind.RESUMPTION, EntryKind.RESUMPTION, 0),
        (ChangeKind.EXTENSION, EntryKind.LAST_DAY, 30),
    ):
        change = approve(ask(zellik, kind, days), staff)
        zellik.refresh_from_db()
        expected.append((entry_kind, 0))
        assert change.entry is not None
        assert (change.entry.kind, change.entry.reason) == (entry_kind, "It goes well.")
        assert change.entry.actor == staff
    assert noted(zellik) == expected
    # Of another site nothing changed.
    assert noted(allocation_at(zellik.project, "charleroi")) == []


def test_what_is_rejected_leaves_no_entry(zellik: Allocation, staff: User) -> None:
    change = reject_change(
        change_id=ask(zellik, ChangeKind.PAUSE).pk, reason="Not now.", actor=staff
    )
    assert change.entry is None
    assert noted(zellik) == []


def test_members_and_another_leader_stand_at_each_site(project: Project, staff: User) -> None:
    grace = joins(project, "Grace")
    ada = project.application.applicant
    change = ask_for_leader(project=project, member=grace, reason="I move.", actor=ada)
    assert approve(change, staff).entry is not None
    remove_member(membership_id=project.memberships.get(user=ada).pk, actor=grace)
    expected = [(EntryKind.MEMBERS, 0), (EntryKind.LEADER, 0), (EntryKind.MEMBERS, 0)]
    for allocation in project.allocations.all():
        assert noted(allocation) == expected


def test_who_joins_before_there_is_a_project_or_at_an_adopted_account_leaves_none(
    project: Project, zellik: Allocation
) -> None:
    Allocation.objects.filter(pk=zellik.pk).update(adopted_at=project.created_at)
    joins(project, "Grace")
    assert noted(zellik) == []
    assert noted(allocation_at(project, "charleroi")) == [(EntryKind.MEMBERS, 0)]


def test_they_take_nothing_from_a_pool_and_are_no_grant_of_the_programme(
    zellik: Allocation, staff: User
) -> None:
    make_pool("zellik")
    award = zellik.ledger.get()
    approve(ask(zellik, ChangeKind.PAUSE), staff)
    joins(zellik.project, "Grace")
    totals = zellik.ledger.aggregate(total=Sum("gpu_minutes"))
    assert totals["total"] == award.gpu_minutes
    assert not PoolDraw.objects.exists()
    day = award.at.date()
    figures = granted(ProgrammeSelection(day, day), with_people=True)
    assert figures[None, "granted"].number == 1500
    LedgerEntry.objects.filter(kind__in=OF_NO_HOURS).update(at=award.at + timedelta(60))
    later = day + timedelta(60)
    found = granted(
        ProgrammeSelection(later - timedelta(1), later + timedelta(1), by=Division.SITE),
        with_people=True,
    )
    # No site has a part, and nobody stands behind the whole.
    assert {part for part, _key in found} == {None}
    assert (found[None, "granted"].number, found[None, "granted"].people) == (0, 0)


def test_the_page_tells_them_once(client: Client, zellik: Allocation, staff: User) -> None:
    approve(ask(zellik, ChangeKind.PAUSE), staff)
    client.force_login(zellik.project.application.applicant)
    page = client.get(zellik.project.get_absolute_url()).text
    assert page.count("New jobs at Zellik were stopped.") == 1
    assert page.count("Suspended at Zellik.") == 1
