"""Which changes share a command."""

from hypothesis import given
from hypothesis import strategies as st

from slurm_bridge import changes as ch
from slurm_bridge.grouping import MAX_ENTITIES, batches, halves, membership, removals_together
from slurm_bridge.slurm.commands import LONGEST_ARGUMENT

NAMES = tuple(f"a{number}" for number in range(6))


def members(
    kind: type[ch.AddMember] | type[ch.RemoveMember], pairs: list[tuple[str, str]]
) -> list[ch.Change]:
    return [kind(account=account, username=username) for account, username in pairs]


def test_equal_budgets_share_a_command_and_others_do_not() -> None:
    changes = [
        ch.SetQosBudget(qos="a", before=1, after=5),
        ch.SetQosBudget(qos="b", before=2, after=6),
        ch.SetQosBudget(qos="c", before=None, after=5),
    ]

    grouped = [[change.qos for change in batch] for batch in batches(changes)]

    assert grouped == [["a", "c"], ["b"]]


def test_parents_are_made_before_their_children_whatever_is_grouped() -> None:
    def account(name: str, parent: str) -> ch.CreateAccount:
        return ch.CreateAccount(account=name, parent=parent, owner_mark="belfry-x", qos=None)

    changes = [account("aif", "root"), account("fl", "aif"), account("p1", "fl")]
    changes += [account("pg", "aif"), account("p2", "pg")]

    grouped = [[change.account for change in batch] for batch in batches(changes)]

    assert grouped == [["aif"], ["fl", "pg"], ["p1"], ["p2"]]


def test_accounts_with_equal_new_members_share_a_command() -> None:
    changes = members(
        ch.AddMember, [("p1", "ada"), ("p1", "bob"), ("p2", "bob"), ("p2", "ada"), ("p3", "ada")]
    )

    sizes = [len(batch) for batch in batches(changes)]

    assert sizes == [4, 1]


def test_identity_comes_first_and_access_last_whatever_the_order_given() -> None:
    changes: list[ch.Change] = [
        ch.OpenPartition(partition="h200", account="p1"),
        ch.AddMember(account="p1", username="ada"),
        ch.CreateUser(username="ada", uid=2000),
    ]

    assert [batch[0].kind for batch in batches(changes)] == [
        "create_user",
        "add_member",
        "open_partition",
    ]


def test_long_lists_are_cut() -> None:
    changes = [ch.SuspendAccount(account=f"p{number}") for number in range(25)]

    assert [len(batch) for batch in batches(changes, limit=10)] == [10, 10, 5]


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), unique=True),
    st.integers(1, 8),
)
def test_every_batch_of_members_is_a_whole_product_within_the_limit(
    pairs: list[tuple[str, str]], limit: int
) -> None:
    found = set()
    for batch in batches(members(ch.RemoveMember, pairs), limit):
        named = {(change.account, change.username) for change in batch}
        accounts = {account for account, _ in named}
        users = {user for _, user in named}
        assert len(named) == len(accounts) * len(users) <= limit
        found |= named
    assert found == set(pairs)


def test_names_of_the_greatest_length_stay_far_below_the_systems_limit_in_every_argument() -> None:
    names = [f"{number:04}".ljust(63, "a") for number in range(3000)]
    changes: list[ch.Change] = [
        ch.CreateQos(qos=name, owner_mark="belfry-qos", gpu_minutes=60, flags=()) for name in names
    ]
    changes += members(ch.RemoveMember, [(name, f"u{name[:30]}") for name in names])
    changes += members(ch.AddMember, [("p1", f"u{name[:30]}") for name in names])
    changes += [ch.SuspendAccount(account=name) for name in names]

    for batch in batches(changes):
        assert len(batch) <= MAX_ENTITIES
    assert MAX_ENTITIES * 64 < LONGEST_ARGUMENT / 8


def test_halves_are_the_whole() -> None:
    batch = tuple(ch.SuspendAccount(account=f"p{number}") for number in range(5))
    first, second = halves(batch)
    assert (*first, *second) == batch
    assert first
    assert second


def test_who_is_let_into_a_partition_and_who_no_longer_is_share_a_command() -> None:
    changes = [
        ch.OpenPartition(partition="h200", account="p1"),
        ch.ClosePartition(partition="h200", account="p2"),
        ch.ClosePartition(partition="b300", account="p2"),
    ]

    assert [len(batch) for batch in batches(changes)] == [2, 1]


def test_suspensions_and_default_accounts_keep_commands_of_their_own() -> None:
    changes = [
        ch.SuspendAccount(account="p1"),
        ch.MoveDefaultAccount(username="ada", before="p2", after="p3"),
        ch.SuspendAccount(account="p4"),
    ]

    assert sorted(len(batch) for batch in batches(changes)) == [1, 2]


def test_members_of_different_accounts_leave_by_one_command() -> None:
    leaving = members(ch.RemoveMember, [("p1", "ada"), ("p2", "bob"), ("p3", "eve")])

    assert list(removals_together(leaving, {("p1", "eva")})) == [tuple(leaving)]


def test_nobody_leaves_an_account_because_of_leaving_another() -> None:
    leaving = members(ch.RemoveMember, [("p1", "ada"), ("p2", "bob")])

    assert [len(batch) for batch in removals_together(leaving, {("p2", "ada")})] == [1, 1]


PAIRS = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))


@given(st.lists(PAIRS, unique=True), st.sets(PAIRS), st.integers(1, 8))
def test_commands_of_removals_name_all_who_leave_and_none_who_stay(
    pairs: list[tuple[str, str]], staying: set[tuple[str, str]], limit: int
) -> None:
    staying -= set(pairs)

    commands = list(removals_together(members(ch.RemoveMember, pairs), staying, limit))

    assert [membership(change) for batch in commands for change in batch] == pairs
    for batch in commands:
        named = [membership(change) for change in batch]
        crossed = {(account, user) for account, _ in named for _, user in named}
        assert not crossed & staying
        assert len(crossed) <= limit
