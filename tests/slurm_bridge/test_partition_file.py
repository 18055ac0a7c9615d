"""The file that slurm.conf includes: whole, valid, and otherwise the administrator's."""

import errno
import os
from pathlib import Path

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.memory_partitions import MemoryPartitions
from slurm_bridge.slurm.partition_file import PartitionFile
from slurm_bridge.slurm.partitions import Partitions
from slurm_bridge.slurm.slurm_conf import SlurmConf
from tests.slurm_bridge.programs import write_program
from tests.slurm_bridge.test_contract_partitions import some_settings

MARK = "belfry-12ab"
OWN = """# Ours.
PartitionName=h200 Nodes=n[1-2] \\
  AllowAccounts=root MaxTime=60
PartitionName=open Nodes=n3
"""


@pytest.fixture
def file(tmp_path: Path) -> PartitionFile:
    (tmp_path / "slurm.conf").write_text("ClusterName=z\nInclude nodes.conf\ninclude kept.conf\n")
    (tmp_path / "nodes.conf").write_text("NodeName=n[1-3]\n")
    (tmp_path / "kept.conf").write_text(OWN)
    write_program(tmp_path / "bin", "scontrol", 'cat "$SLURM_CONF" >"$(dirname "$0")/tried"')
    commands = Commands(slurm_bin=tmp_path / "bin")
    return PartitionFile(tmp_path / "kept.conf", SlurmConf(commands, tmp_path / "slurm.conf"))


def test_lines_of_the_administrator_stay_but_for_their_access_lists(file: PartitionFile) -> None:
    file.change_access("h200", ["p1"], [])
    file.put("p1", MARK, some_settings("p1"))
    file.change_access("open", ["p1"], [])

    text = file.path.read_text()

    assert text.startswith(OWN.replace("AllowAccounts=root", "AllowAccounts=p1,root"))
    assert text.endswith(f" # {MARK}\n")
    file.remove("p1")
    file.change_access("h200", [], ["p1"])
    assert file.path.read_text() == OWN


def test_own_line_is_replaced_and_not_repeated(file: PartitionFile) -> None:
    file.put("p1", MARK, some_settings("p1"))
    file.put("p1", MARK, some_settings("p1", priority=99))

    assert file.path.read_text().count("PartitionName=p1 ") == 1
    assert "PriorityTier=99" in file.path.read_text()


def test_line_of_the_administrators_is_never_removed(file: PartitionFile) -> None:
    file.remove("h200")

    assert file.path.read_text() == OWN


def test_list_that_would_become_empty_lets_nobody_in_instead_of_everybody(
    file: PartitionFile,
) -> None:
    file.change_access("h200", [], ["root"])

    assert "AllowAccounts=root" in file.path.read_text()


def test_slurm_sees_the_whole_new_configuration_before_the_file_is_replaced(
    file: PartitionFile, tmp_path: Path
) -> None:
    file.put("p1", MARK, some_settings("p1"))

    tried = (tmp_path / "bin" / "tried").read_text()
    assert "ClusterName=z" in tried
    assert "NodeName=n[1-3]" in tried
    assert "PartitionName=p1" in tried
    assert "nclude" not in tried


def test_what_slurm_refuses_does_not_replace_the_file(file: PartitionFile, tmp_path: Path) -> None:
    write_program(tmp_path / "bin", "scontrol", "echo Parsing error >&2; exit 1")

    with pytest.raises(TransientSlurmError, match="Parsing error"):
        file.put("p1", MARK, some_settings("p1"))

    assert file.path.read_text() == OWN


def test_partition_that_slurm_conf_defines_is_not_defined_again(
    file: PartitionFile, tmp_path: Path
) -> None:
    with (tmp_path / "slurm.conf").open("a") as conf:
        conf.write("PartitionName=p1 Nodes=n1\n")

    with pytest.raises(TransientSlurmError, match="p1 would be defined twice"):
        file.put("p1", MARK, some_settings("p1"))

    assert file.path.read_text() == OWN


def test_file_that_slurm_conf_does_not_include_is_not_written(
    file: PartitionFile, tmp_path: Path
) -> None:
    (tmp_path / "slurm.conf").write_text("ClusterName=z\n")

    with pytest.raises(TransientSlurmError, match="does not say `Include"):
        file.put("p1", MARK, some_settings("p1"))


def test_owner_and_mode_of_the_file_stay(file: PartitionFile) -> None:
    file.path.chmod(0o640)
    owner = (1, 1) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    if os.geteuid() == 0:
        os.chown(file.path, *owner)

    file.put("p1", MARK, some_settings("p1"))

    status = file.path.stat()
    assert (status.st_mode & 0o777, status.st_uid, status.st_gid) == (0o640, *owner)


def test_full_disk_leaves_the_old_file_and_nothing_beside_it(
    file: PartitionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = sorted(file.path.parent.iterdir())
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(TransientSlurmError, match="No space left on device"):
        file.put("p1", MARK, some_settings("p1"))

    assert file.path.read_text() == OWN
    assert sorted({*file.path.parent.iterdir()} - {file.path.parent / "bin"}) == [
        path for path in before if path.name != "bin"
    ]


def test_access_is_given_even_where_the_file_cannot_be_written(
    file: PartitionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = MemoryPartitions({"h200": frozenset({"root"})})
    file.path.unlink()

    with pytest.raises(TransientSlurmError, match="cannot read"):
        Partitions(live, file).change_access("h200", ["p1"], [])

    assert live.access["h200"] == {"root", "p1"}


def test_missing_file_is_no_reason_to_stop_the_cycle(file: PartitionFile) -> None:
    file.path.unlink()

    assert file.kept() == ()


def test_partition_that_slurmctld_refuses_is_not_left_in_the_file(file: PartitionFile) -> None:
    class Refusing(MemoryPartitions):
        def create(self, name: str, settings: object) -> None:
            raise TransientSlurmError("no")

    live = Refusing({}, nodes=frozenset({"zellik-gpu1"}))

    with pytest.raises(TransientSlurmError):
        Partitions(live, file).create("p1", MARK, some_settings("p1"))

    assert file.path.read_text() == OWN


def test_partition_in_use_stays_in_both_places(file: PartitionFile) -> None:
    live = MemoryPartitions({}, nodes=frozenset({"zellik-gpu1"}))
    partitions = Partitions(live, file)
    partitions.create("p1", MARK, some_settings("p1"))
    live.jobs.add("p1")

    with pytest.raises(TransientSlurmError, match="in use"):
        partitions.delete("p1")

    assert [item.name for item in file.kept()] == ["h200", "open", "p1"]
    live.jobs.clear()
    partitions.delete("p1")
    assert [item.name for item in file.kept()] == ["h200", "open"]
