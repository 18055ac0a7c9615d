"""Lines that make partitions, as scontrol and as slurm.conf have them."""

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm import partition_lines as lines
from tests.slurm_bridge.test_contract_partitions import some_settings

SHOWN = (
    "PartitionName=p1 AllowGroups=ALL AllowAccounts=b,a Default=NO DefaultTime=01:00:00 "
    "MaxNodes=UNLIMITED MaxTime=2-00:00:00 Nodes=n1,n2,n[3-4] PriorityTier=7 State=DRAIN "
    "DefMemPerCPU=2000\n"
)


def test_partition_for_all_is_not_one_for_an_account_called_all() -> None:
    text = (
        "PartitionName=a AllowGroups=ALL AllowAccounts=ALL\n"
        "PartitionName=b AllowAccounts=root,all\n"
    )

    assert [item.allow_accounts for item in lines.parse_partitions(text)] == [None, {"root", "all"}]


def test_partition_without_access_list_stops_the_cycle() -> None:
    with pytest.raises(TransientSlurmError):
        lines.parse_partitions("PartitionName=a Nodes=n\n")


def test_partition_with_a_time_that_is_none_stops_the_cycle() -> None:
    with pytest.raises(TransientSlurmError):
        lines.parse_partitions("PartitionName=a AllowAccounts=ALL Nodes=n MaxTime=soon\n")


def test_what_scontrol_shows_is_read_in_minutes_and_folded() -> None:
    (found,) = lines.parse_partitions(SHOWN)

    assert found.settings == some_settings(
        nodes="n[1-4]",
        accounts=("a", "b"),
        default_minutes=60,
        max_minutes=2880,
        max_nodes=None,
        priority=7,
        memory_mb_per_cpu=2000,
        is_open=False,
    )


@pytest.mark.parametrize(("state", "is_open"), [("UP", True), ("DRAIN", False), ("DOWN", None)])
def test_a_pause_by_hand_is_neither_open_nor_closed(state: str, *, is_open: bool | None) -> None:
    (found,) = lines.parse_partitions(SHOWN.replace("DRAIN", state))

    assert found.settings is not None
    assert found.settings.is_open is is_open


def test_own_line_says_all_that_is_set_and_whose_it_is() -> None:
    line = lines.config_line("p1", "belfry-12ab", some_settings(max_nodes=None))

    assert line == (
        "PartitionName=p1 Nodes=zellik-gpu1 AllowAccounts=root DefaultTime=30 MaxTime=90"
        " MaxNodes=UNLIMITED PriorityTier=10 DefMemPerCPU=1000 State=UP # belfry-12ab"
    )
    kept = lines.kept_partition(line)
    assert (kept.name, kept.owner_mark) == ("p1", "belfry-12ab")
    assert kept.settings == some_settings(max_nodes=None)


def test_own_line_that_was_spoilt_is_known_but_has_no_settings() -> None:
    kept = lines.kept_partition("PartitionName=p1 MaxTime=soon # belfry-12ab")

    assert (kept.owner_mark, kept.settings) == ("belfry-12ab", None)


def test_a_mark_in_another_place_proves_nothing() -> None:
    for line in (
        "PartitionName=p1 Nodes=n1 # not belfry-12ab but ours",
        "PartitionName=belfry-12ab Nodes=n1",
        "PartitionName=p1 Nodes=n1 Alternate=belfry-12ab",
    ):
        assert lines.kept_partition(line).owner_mark == ""


def test_of_an_administrators_line_only_the_access_list_changes() -> None:
    line = "partitionname=h200 Nodes=n[1-2]   allowaccounts=root QOS=x  # ours"

    assert lines.with_accounts(line, frozenset({"b", "a"})) == (
        "partitionname=h200 Nodes=n[1-2]   AllowAccounts=a,b QOS=x  # ours"
    )
    assert lines.kept_partition(line).allow_accounts == {"root"}


def test_defaults_and_comments_are_no_partitions() -> None:
    assert lines.partition_name("PartitionName=DEFAULT MaxTime=60") == ""
    assert lines.partition_name("# PartitionName=old Nodes=n1") == ""
    assert lines.partition_name("NodeName=n1 CPUs=8") == ""
