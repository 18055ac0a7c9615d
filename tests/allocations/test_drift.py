"""What was changed by hand in Slurm, as the portal keeps it, shows it and adopts it."""

import threading
from typing import Any

import pytest
from django.apps import apps
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.identities import ensure_identity
from accounts.models import User
from allocations.actions.drift import adopt_drift
from allocations.actions.invitations import join_project
from allocations.desired_state import desired_state
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, Drift, LedgerEntry, Membership, Project, Site
from slurm_bridge import changes as ch
from slurm_bridge.wire import DesiredAccount
from tests.allocations.bridge_caller import BridgeCaller, now
from tests.people import make_person


def at(project: Project) -> Allocation:
    return project.allocations.with_figures().get(site__code="zellik")  # type: ignore[attr-defined,no-any-return]


def desired_account(project: Project) -> DesiredAccount:
    state = desired_state(Site.objects.get(code="zellik"))
    return next(item for item in state.accounts if item.name == project.name)


def budget(project: Project, found: int | None = 9999 * 60) -> ch.Change:
    granted = at(project).granted_minutes
    return ch.SetQosBudget(qos=at(project).qos_name, before=found, after=granted)


def drift(
    change: ch.Change, expected: str = "x", found: str = "y", *, corrected: bool = True
) -> dict[str, Any]:
    return {
        "change": change.model_dump(mode="json"),
        "expected": expected,
        "found": found,
        "last_right_at": 1_700_000_000,
        "corrected": corrected,
    }


def tell(bridge: BridgeCaller, *seen: dict[str, Any], looked: bool = True) -> None:
    report = {"revision": "r", "plan_id": "p", "started_at": now(), "finished_at": now()}
    answer = bridge.post("/sync-results", report | {"drift": list(seen) if looked else None})
    assert answer.status_code == 204, answer.content


def told(bridge: BridgeCaller, change: ch.Change, **changes: Any) -> Drift:
    tell(bridge, drift(change, **changes))
    return Drift.objects.get()


def adopt(row: Drift, staff: User) -> Drift:
    return adopt_drift(drift_id=row.pk, reason="Agreed by phone.", actor=staff)


def test_change_by_hand_becomes_a_row_of_its_project(
    project: Project, zellik: BridgeCaller
) -> None:
    row = told(zellik, budget(project), expected="60000", found="599940")

    assert (row.allocation, row.state) == (at(project), "corrected")
    assert (row.expected, row.found, row.times) == ("60000", "599940", 1)
    assert row.settled_at is not None


def test_what_waits_is_kept_once_and_settled_when_it_is_put_right(
    project: Project, zellik: BridgeCaller
) -> None:
    for _ in range(3):
        row = told(zellik, budget(project), corrected=False)
        assert (row.state, row.times, row.settled_at) == ("waiting", 1, None)

    assert told(zellik, budget(project)).state == "corrected"


def test_what_waited_and_is_seen_no_more_was_put_right_otherwise(
    project: Project, zellik: BridgeCaller
) -> None:
    told(zellik, budget(project), corrected=False)
    tell(zellik, looked=False)
    assert Drift.objects.get().state == "waiting"

    tell(zellik)

    assert Drift.objects.get().state == "corrected"


def test_same_change_made_again_counts_in_the_same_row(
    project: Project, zellik: BridgeCaller
) -> None:
    told(zellik, budget(project))
    tell(zellik)

    assert told(zellik, budget(project)).times == 2


def test_account_of_the_tree_has_a_row_of_no_project(
    project: Project, zellik: BridgeCaller
) -> None:
    row = told(zellik, ch.MoveAccount(account="aif_rs", before="root", after="aif"))

    assert (row.allocation, row.subject) == (None, "aif_rs")


def test_other_site_is_not_touched(
    project: Project, zellik: BridgeCaller, charleroi: BridgeCaller
) -> None:
    told(zellik, budget(project), corrected=False)

    tell(charleroi)

    assert Drift.objects.get().state == "waiting"


def test_adopted_budget_is_in_the_ledger_with_who_and_why(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    row = adopt(told(zellik, budget(project, found=61_234)), staff)

    entry = LedgerEntry.objects.get(kind="supplement")
    assert (entry.gpu_minutes, entry.actor, entry.reason) == (1234, staff, "Agreed by phone.")
    assert at(project).granted_minutes == 61_234
    assert (row.state, row.adopted_by, row.adopted_because) == (
        "adopted",
        staff,
        "Agreed by phone.",
    )
    event = apps.get_model("allocations", "DriftEvent").objects.latest("pgh_id")
    assert event.pgh_context.metadata["action"] == "adopt_drift"


def test_smaller_budget_is_adopted_as_a_reduction(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    adopt(told(zellik, budget(project, found=0)), staff)

    assert at(project).granted_minutes == 0
    assert LedgerEntry.objects.filter(kind="reduction").exists()


def test_member_added_by_hand_becomes_a_member_where_the_person_is_known(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    grace = make_person("Grace")
    username = ensure_identity(grace).username
    row = told(zellik, ch.RemoveMember(account=project.name, username=username))

    adopt(row, staff)

    assert project.memberships.get(user=grace).left_at is None
    assert username in desired_account(project).members


def test_unknown_member_is_not_adopted_and_the_reason_is_clear(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    row = told(zellik, ch.RemoveMember(account=project.name, username="eve"))

    with pytest.raises(RefusedError, match="knows nobody with the user name eve"):
        adopt(row, staff)

    row.refresh_from_db()
    assert row.state == "corrected"


def test_member_removed_by_hand_has_left(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    grace = make_person("Grace")
    join_project(project, grace, Membership.Role.MEMBER)
    username = grace.unix_identity.username
    row = told(zellik, ch.AddMember(account=project.name, username=username))

    adopt(row, staff)

    assert project.memberships.get(user=grace).left_at is not None


def test_leader_removed_by_hand_stays(project: Project, zellik: BridgeCaller, staff: User) -> None:
    leader = project.memberships.get().user.unix_identity.username
    row = told(zellik, ch.AddMember(account=project.name, username=leader))

    with pytest.raises(RefusedError, match="leader cannot leave"):
        adopt(row, staff)


def test_access_to_partitions_is_adopted_both_ways(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    site = Site.objects.get(code="zellik")
    more = site.partitions.create(name="ia", description="more")
    opened = told(zellik, ch.ClosePartition(partition="ia", account=project.name))
    adopt(opened, staff)
    assert set(desired_account(project).partitions) == {"h200", "ia"}

    tell(zellik, drift(ch.OpenPartition(partition="ia", account=project.name)))
    adopt(Drift.objects.get(kind="open_partition"), staff)

    assert desired_account(project).partitions == ("h200",)
    assert more not in at(project).partitions.all()


def test_last_partition_is_not_taken_away(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    row = told(zellik, ch.OpenPartition(partition="h200", account=project.name))

    with pytest.raises(RefusedError, match="only partition"):
        adopt(row, staff)


def test_suspension_is_adopted_both_ways(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    adopt(told(zellik, ch.ResumeAccount(account=project.name)), staff)
    assert at(project).suspended_because == "Agreed by phone."
    assert desired_account(project).suspended

    tell(zellik, drift(ch.SuspendAccount(account=project.name)))
    adopt(Drift.objects.get(kind="suspend_account"), staff)

    assert not desired_account(project).suspended


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda p: ch.MoveAccount(account=p.name, before="root", after="aif_rs"), "track"),
        (
            lambda p: ch.SetQosFlags(qos=at(p).qos_name, before=(), after=("NoDecay",)),
            "budget would refill",
        ),
        (lambda p: budget(p, found=None), "without a limit"),
        (
            lambda p: ch.SetAccountQos(account=p.name, before=("normal",), after=at(p).qos_name),
            "another one cannot",
        ),
        (
            lambda p: ch.CreateAccount(
                account=p.name, parent="aif_rs", owner_mark=p.owner_mark, qos=at(p).qos_name
            ),
            "was deleted",
        ),
    ],
)
def test_what_the_portal_has_no_record_for_says_why(
    project: Project, zellik: BridgeCaller, staff: User, client: Client, change: Any, why: str
) -> None:
    row = told(zellik, change(project))
    client.force_login(staff)

    with pytest.raises(RefusedError, match=why):
        adopt(row, staff)

    page = client.get(reverse("adopt_drift", args=[row.pk])).content.decode()
    assert why in page
    assert "<textarea" not in page


def test_adopting_twice_changes_once(project: Project, zellik: BridgeCaller, staff: User) -> None:
    row = told(zellik, budget(project, found=61_234))
    adopt(row, staff)

    with pytest.raises(StateError, match="already"):
        adopt(row, staff)

    assert LedgerEntry.objects.filter(kind="supplement").count() == 1


def test_report_of_a_cycle_that_was_under_way_does_not_bring_the_row_back(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    change = budget(project)
    adopt(told(zellik, change, corrected=False), staff)

    tell(zellik, drift(change), drift(ch.ResumeAccount(account=project.name)))

    assert Drift.objects.get(kind="set_qos_budget").state == "adopted"
    assert Drift.objects.filter(kind="resume_account").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_adopt_at_once_book_one_amount(
    transactional_db: None, project: Project, zellik: BridgeCaller, staff: User
) -> None:
    row = told(zellik, budget(project, found=61_234))
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def press() -> None:
        together.wait()
        try:
            outcomes.append(adopt(row, staff).state)
        except StateError:
            outcomes.append("refused")
        finally:
            close_old_connections()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["adopted", "refused"]
    assert at(project).granted_minutes == 61_234


def test_staff_adopt_in_the_browser_with_a_reason(
    project: Project, zellik: BridgeCaller, staff: User, client: Client
) -> None:
    row = told(zellik, budget(project, found=61_234), expected="60000", found="61234")
    client.force_login(staff)
    address = reverse("adopt_drift", args=[row.pk])

    assert "1,000 GPU-hours" in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": "Agreed."}, follow=True)

    assert "Adopted" in answer.content.decode()
    assert at(project).granted_minutes == 61_234


def test_list_is_searched_sorted_and_linked_from_site_project_and_home(
    project: Project, zellik: BridgeCaller, staff: User, client: Client
) -> None:
    tell(
        zellik,
        drift(budget(project), expected="60000", found="61234", corrected=False),
        drift(ch.RemoveMember(account=project.name, username="eve")),
    )
    client.force_login(staff)

    everything = client.get(reverse("drift") + "?sort=state").content.decode()
    waiting = client.get(reverse("drift") + "?state=waiting&site=zellik").content.decode()
    eve = client.get(reverse("drift") + "?q=eve").content.decode()

    assert "Budget" in everything
    assert "Member eve" in everything
    assert "Budget" in waiting
    assert "Member eve" not in waiting
    assert "Budget" not in eve.partition("<tbody>")[2]
    assert "Member eve" in eve
    for address in (reverse("site", args=["zellik"]), project.get_absolute_url(), reverse("home")):
        assert reverse("drift") in client.get(address).content.decode(), address


def test_list_asks_as_many_questions_for_many_rows_as_for_one(
    project: Project,
    zellik: BridgeCaller,
    staff: User,
    client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    names = [f"user{number}" for number in range(30)]
    changes = [ch.RemoveMember(account=project.name, username=name) for name in names]
    tell(zellik, *(drift(change) for change in changes))
    client.force_login(staff)
    client.get(reverse("drift"))

    with django_assert_max_num_queries(8):
        page = client.get(reverse("drift")).content.decode()

    assert page.count("Member user") >= 25
