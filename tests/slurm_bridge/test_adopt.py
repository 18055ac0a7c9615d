"""Accounts that were there before Belfry: which can be adopted, and that nothing then changes."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slurm_bridge import changes as ch
from slurm_bridge.adopt import Candidate, Site, candidates
from slurm_bridge.apply import Applier
from slurm_bridge.plan import Plan, plan
from slurm_bridge.rows import AccountRow, AssociationRow, SlurmReading
from slurm_bridge.wire import Adopted, DesiredAccount, DesiredState
from tests.slurm_bridge.worlds import CLUSTER, MemorySite, desired_state, project, read_state

UIDS = {"ada": 20001, "bob": 20002, "carl": 20003}


def site_with_lab(*members: str) -> MemorySite:
    """A site with an account of its own, with QOS, limits and access of the site's making."""
    site = MemorySite()
    site.directory.uids |= UIDS
    site.slurm.create_qos(["night"], "the site's own", 99, [])
    site.slurm.create_accounts(["lab"], "root", "the bell lab", "night")
    site.slurm.add_members(["lab"], members or ("ada", "bob"))
    site.slurm.change_access("h200", ["lab"], [])
    return site


def look(site: MemorySite, **changes: object) -> dict[str, Candidate]:
    values = {
        "cluster": CLUSTER,
        "reading": site.slurm.read(),
        "limits": {"lab": {"GrpTRESMins": "cpu=100"}},
        "uids": UIDS,
        "belfrys": (),
    }
    found = candidates(Site(**(values | changes)))  # type: ignore[arg-type]
    return {item.account: item for item in found}


def refusal(site: MemorySite, account: str = "lab", **changes: object) -> str:
    found = look(site, **changes)[account]
    assert (found.offer is None) == bool(found.refusal)
    return found.refusal


def adopted(*recorded: str, **changes: object) -> DesiredAccount:
    """What the portal wants of the account after the adoption."""
    values = {
        "name": "lab",
        "parent": "root",
        "qos": None,
        "members": (),
        "adopted": Adopted(recorded=recorded),
    }
    return project(**(values | changes))


def planned(site: MemorySite, desired: DesiredState) -> Plan:
    return plan(desired, read_state(site.slurm, site.directory, desired))


def with_row(reading: SlurmReading, **values: str) -> SlurmReading:
    row = AssociationRow(cluster=CLUSTER, **values)  # type: ignore[arg-type]
    return replace(reading, associations=(*reading.associations, row))


def test_account_of_the_site_is_offered_as_it_is() -> None:
    offer = look(site_with_lab())["lab"].offer

    assert offer
    assert (offer.account, offer.parent, offer.description) == ("lab", "root", "the bell lab")
    assert [(user.username, user.uid) for user in offer.members] == [("ada", 20001), ("bob", 20002)]
    assert offer.qos == {"night"}
    assert offer.limits == {"GrpTRESMins": "cpu=100"}
    assert set(offer.partitions) == {"h200", "open"}


def test_belfrys_own_accounts_are_not_listed() -> None:
    assert "lab" not in look(site_with_lab(), belfrys={"lab"})


def test_root_is_refused() -> None:
    assert refusal(site_with_lab(), "root") == "is Slurm's own"


def test_account_with_sub_accounts_is_refused() -> None:
    site = site_with_lab()
    site.slurm.create_accounts(["lab_bells"], "lab", "", None)

    assert refusal(site).startswith("holds other accounts: lab_bells")


def test_account_without_members_is_refused() -> None:
    site = site_with_lab()
    site.slurm.create_accounts(["empty"], "root", "", None)

    assert refusal(site, "empty") == "has no members"


@pytest.mark.parametrize("mark", ["belfry-tree", "Made by BELFRY-0815 once"])
def test_account_of_another_belfry_is_refused(mark: str) -> None:
    site = site_with_lab()
    site.slurm.descriptions["lab"] = mark

    assert "another Belfry" in refusal(site)


def test_account_that_is_listed_twice_is_refused() -> None:
    site = site_with_lab()
    reading = site.slurm.read()
    forged = replace(reading, accounts=(*reading.accounts, AccountRow("lab", "harmless")))

    assert "more than once" in refusal(site, reading=forged)


@pytest.mark.parametrize("name", ["Lab", "lab.bells", "lab bells", "-lab", "läb", "l" * 64])
def test_name_with_odd_characters_is_refused(name: str) -> None:
    site = site_with_lab()
    reading = with_row(site.slurm.read(), account=name, parent="root")
    named = replace(reading, accounts=(*reading.accounts, AccountRow(name, "")))

    assert "characters" in refusal(site, name, reading=named)


@pytest.mark.parametrize(
    ("user", "uids"),
    [("root", {}), ("slurm", {}), ("nobody", {"nobody": 65534}), ("ftp", {"ftp": 101})],
)
def test_account_with_a_user_of_the_system_is_refused(user: str, uids: dict[str, int]) -> None:
    site = site_with_lab("ada", user)

    assert f"the member {user}, a user of the system" in refusal(site, uids=UIDS | uids)


@pytest.mark.parametrize("user", ["a b", "ada|bob", "$(reboot)", "u" * 65, "jürgen"])
def test_account_with_a_member_of_an_odd_name_is_refused(user: str) -> None:
    site = site_with_lab()
    reading = with_row(site.slurm.read(), account="lab", user=user)

    assert "a name that Belfry does not write" in refusal(site, reading=reading)


def test_account_with_members_for_single_partitions_is_refused() -> None:
    site = site_with_lab()
    reading = with_row(site.slurm.read(), account="lab", user="ada", partition="h200")

    assert "single partitions" in refusal(site, reading=reading)


def test_account_with_very_many_members_is_refused() -> None:
    site = site_with_lab(*(f"u{number}" for number in range(501)))

    assert refusal(site) == "has 501 members; 500 are the most that Belfry manages"


def test_account_that_only_another_cluster_has_is_refused() -> None:
    site = site_with_lab()
    site.slurm.descriptions["far"] = "of charleroi"

    assert refusal(site, "far") == "is not on cluster zellik"


def test_nothing_is_planned_right_after_an_adoption() -> None:
    site = site_with_lab()

    wanted = planned(site, desired_state(adopted("ada", "bob", members=("ada",))))

    assert [item for item in wanted.changes if "lab" in str(item)] == []
    assert wanted.conflicts == ()


def test_adopted_account_is_reported_in_full() -> None:
    site = site_with_lab()
    desired = desired_state(adopted("ada", "bob"))

    state = read_state(site.slurm, site.directory, desired)

    found = next(item for item in state.accounts if item.name == "lab")
    assert (found.members, found.qos) == ({"ada", "bob"}, {"night"})


def test_member_whom_staff_add_later_is_added_and_one_who_leaves_is_removed() -> None:
    site = site_with_lab("ada", "carl")
    record = Adopted(recorded=("ada",), removed=("carl",))

    wanted = planned(site, desired_state(adopted(members=("ada", "bob"), adopted=record)))

    assert [item for item in wanted.changes if getattr(item, "account", "") == "lab"] == [
        ch.AddMember(account="lab", username="bob"),
        ch.RemoveMember(account="lab", username="carl"),
    ]


def test_who_came_or_went_by_hand_is_left_so() -> None:
    site = site_with_lab("ada", "carl")

    wanted = planned(site, desired_state(adopted("ada", "bob", members=("bob",))))

    assert [item for item in wanted.changes if getattr(item, "account", "") == "lab"] == []


def test_adopted_account_that_is_gone_is_reported_and_not_made_again() -> None:
    site = MemorySite()

    wanted = planned(site, desired_state(adopted("ada")))

    assert [(item.subject, item.reason, item.taken_account) for item in wanted.conflicts] == [
        ("account lab", "was adopted, but is no longer on this cluster", "")
    ]
    assert not any(getattr(item, "account", "") == "lab" for item in wanted.changes)


def test_adopted_account_that_another_belfry_marks_is_left_alone() -> None:
    site = site_with_lab()
    site.slurm.descriptions["lab"] = "belfry-of-somebody-else"

    wanted = planned(site, desired_state(adopted(members=("bob",))))

    assert "carries the mark" in wanted.conflicts[0].reason
    assert not any(getattr(item, "account", "") == "lab" for item in wanted.changes)


def test_cycle_tests_an_adopted_account_and_touches_nothing_even_when_it_is_refused() -> None:
    site = site_with_lab()
    site.cycle.run(desired_state(project()))
    site.slurm.suspend_accounts(["lab"])
    writes = site.slurm.writes

    report = site.cycle.run(desired_state(project(), adopted("ada", "bob")))

    verdicts = {item.account: item.accepted for item in report.readiness}
    assert verdicts["lab"] is False
    assert site.slurm.writes == writes
    assert site.cycle.owned_accounts == {"aif", "aif_fl", "aif26fl0001", "lab"}


NAMES = st.sampled_from(["ada", "bob", "carl", "dora"])


@settings(max_examples=150, deadline=None)
@given(
    recorded=st.sets(NAMES),
    here=st.sets(NAMES, min_size=1),
    blocked=st.sets(NAMES),
    managed=st.sets(st.sampled_from(["h200", "open"])),
    suspended=st.booleans(),
    closes=st.booleans(),
)
def test_adoption_changes_nothing_however_the_account_is(
    recorded: set[str],
    here: set[str],
    blocked: set[str],
    managed: set[str],
    *,
    suspended: bool,
    closes: bool,
) -> None:
    site = site_with_lab(*sorted(here))
    if blocked & here:
        site.slurm.block_members(["lab"], sorted(blocked & here))
    if suspended:
        site.slurm.suspend_accounts(["lab"])
    wanted = adopted(
        *sorted(recorded),
        members=tuple(sorted(recorded & {"ada", "bob"})),
        partitions=tuple(sorted(managed)),
        suspended=closes,
    )
    desired = desired_state(wanted, partitions=("h200", "open"))
    site.cycle.run(desired.model_copy(update={"accounts": desired.accounts[:-1]}))
    actual = read_state(site.slurm, site.directory, desired)

    found = plan(desired, actual)

    assert found.changes == ()
    Applier(site.slurm, site.directory, actual).apply(found.changes)
    assert read_state(site.slurm, site.directory, desired) == actual
