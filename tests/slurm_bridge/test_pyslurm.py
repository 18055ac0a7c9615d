"""The bridge on pyslurm, and when it is chosen."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from slurm_bridge.errors import FatalConfigError, TransientSlurmError
from slurm_bridge.slurm import pyslurm_library
from slurm_bridge.slurm.choice import chosen
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.live import ControllerFigures, Live, NodeFigures
from slurm_bridge.slurm.live_pyslurm import PyslurmLive
from slurm_bridge.slurm.partitions_pyslurm import PyslurmPartitions
from slurm_bridge.slurm.partitions_scontrol import ScontrolPartitions
from tests.slurm_bridge.fake_pyslurm import FakePyslurm
from tests.slurm_bridge.test_contract_partitions import some_settings


@pytest.fixture
def library() -> FakePyslurm:
    return FakePyslurm()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"max_nodes": None, "max_minutes": None, "is_open": False},
        {"accounts": (), "nodes": "zellik-gpu[1-2]"},
    ],
)
def test_what_is_made_reads_the_same(library: FakePyslurm, changes: dict[str, object]) -> None:
    partitions = PyslurmPartitions(library)

    partitions.create("own", some_settings(**changes))

    (found,) = partitions.read()
    assert (found.name, found.settings) == ("own", some_settings(**changes))
    assert found.allow_accounts == (frozenset(some_settings(**changes).accounts) or None)


def test_partition_is_changed_and_removed(library: FakePyslurm) -> None:
    partitions = PyslurmPartitions(library)
    partitions.create("own", some_settings())

    partitions.modify("own", some_settings(priority=77))
    partitions.set_accounts("own", frozenset({"p1"}))

    assert partitions.read()[0].settings == some_settings("p1", priority=77)
    partitions.delete("own")
    assert partitions.read() == ()


def test_pause_by_hand_stays(library: FakePyslurm) -> None:
    partitions = PyslurmPartitions(library)
    partitions.create("own", some_settings())
    library.partitions["own"].state = "DOWN"

    partitions.modify("own", some_settings(is_open=None, priority=3))

    assert library.partitions["own"].state == "DOWN"
    assert partitions.read()[0].settings == some_settings(is_open=None, priority=3)


def test_what_slurmctld_refuses_is_the_bridges_own_error(library: FakePyslurm) -> None:
    partitions = PyslurmPartitions(library)
    with pytest.raises(TransientSlurmError, match="Invalid partition name"):
        partitions.delete("ghost")
    with pytest.raises(TransientSlurmError, match="no node of this cluster"):
        partitions.create("own", some_settings(nodes="zellik-gpu3"))
    with pytest.raises(TransientSlurmError, match="open to every account"):
        partitions.set_accounts("own", frozenset())


def test_live_state_is_counted_as_by_the_commands(library: FakePyslurm) -> None:
    live = PyslurmLive(Commands(), pyslurm=library)

    assert live.nodes() == NodeFigures(2, 1, 8, 3, "zellik-gpu[1-2]")
    assert live.controller() == ControllerFigures(1, 1, 7, 99)
    assert live.jobs_by_member() == {("physics", "ada"): 1, ("physics", "bob"): 1}
    assert live.busy_members() == {("physics", "ada"), ("physics", "bob")}
    assert live.busy_partitions() == {"h200", "own"}


@pytest.fixture
def installed(library: FakePyslurm, monkeypatch: pytest.MonkeyPatch) -> FakePyslurm:
    """As if the library could be imported, and had not been yet."""
    monkeypatch.setattr(pyslurm_library, "_imported_for", [])
    monkeypatch.setenv("SLURM_CONF", "/nowhere/before.conf")
    monkeypatch.setattr(
        pyslurm_library, "importlib", SimpleNamespace(import_module=lambda _name: library)
    )
    return library


def test_pyslurm_is_taken_where_it_fits(installed: FakePyslurm) -> None:
    commands = Commands(slurm_conf=Path("/etc/slurm/slurm.conf"))

    assert chosen(commands, "auto") == (
        PyslurmPartitions(installed),
        PyslurmLive(commands, pyslurm=installed),
    )
    assert chosen(commands, "scontrol") == (ScontrolPartitions(commands), Live(commands))


def test_one_process_serves_one_cluster(installed: FakePyslurm) -> None:
    chosen(Commands(slurm_conf=Path("/etc/slurm/zellik.conf")), "auto")

    with pytest.raises(FatalConfigError, match="already serves"):
        chosen(Commands(slurm_conf=Path("/etc/slurm/charleroi.conf")), "pyslurm")


def test_commands_are_taken_where_it_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> Any:
        raise ImportError("No module named 'pyslurm'")

    monkeypatch.setattr(pyslurm_library, "_imported_for", [])
    monkeypatch.setattr(pyslurm_library, "importlib", SimpleNamespace(import_module=missing))
    commands = Commands()

    assert chosen(commands, "auto") == (ScontrolPartitions(commands), Live(commands))
    with pytest.raises(FatalConfigError, match="pyslurm cannot be used here"):
        chosen(commands, "pyslurm")
