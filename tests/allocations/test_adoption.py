"""An account that a site had before Belfry comes under a project, and goes back again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.identities import ensure_identity
from accounts.models import UnixIdentity, User
from allocations.actions.adoption import NewProject, adopt_account, release_account
from allocations.actions.allocations import change_budget, remove_member
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import accept_invitation, invite_member, open_invitation
from allocations.desired_state import desired_state
from allocations.errors import AllocationsError, MemberError, RefusedError, StateError
from allocations.models import Allocation, DailyUsage, OfferedAccount, Project, Site, Track
from allocations.states import AllocationState
from slurm_bridge.plan import plan
from slurm_bridge.wire import (
    ActualAccount,
    ActualPartition,
    ActualState,
    ActualUser,
    Adopted,
    DesiredAccount,
)
from tests.allocations.bridge_caller import BridgeCaller, job_row, now, refusal
from tests.allocations.offers import offered, offered_account
from tests.domain import make_draft, make_project
from tests.people import make_organisation, make_person

ADA = "ada@example.org"


def site() -> Site:
    return Site.objects.get(code="zellik")


def new_project(applicant: User, **changes: Any) -> NewProject:
    values = {
        "track": Track.objects.get(code="rs"),
        "organisation": make_organisation(applicant),
        "title": "The bell lab",
        "leader": "apeeters",
    }
    return NewProject(**(values | changes))


def adopt(staff: User, target: NewProject | Project, **changes: Any) -> Allocation:
    offer = OfferedAccount.objects.first() or offered_account(site())
    values = {
        "offer_id": offer.pk,
        "addresses": {"apeeters": ADA},
        "ends_on": timezone.localdate() + timedelta(days=90),
        "reason": "It was there first.",
        "actor": staff,
    }
    return adopt_account(target=target, **(values | changes))


@pytest.fixture
def adopted(applicant: User, staff: User) -> Allocation:
    """The bell lab's account under a project of its own; one of its users is known."""
    offered_account(site())
    return adopt(staff, new_project(applicant))


def account_of(allocation: Allocation) -> DesiredAccount:
    wanted = desired_state(allocation.site).accounts
    return next(item for item in wanted if item.name == allocation.account_name)


def slurm_as_offered() -> ActualState:
    found = offered()
    lab = ActualAccount(
        name="belllab",
        parent="root",
        description="the bell lab",
        members=frozenset(member.username for member in found.members),
        qos=found.qos,
    )
    return ActualState(
        cluster="zellik",
        read_at=now(),
        users=(ActualUser(username="apeeters", uid=50001),),
        accounts=(ActualAccount(name="root", parent=""), lab),
        partitions=(ActualPartition(name="h200", allow_accounts=frozenset({"root", "belllab"})),),
    )


def test_bridge_offers_accounts_and_staff_see_them(
    zellik: BridgeCaller, staff: User, client: Client
) -> None:
    offers = {"cluster": "zellik", "accounts": [offered().model_dump(mode="json")]}

    answer = zellik.post("/adoptions", offers)
    zellik.post("/adoptions", offers)

    assert answer.json() == {"waiting": ["belllab"], "refused": {}}
    client.force_login(staff)
    assert "belllab" in client.get(reverse("site", args=["zellik"])).content.decode()
    assert OfferedAccount.objects.count() == 1


def test_root_is_no_offer_whatever_a_bridge_says(zellik: BridgeCaller) -> None:
    accounts = [offered("root").model_dump(mode="json")]

    answer = zellik.post("/adoptions", {"cluster": "zellik", "accounts": accounts}).json()

    assert answer == {"waiting": [], "refused": {"root": "is Slurm's own"}}


def test_account_of_a_project_is_no_offer(zellik: BridgeCaller, project: Project) -> None:
    accounts = [offered(project.name).model_dump(mode="json")]

    answer = zellik.post("/adoptions", {"cluster": "zellik", "accounts": accounts}).json()

    assert answer["refused"] == {project.name: "is in Belfry already"}


def test_account_that_no_known_partition_lets_in_is_refused(zellik: BridgeCaller) -> None:
    accounts = [offered(partitions=("secret",)).model_dump(mode="json")]

    answer = zellik.post("/adoptions", {"cluster": "zellik", "accounts": accounts}).json()

    assert "no partition that Belfry knows" in answer["refused"]["belllab"]


@pytest.mark.parametrize(
    "change",
    [
        {"account": "Bell Lab"},
        {"account": "a'; DROP TABLE x; --"},
        {"members": [{"username": "a\nb", "uid": 1}]},
        {"members": [{"username": f"u{number}", "uid": number} for number in range(501)]},
        {"limits": {"GrpTRES": "x" * 401}},
    ],
)
def test_hostile_offers_are_refused_whole(zellik: BridgeCaller, change: dict[str, Any]) -> None:
    accounts = [offered().model_dump(mode="json") | change]

    refusal(zellik.post("/adoptions", {"cluster": "zellik", "accounts": accounts}), 422)

    assert not OfferedAccount.objects.exists()


def test_site_offers_for_its_own_cluster_only(charleroi: BridgeCaller) -> None:
    accounts = [offered().model_dump(mode="json")]

    refusal(charleroi.post("/adoptions", {"cluster": "zellik", "accounts": accounts}), 403)


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


def elsewhere(applicant: User, staff: User) -> Project:
    """A project at Charleroi only."""
    draft = make_draft(applicant, hours={"charleroi": 2000})
    return make_project(submit_application(application_id=draft.pk, actor=applicant), staff)


def refused(error: type[AllocationsError], staff: User, *args: Any, **changes: Any) -> str:
    with pytest.raises(error) as caught:
        adopt(staff, *args, **changes)
    assert not Allocation.objects.filter(account_name="belllab").exists()
    return str(caught.value)


def test_namesake_in_the_project_with_another_number_is_refused(
    applicant: User, staff: User
) -> None:
    said = refused(MemberError, staff, elsewhere(applicant, staff), addresses={})

    assert "has this name, but another number" in said


def test_leader_must_be_somebody_who_has_signed_up(applicant: User, staff: User) -> None:
    said = refused(MemberError, staff, new_project(applicant, leader="bob"))

    assert "The leader needs the address" in said


def test_staff_adopt_nothing_for_themselves(applicant: User, staff: User) -> None:
    addresses = {"apeeters": staff.email}

    assert "ask a colleague" in refused(
        RefusedError, staff, new_project(applicant), addresses=addresses
    )


def test_person_with_another_identity_cannot_be_somebody_else(applicant: User, staff: User) -> None:
    UnixIdentity.objects.create(user=applicant, username="ada", uid=70001)

    assert "is ada on the clusters already" in refused(MemberError, staff, new_project(applicant))


def test_number_of_somebody_else_cannot_be_taken_over(applicant: User, staff: User) -> None:
    UnixIdentity.objects.create(user=make_person("Eve"), username="eve", uid=50001)

    assert "somebody else" in refused(MemberError, staff, new_project(applicant))


def test_user_name_that_belfry_cannot_write_stays_as_recorded(applicant: User, staff: User) -> None:
    said = refused(
        MemberError,
        staff,
        new_project(applicant),
        addresses={"apeeters": ADA, "j.doe": make_person("John").email},
    )

    assert "cannot manage a user called j.doe" in said


def test_one_address_stands_for_one_user(applicant: User, staff: User) -> None:
    addresses = {"apeeters": ADA, "bob": ADA}

    assert "the address of apeeters" in refused(
        MemberError, staff, new_project(applicant), addresses=addresses
    )


def test_project_has_one_account_at_a_site(project: Project, staff: User) -> None:
    assert "has an account at Zellik already" in refused(RefusedError, staff, project)


def test_account_is_adopted_once(adopted: Allocation, applicant: User, staff: User) -> None:
    with pytest.raises(StateError):
        adopt_account(
            offer_id=1,
            target=new_project(applicant),
            addresses={},
            ends_on=timezone.localdate(),
            reason="Again.",
            actor=staff,
        )


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
    assert done["history_of"] == []
    assert zellik.post("/jobs", {"read_at": now()}).json()["history_of"] == []
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


def form_values(applicant: User, **changes: Any) -> dict[str, Any]:
    values = {
        "title": "The bell lab",
        "track": Track.objects.get(code="rs").pk,
        "organisation": make_organisation(applicant).pk,
        "leader": "apeeters",
        "email_0": ADA,
        "ends_on": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "reason": "It was there first.",
    }
    return values | changes


def test_staff_adopt_on_a_page_and_the_project_says_so(
    applicant: User, staff: User, client: Client
) -> None:
    client.force_login(staff)
    address = reverse("adopt", args=[offered_account(site()).pk])

    shown = client.get(address).content.decode()
    page = client.post(address, form_values(applicant), follow=True).content.decode()

    assert "changes nothing in Slurm" in shown
    assert "GrpTRESMins=gres/gpu=6000" in shown
    assert "The account <code>belllab</code> was at Zellik before this project." in page
    assert "gres/gpu=6000" in page
    assert "#SBATCH --account=belllab" in page
    assert "Give the account back" in page
    assert "Change the budget" not in page
    assert "unknown to Belfry: <code>bob</code>, <code>j.doe</code>." in " ".join(page.split())
    assert "The account belllab at Zellik was adopted." in page


def test_errors_stand_beside_their_fields(applicant: User, staff: User, client: Client) -> None:
    client.force_login(staff)
    address = reverse("adopt", args=[offered_account(site()).pk])

    empty = client.post(address, {})
    wrong = client.post(address, form_values(applicant, email_2=ADA))

    assert empty.status_code == wrong.status_code == 422
    errors = empty.context["form"].errors
    assert {"title", "track", "organisation", "leader", "ends_on", "reason"} == set(errors)
    assert set(wrong.context["form"].errors) == {"email_2"}


def test_address_of_a_person_who_is_known_stands_there_already(
    applicant: User, staff: User, client: Client
) -> None:
    UnixIdentity.objects.create(user=applicant, username="apeeters", uid=50001)
    client.force_login(staff)

    page = client.get(reverse("adopt", args=[offered_account(site()).pk])).content.decode()

    assert f'value="{ADA}"' in page


def test_declined_account_leaves_the_list(staff: User, client: Client) -> None:
    client.force_login(staff)
    offer = offered_account(site())

    client.post(reverse("decline_offer", args=[offer.pk]))

    assert not OfferedAccount.objects.exists()


def test_account_is_given_back_on_a_page(adopted: Allocation, staff: User, client: Client) -> None:
    client.force_login(staff)
    address = reverse("release", args=[adopted.pk])

    page = client.post(address, {"reason": "It was a test."}, follow=True).content.decode()

    assert "Given back to the site on" in page
    assert "It was a test." in page
