from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.audit import SystemActor
from accounts.key_actions import add_ssh_key, remove_ssh_key
from accounts.models import SshKey, User
from accounts.ssh_keys import parse_public_key
from allocations.actions.allocations import (
    change_budget,
    change_end,
    remove_member,
    suspend_allocation,
)
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import accept_invitation, invite_member
from allocations.actions.sync import record_report
from allocations.desired_state import desired_state
from allocations.models import Allocation, Application, Membership, Project, Site
from allocations.slurm_states import ReportedAccounts, observed_states
from slurm_bridge.wire import (
    ActualAccount,
    ActualState,
    ActualUser,
    DesiredAccount,
    DesiredState,
    Readiness,
    SyncReport,
)
from tests.accounts.keys import ed25519_line
from tests.domain import make_draft, make_project
from tests.people import make_person

BRIDGE = SystemActor("bridge@zellik")


@pytest.fixture
def zellik(seeded: None) -> Site:
    return Site.objects.get(code="zellik")


@pytest.fixture
def allocation(project: Project, zellik: Site) -> Allocation:
    return Allocation.objects.get(project=project, site=zellik)


def keys_of(username: str, site: Site) -> list[str]:
    (user,) = [item for item in desired_state(site).users if item.username == username]
    return [key.line for key in user.keys]


def give_key(person: User, expires_on: date | None = None) -> str:
    key = parse_public_key(ed25519_line())
    return add_ssh_key(key=key, label="laptop", expires_on=expires_on, actor=person).line


def account_of(project: Project, site: Site) -> DesiredAccount:
    return next(item for item in desired_state(site).accounts if item.name == project.name)


def test_an_approval_becomes_an_account_a_qos_and_a_user(project: Project, zellik: Site) -> None:
    state = desired_state(zellik)
    account = account_of(project, zellik)
    assert account.parent == "aif_rs"
    assert account.qos == f"{project.name}_zellik"
    assert account.members == ("apeeters",)
    assert account.partitions == ("h200",)
    assert (account.suspended, account.confirmed) == (False, False)
    assert [(qos.name, qos.gpu_minutes) for qos in state.qos] == [(account.qos, 60_000)]
    assert [user.username for user in state.users] == ["apeeters"]


def test_qos_carry_one_mark_for_all_so_that_equal_ones_share_a_command(
    project: Project, zellik: Site
) -> None:
    assert [qos.owner_mark for qos in desired_state(zellik).qos] == ["belfry-qos"]
    assert account_of(project, zellik).owner_mark == project.owner_mark


def test_parents_come_before_their_children(project: Project, zellik: Site) -> None:
    seen = {"root"}
    for account in desired_state(zellik).accounts:
        assert account.parent in seen
        seen.add(account.name)


def test_the_revision_changes_with_the_content_and_only_then(
    allocation: Allocation, zellik: Site, staff: User
) -> None:
    before = desired_state(zellik).revision
    assert desired_state(zellik).revision == before
    change_budget(allocation_id=allocation.pk, gpu_hours=1, reason="More.", actor=staff)
    assert desired_state(zellik).revision != before


def test_an_expired_allocation_is_suspended_and_not_removed(
    allocation: Allocation, zellik: Site, staff: User
) -> None:
    Allocation.objects.filter(pk=allocation.pk).update(
        starts_on=timezone.localdate() - timedelta(days=9)
    )
    yesterday = timezone.localdate() - timedelta(days=1)
    change_end(allocation_id=allocation.pk, ends_on=yesterday, reason="Over.", actor=staff)
    account = account_of(allocation.project, zellik)
    assert account.suspended
    assert account.members == ("apeeters",)


def test_a_suspension_holds_at_one_site_only(
    allocation: Allocation, zellik: Site, staff: User
) -> None:
    suspend_allocation(allocation_id=allocation.pk, reason="Misuse.", actor=staff)
    assert account_of(allocation.project, zellik).suspended
    assert not account_of(allocation.project, Site.objects.get(code="charleroi")).suspended


def test_a_member_who_left_is_no_longer_wanted(
    project: Project, zellik: Site, applicant: User
) -> None:
    bram = make_person("Bram", last_name="Claes")
    invitation = invite_member(
        application_id=project.application_id, email=bram.email, actor=applicant
    )
    accept_invitation(invitation_id=invitation.pk, actor=bram)
    assert account_of(project, zellik).members == ("apeeters", "bclaes")
    membership = Membership.objects.get(project=project, user=bram)
    remove_member(membership_id=membership.pk, actor=applicant)
    assert account_of(project, zellik).members == ("apeeters",)


def test_building_the_state_asks_no_more_questions_for_more_projects(
    project: Project,
    zellik: Site,
    applicant: User,
    staff: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        draft = make_draft(applicant, title=f"Bells {number}")
        Application.objects.filter(pk=draft.pk).update(
            state="submitted", submitted_at=timezone.now()
        )
        make_project(draft, staff)
    with django_assert_max_num_queries(9):
        assert len(desired_state(zellik).qos) == 6


def hand_in(person: User) -> Application:
    return submit_application(application_id=make_draft(person).pk, actor=person)


def test_what_a_site_has_can_be_asked_for_by_name(
    project: Project, staff: User, zellik: Site
) -> None:
    make_project(hand_in(make_person("Grace")), staff)
    report = SyncReport(
        revision="r", plan_id="p", started_at=0, finished_at=0, actual=all_of(desired_state(zellik))
    )
    record_report(site=zellik, report=report, actor=BRIDGE)
    charleroi = Site.objects.get(code="charleroi")
    found = observed_states([zellik, charleroi], {project.name, "apeeters"})
    assert set(found) == {zellik.pk}, "what never reported is left out"
    named = found[zellik.pk]
    assert named
    assert [item.name for item in named.accounts] == [project.name]
    assert [item.username for item in named.users] == ["apeeters"]
    assert (named.groups, named.qos) == (None, ())


def test_what_a_site_reported_of_accounts_is_read_part_by_part_in_the_order_of_names(
    project: Project, zellik: Site
) -> None:
    assert len(ReportedAccounts(zellik)) == 0
    assert ReportedAccounts(zellik)[0:25] == []
    wanted = desired_state(zellik)
    names = sorted(item.name for item in wanted.accounts)
    actual = all_of(wanted).model_dump(mode="json")
    actual["qos"] = [{"name": names[-1], "gpu_minutes": 90}]
    actual["accounts"][0]["default_qos"] = names[-1]
    with_budget = actual["accounts"][0]["name"]
    report = SyncReport(
        revision="r",
        plan_id="p",
        started_at=0,
        finished_at=0,
        actual=ActualState.model_validate(actual),
    )
    record_report(site=zellik, report=report, actor=BRIDGE)
    accounts = ReportedAccounts(zellik)
    assert len(accounts) == len(names)
    assert [item.account.name for item in accounts[0 : len(names)]] == names
    assert [item.account.name for item in accounts[1:3]] == names[1:3]
    assert accounts[2].account.name == names[2]
    assert accounts[len(names) : len(names) + 25] == []
    budgets = {item.account.name: item.gpu_minutes for item in accounts[0:100]}
    assert budgets == dict.fromkeys(names) | {with_budget: 90}
    assert accounts[names.index(project.name)].account.parent == "aif_rs"


def all_of(state: DesiredState) -> ActualState:
    """A Slurm that has all of it, at a site without groups."""
    return ActualState(
        cluster=state.cluster,
        read_at=0,
        users=tuple(ActualUser(username=item.username, uid=item.uid) for item in state.users),
        groups=None,
        accounts=tuple(
            ActualAccount(name=item.name, parent=item.parent) for item in state.accounts
        ),
    )


def test_an_allocation_is_active_only_while_test_submissions_are_accepted(
    allocation: Allocation, zellik: Site, mailoutbox: list[object]
) -> None:
    states = []
    for accepted in (True, True, False):
        readiness = Readiness(
            account=allocation.project.name,
            username="apeeters",
            partition="h200",
            accepted=accepted,
            checked_at=1_800_000_000,
            reason="" if accepted else "Invalid account",
        )
        report = SyncReport(
            revision="r", plan_id="p", started_at=0, finished_at=0, readiness=(readiness,)
        )
        record_report(site=zellik, report=report, actor=BRIDGE)
        allocation.refresh_from_db()
        states.append(allocation.state)
    assert states == ["active", "active", "provisioning"]
    assert allocation.not_ready_because == "Invalid account"


def test_site_is_told_the_last_day_and_why_it_is_closed(
    allocation: Allocation, project: Project, zellik: Site, staff: User
) -> None:
    was_open = account_of(project, zellik)
    suspend_allocation(
        allocation_id=allocation.pk, reason="Late\n\x1b[31mreport. " + "x" * 600, actor=staff
    )
    suspended = account_of(project, zellik)
    Allocation.objects.filter(pk=allocation.pk).update(
        starts_on=timezone.localdate() - timedelta(days=9),
        ends_on=timezone.localdate() - timedelta(days=1),
    )
    expired = account_of(project, zellik)

    assert (was_open.ends_on, was_open.closed_because) == (allocation.ends_on, "")
    assert suspended.closed_because.startswith("Late [31mreport. xxx")
    assert len(suspended.closed_because) == 500
    assert (expired.suspended, expired.closed_because) == (True, "")
    assert expired.ends_on == timezone.localdate() - timedelta(days=1)


def test_a_members_keys_are_delivered_until_they_are_removed(
    project: Project, zellik: Site, applicant: User
) -> None:
    before = desired_state(zellik).revision
    line = give_key(applicant)
    assert keys_of("apeeters", zellik) == [line]
    assert desired_state(zellik).revision != before
    remove_ssh_key(key_id=applicant.ssh_keys.get().pk, actor=applicant)
    assert keys_of("apeeters", zellik) == []


def test_a_key_past_its_last_day_is_not_delivered(
    project: Project, zellik: Site, applicant: User
) -> None:
    today = timezone.localdate()
    line = give_key(applicant, expires_on=today)
    assert keys_of("apeeters", zellik) == [line]
    SshKey.objects.update(expires_on=today - timedelta(days=1))
    assert keys_of("apeeters", zellik) == []


def test_keys_open_a_site_until_the_data_of_the_last_project_are_closed(
    allocation: Allocation, zellik: Site, applicant: User, settings: Settings
) -> None:
    settings.ACCESS_DAYS_AFTER_END = 60
    line = give_key(applicant)
    today = timezone.localdate()
    dates = {"starts_on": today - timedelta(days=99), "ends_on": today - timedelta(days=60)}
    Allocation.objects.filter(pk=allocation.pk).update(**dates)
    assert keys_of("apeeters", zellik) == [line]
    Allocation.objects.filter(pk=allocation.pk).update(ends_on=today - timedelta(days=61))
    assert keys_of("apeeters", zellik) == []


def test_whoever_may_not_sign_in_to_the_portal_may_not_at_a_site(
    project: Project, zellik: Site, applicant: User
) -> None:
    give_key(applicant)
    User.objects.filter(pk=applicant.pk).update(is_active=False)
    assert keys_of("apeeters", zellik) == []


def test_a_project_has_one_group_of_its_name_and_members_at_both_sites(
    project: Project, zellik: Site, applicant: User
) -> None:
    (group,) = desired_state(zellik).groups
    assert (group.name, group.members) == (project.name, ("apeeters",))
    assert desired_state(Site.objects.get(code="charleroi")).groups == (group,)


def test_the_group_keeps_the_projects_name_where_the_account_has_another(
    project: Project, zellik: Site, allocation: Allocation
) -> None:
    Allocation.objects.filter(pk=allocation.pk).update(account_name="renamed")
    assert [group.name for group in desired_state(zellik).groups] == [project.name]
