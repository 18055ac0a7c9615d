"""What takes something away is done before anything is made."""

from slurm_bridge import changes as ch
from slurm_bridge.grouping import stages
from tests.slurm_bridge.worlds import MemorySite, desired_state, project


def test_leaver_can_start_nothing_more_before_a_new_account_is_made() -> None:
    site = MemorySite()
    site.cycle.run(desired_state(project(members=("ada", "bob"))))
    seen: list[tuple[bool, bool]] = []

    def look() -> None:
        bob = site.slurm.members.get(("aif26fl0001", "bob"))
        is_blocked = bob is None or bob.max_submit_jobs == 0
        seen.append(("aif26fl0002" in site.slurm.accounts, is_blocked))

    site.slurm.before_write = look
    site.cycle.run(desired_state(project(), project("aif26fl0002")))

    assert (True, True) in seen
    assert (True, False) not in seen
    assert ("aif26fl0001", "bob") not in site.slurm.members


def test_suspension_comes_first_unless_the_account_has_still_to_be_made() -> None:
    old, new = ch.SuspendAccount(account="old"), ch.SuspendAccount(account="new")
    made = ch.CreateAccount(account="new", parent="aif", owner_mark="belfry-x", qos=None)
    member = ch.AddMember(account="new", username="ada")

    assert list(stages((member, new, made, old))) == [(old,), (made,), (new,), (member,)]
