"""What Slurm does with partitions of Belfry's own: in memory, by scontrol, and by pyslurm."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.partition_settings import PartitionSettings
from tests.slurm_bridge.clusters import PARTITION, ClusterUnderTest, memory_cluster, real_cluster
from tests.testbed import Testbed

MARK = "belfry-0b1e"
WAYS = ["scontrol", "pyslurm"] if importlib.util.find_spec("pyslurm") else ["scontrol"]


@pytest.fixture(params=["memory", *(pytest.param(way, marks=pytest.mark.slurm) for way in WAYS)])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ClusterUnderTest]:
    """A cluster whose partitions outlast a restart."""
    if request.param == "memory":
        yield memory_cluster(keeps_partitions=True)
        return
    testbed: Testbed = request.getfixturevalue("testbed")
    with real_cluster(testbed, tmp_path, keeps_partitions=True, by=request.param) as real:
        yield real


def some_settings(account: str = "root", **changes: object) -> PartitionSettings:
    values: dict[str, object] = {
        "nodes": "zellik-gpu1",
        "accounts": (account,),
        "default_minutes": 30,
        "max_minutes": 90,
        "max_nodes": 1,
        "priority": 10,
        "memory_mb_per_cpu": 1000,
        "is_open": True,
    }
    return PartitionSettings.model_validate(values | changes)


def settings_of(cluster: ClusterUnderTest, name: str) -> list[PartitionSettings | None]:
    """As slurmctld has them, and as it would have them after a restart."""
    kept = cluster.kept(name)
    return [cluster.partition(name).settings, kept.settings if kept else None]


def test_partition_is_made_as_asked_and_kept_with_its_mark(keeper: ClusterUnderTest) -> None:
    name = keeper.name()

    keeper.slurm.create_partition(name, MARK, some_settings())

    assert settings_of(keeper, name) == [some_settings()] * 2
    assert keeper.kept(name).owner_mark == MARK  # type: ignore[union-attr]
    assert keeper.partition(name).allow_accounts == {"root"}


def test_partition_that_exists_is_refused_and_unchanged(keeper: ClusterUnderTest) -> None:
    name = keeper.name()
    keeper.slurm.create_partition(name, MARK, some_settings())

    with pytest.raises(TransientSlurmError):
        keeper.slurm.create_partition(name, "belfry-other", some_settings(priority=20))

    assert settings_of(keeper, name) == [some_settings()] * 2
    assert keeper.kept(name).owner_mark == MARK  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "nodes", ["zellik-gpu9", "zellik-gpu[1-99999999]", "", "@all", "zellik-gpu1;x", "zellik-gpu[1-"]
)
def test_nodes_that_are_not_there_are_refused_and_leave_nothing_behind(
    keeper: ClusterUnderTest, nodes: str
) -> None:
    with pytest.raises(TransientSlurmError):
        keeper.slurm.create_partition(keeper.name(), MARK, some_settings(nodes=nodes))

    assert not keeper.has_partition(keeper.name())
    assert keeper.kept(keeper.name()) is None


def test_everything_that_is_set_can_be_changed(keeper: ClusterUnderTest) -> None:
    name = keeper.name()
    keeper.slurm.create_partition(name, MARK, some_settings())
    after = some_settings(
        "ghost",
        nodes="zellik-gpu[1-2]",
        default_minutes=60,
        max_minutes=3 * 24 * 60,
        max_nodes=None,
        priority=65_533,
        memory_mb_per_cpu=2000,
        is_open=False,
    )

    keeper.slurm.modify_partition(name, MARK, after)

    assert settings_of(keeper, name) == [after] * 2


def test_change_to_nodes_that_are_not_there_changes_nothing(keeper: ClusterUnderTest) -> None:
    name = keeper.name()
    keeper.slurm.create_partition(name, MARK, some_settings())

    with pytest.raises(TransientSlurmError):
        keeper.slurm.modify_partition(name, MARK, some_settings(nodes="zellik-gpu[2-3]"))

    assert settings_of(keeper, name) == [some_settings()] * 2


def test_partition_that_is_removed_is_gone_from_the_file_too(keeper: ClusterUnderTest) -> None:
    name = keeper.name()
    keeper.slurm.create_partition(name, MARK, some_settings())

    keeper.slurm.delete_partition(name)

    assert not keeper.has_partition(name)
    assert keeper.kept(name) is None


def test_what_is_not_there_cannot_be_changed(keeper: ClusterUnderTest) -> None:
    ghost = keeper.name("ghost")
    with pytest.raises(TransientSlurmError):
        keeper.slurm.modify_partition(ghost, MARK, some_settings())
    with pytest.raises(TransientSlurmError):
        keeper.slurm.change_access(ghost, ["root"], [])

    assert not keeper.has_partition(ghost)


def test_access_to_a_partition_of_the_administrators_outlasts_a_restart(
    keeper: ClusterUnderTest,
) -> None:
    first, second = keeper.name("a"), keeper.name("b")
    before = keeper.partition(PARTITION).allow_accounts
    assert before is not None

    keeper.slurm.change_access(PARTITION, [first, second], [])
    keeper.slurm.change_access(PARTITION, [], [first])

    for allowed in (
        keeper.partition(PARTITION).allow_accounts,
        keeper.kept(PARTITION).allow_accounts,  # type: ignore[union-attr]
    ):
        assert allowed is not None
        assert before | {second} <= allowed
        assert first not in allowed
    assert keeper.kept(PARTITION).owner_mark == ""  # type: ignore[union-attr]


def test_last_account_cannot_be_taken_off_a_list(keeper: ClusterUnderTest) -> None:
    allowed = keeper.partition(PARTITION).allow_accounts
    assert allowed is not None

    with pytest.raises(TransientSlurmError):
        keeper.slurm.change_access(PARTITION, [], allowed)

    assert keeper.partition(PARTITION).allow_accounts == allowed


def test_without_a_file_no_partition_is_made(cluster: ClusterUnderTest) -> None:
    with pytest.raises(TransientSlurmError, match="partitions_file"):
        cluster.slurm.create_partition(cluster.name(), MARK, some_settings())

    assert not cluster.has_partition(cluster.name())
