"""New accounts and members: their portions, their order, and the way in which they are written."""

from slurm_bridge import changes as ch
from slurm_bridge.additions import left_to_right, measured, portions
from slurm_bridge.writing_way import Additions, command_seconds, is_load_quicker, load_seconds


def create(name: str, parent: str = "aif") -> ch.CreateAccount:
    return ch.CreateAccount(account=name, parent=parent, owner_mark=f"belfry-{name}", qos=name)


def add(account: str, username: str) -> ch.AddMember:
    return ch.AddMember(account=account, username=username)


def new_accounts(count: int, parents: int = 1) -> Additions:
    return Additions(True, count, parents=parents, commands=count, visits=count)


def new_members(accounts: int, members_each: int = 1) -> Additions:
    """Different members for each account."""
    entities = accounts * members_each
    return Additions(False, entities, parents=accounts, commands=accounts, visits=accounts)


def test_portions_keep_an_accounts_members_together() -> None:
    changes = tuple(add(f"p{account}", f"u{user}") for user in range(3) for account in range(5))

    sizes = [{change.account for change in portion} for portion in portions(changes, limit=7)]

    assert sizes == [{"p0", "p1"}, {"p2", "p3"}, {"p4"}]


def test_members_are_added_in_the_order_of_the_tree_and_old_accounts_first() -> None:
    created = (create("b1", "b"), create("a1", "a"), create("b2", "b"))
    members = tuple(add(account, "ada") for account in ("a1", "old", "b2", "b1"))

    ordered = [change.account for change in left_to_right(members, created)]

    assert ordered == ["old", "b1", "b2", "a1"]


def test_accounts_with_marks_of_their_own_need_a_command_each() -> None:
    found = measured((create("p1"), create("p2"), create("p3", "aif_fl")))
    assert found == new_accounts(3, parents=2)


def test_accounts_with_equal_members_need_one_command() -> None:
    found = measured((add("p1", "ada"), add("p2", "ada"), add("p1", "bob"), add("p2", "bob")))
    assert found == Additions(False, 4, parents=2, commands=1, visits=4)


def test_single_command_is_never_slower_than_a_load() -> None:
    for associations in (0, 100, 30_000):
        assert not is_load_quicker(new_accounts(1), associations)
        assert not is_load_quicker(new_members(1, 10), associations)


def test_first_provisioning_is_loaded_at_any_size() -> None:
    for projects in (10, 200, 2000):
        assert is_load_quicker(new_accounts(projects, parents=6), 10)
        for portion in range(0, projects, 250):
            there = projects + portion * 10
            assert is_load_quicker(new_members(min(projects, 250), 10), there)


def test_few_are_added_by_commands_where_there_is_much_to_read() -> None:
    for new, few in ((new_members, 5), (new_accounts, 2)):
        assert is_load_quicker(new(few), 100)
        assert not is_load_quicker(new(few), 22_000)
        assert is_load_quicker(new(few * 5), 22_000)


def test_equal_members_of_many_accounts_are_loaded_since_commands_go_user_by_user() -> None:
    rectangle = Additions(False, 5000, parents=500, commands=25, visits=5000)
    assert is_load_quicker(rectangle, 5000)


def test_both_ways_take_longer_the_more_there_is() -> None:
    new = new_members(10)
    for seconds in (command_seconds, load_seconds):
        assert seconds(new, 100) < seconds(new, 20_000)
