"""An account that a site had before Belfry comes under a project, and goes back again."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail

from accounts.identities import ensure_identity
from accounts.models import UnixIdentity, User
from allocations.actions.adoption import release_account
from allocations.actions.allocations import change_budget, remove_member
from allocations.actions.invitations import accept_invitation, invite_member, open_invitation
from allocations.desired_state import desired_state
from allocations.errors import StateError
from allocations.models import Allocation, DailyUsage, OfferedAccount, Project
from allocations.states import AllocationState
from slurm_bridge.plan import plan
from slurm_bridge.wire import (
    Adopted,
)
from tests.allocations.adoption_world import (
    ADA,
    account_of,
    adopt,
    elsewhere,
    new_project,
    site,
    slurm_as_offered,
)
from tests.allocations.bridge_caller import BridgeCaller, job_row, now
from tests.allocations.offers import offered_account
from tests.people import make_person


def test_adopted_account_gets_a_project_with_its_leader_and_its_own_name(
    adopted: Allocation, applicant: User
) -> None:
    project = adopted.project

    assert adopted.account_name == "belllab"
    assert re.fullmatch(r"aif\d\drs0001", project.name)
    assert [part.user for part in project.memberships.all()] == [applicant]
    assert project.memberships.get().role == "leader"
    identity = applicant.unix_identity
    assert (identity.username, identity.uid, identity.taken_over) == ("apeeters", 50001, True)
    assert "account belllab was at Zellik" in project.application.purpose
    assert not OfferedAccount.objects.exists()


def test_nothing_changes_in_slurm_right_after_the_adoption(adopted: Allocation) -> None:
    desired = desired_state(adopted.site)

    found = plan(desired, slurm_as_offered())

    changes = [str(change) for change in found.changes]
    assert changes == [line for line in changes if line.startswith("create account aif")]
    assert not [item for item in found.conflicts if "belllab" in item.subject]


def test_desired_state_names_who_was_there_and_no_budget(adopted: Allocation) -> None:
    account = account_of(adopted)

    assert account.qos is None
    assert account.members == ("apeeters",)
    assert account.adopted == Adopted(recorded=("apeeters", "bob", "j.doe"))
    assert desired_state(adopted.site).qos == ()


def test_member_who_is_invited_later_is_added_and_one_who_leaves_is_removed(
    adopted: Allocation, applicant: User
) -> None:
    grace = make_person("Grace")
    invite_member(application_id=adopted.project.application_id, email=grace.email, actor=applicant)
    invitation = adopted.project.application.invitations.get()
    accept_invitation(invitation_id=invitation.pk, actor=grace)
    assert account_of(adopted).members == ("apeeters", "gpeeters")

    remove_member(membership_id=adopted.project.memberships.get(user=grace).pk, actor=applicant)

    account = account_of(adopted)
    assert account.members == ("apeeters",)
    assert account.adopted == Adopted(recorded=("apeeters", "bob", "j.doe"), removed=("gpeeters",))


def test_recorded_member_whom_staff_remove_is_told_to_leave_and_can_come_back(
    applicant: User, staff: User
) -> None:
    bob = make_person("Bob")
    allocation = adopt(staff, new_project(applicant), addresses={"apeeters": ADA, "bob": bob.email})
    part = allocation.project.memberships.get(user=bob)

    remove_member(membership_id=part.pk, actor=staff)

    account = account_of(allocation)
    assert account.adopted == Adopted(recorded=("apeeters", "j.doe"), removed=("bob",))
    application = allocation.project.application
    invite_member(application_id=application.pk, email=bob.email, actor=staff)
    accept_invitation(invitation_id=application.invitations.get().pk, actor=bob)
    account = account_of(allocation)
    assert account.members == ("apeeters", "bob")
    assert account.adopted == Adopted(recorded=("apeeters", "j.doe"))


def test_unknown_address_is_invited_and_gets_its_user_name_on_joining(
    applicant: User, staff: User
) -> None:
    mail.outbox.clear()
    allocation = adopt(
        staff, new_project(applicant), addresses={"apeeters": ADA, "bob": "bob@example.org"}
    )

    (invitation,) = (item for item in mail.outbox if "bob@example.org" in item.to)
    token = re.findall(r"/invitations/([\w-]+)/", str(invitation.body))[0]
    bob = make_person("Bob")
    opened = open_invitation(token)
    assert opened
    accept_invitation(invitation_id=opened.pk, actor=bob)

    assert (bob.unix_identity.username, bob.unix_identity.uid) == ("bob", 50003)
    assert account_of(allocation).members == ("apeeters", "bob")


def test_account_can_join_a_project_that_is_elsewhere(staff: User, applicant: User) -> None:
    project = elsewhere(applicant, staff)
    offered_account(site(), members=({"username": "bob", "uid": 50003},))

    allocation = adopt(staff, project, addresses={})

    assert allocation.project == project
    assert account_of(allocation).members == ()


def test_numbers_that_were_taken_over_start_no_series(seeded: None) -> None:
    first = settings.UNIX_UID_MIN
    for number, uid in enumerate((first, 1_999_999_998)):
        person = make_person(f"Old{number}")
        UnixIdentity.objects.create(user=person, username=f"old{number}", uid=uid, taken_over=True)

    assert ensure_identity(make_person("Grace")).uid == first + 1


def test_limits_of_an_adopted_account_are_not_changed_here(
    adopted: Allocation, staff: User
) -> None:
    with pytest.raises(StateError, match="the site's own"):
        change_budget(allocation_id=adopted.pk, gpu_hours=5, reason="More.", actor=staff)


def test_adopted_account_does_not_expire(adopted: Allocation) -> None:
    later = adopted.ends_on + timedelta(days=1)

    assert adopted.state_on(later) == AllocationState.PROVISIONING
    assert not Allocation.objects.in_state(AllocationState.EXPIRED, later).exists()
    assert Allocation.objects.in_state(AllocationState.PROVISIONING, later).exists()


def test_all_that_the_account_ever_ran_is_asked_for_until_it_has_come(
    adopted: Allocation, zellik: BridgeCaller
) -> None:
    asked = zellik.post("/jobs", {"read_at": now()}).json()
    old = job_row("belllab", submitted_at=1_500_000_000, started_at=1_500_000_000)
    row = old | {"ended_at": 1_500_003_600, "gpus": 4}
    still = zellik.post("/jobs", {"read_at": now(), "rows": [row]}).json()
    done = zellik.post("/jobs", {"read_at": now(), "history_of": ["belllab"]}).json()

    assert (asked["history_of"], still["history_of"]) == (["belllab"], ["belllab"])
    assert "history_of" not in done
    assert "history_of" not in zellik.post("/jobs", {"read_at": now()}).json()
    (day,) = DailyUsage.objects.filter(project=adopted.project)
    assert (day.day.year, day.gpu_seconds) == (2017, 4 * 3600)


def test_account_that_is_given_back_is_the_sites_own_again(
    adopted: Allocation, zellik: BridgeCaller, staff: User
) -> None:
    zellik.post("/jobs", {"read_at": now(), "rows": [job_row("belllab")]})

    release_account(allocation_id=adopted.pk, reason="It was a test.", actor=staff)

    names = {item.name for item in desired_state(adopted.site).accounts}
    assert "belllab" not in names
    assert plan(desired_state(adopted.site), slurm_as_offered()).conflicts == ()
    later = zellik.post("/jobs", {"read_at": now(), "rows": [job_row("belllab", db_index=2)]})
    assert later.json()["unknown_accounts"] == ["belllab"]
    adopted.refresh_from_db()
    assert adopted.state == AllocationState.EXPIRED
    assert DailyUsage.objects.filter(project=adopted.project).exists()
    with pytest.raises(StateError):
        release_account(allocation_id=adopted.pk, reason="Again.", actor=staff)


def test_account_that_was_given_back_can_be_adopted_again(adopted: Allocation, staff: User) -> None:
    release_account(allocation_id=adopted.pk, reason="It was a test.", actor=staff)
    offered_account(site())

    again = adopt(staff, adopted.project, addresses={})

    assert again.pk == adopted.pk
    assert again.released_at is None
    assert account_of(again).members == ("apeeters",)


def test_only_adopted_accounts_are_given_back(project: Project, staff: User) -> None:
    with pytest.raises(StateError, match="adopted"):
        release_account(allocation_id=project.allocations.first().pk, reason="No.", actor=staff)
