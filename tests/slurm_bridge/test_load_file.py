"""The text that sacctmgr load reads, and the file that it lies in."""

import stat
from pathlib import Path

import pytest

from slurm_bridge.errors import TransientSlurmError, TransientSlurmTimeoutError
from slurm_bridge.slurm.bulk import FILE_PREFIX, BulkLoad
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.interface import NewAccount
from slurm_bridge.slurm.load_file import load_file
from tests.slurm_bridge.programs import write_program

PROJECT = NewAccount("p1", "aif_fl", "belfry-p1", "p1_zellik")


def test_accounts_stand_under_their_parent_and_members_under_their_account() -> None:
    made = "Account - 'p1':Description='belfry-p1':Organization='belfry-zellik'"
    text = load_file(
        "zellik",
        [NewAccount("aif_fl", "aif", "belfry-tree"), PROJECT],
        [("p1", "ada"), ("p2", "bob"), ("p1", "cem")],
    )

    assert text.splitlines() == [
        "Cluster - 'zellik'",
        "Parent - 'aif'",
        "Account - 'aif_fl':Description='belfry-tree':Organization='belfry-zellik'",
        "Parent - 'aif_fl'",
        f"{made}:DefaultQOS='p1_zellik':QOS='p1_zellik'",
        "Parent - 'p1'",
        "User - 'ada'",
        "User - 'cem'",
        "Parent - 'p2'",
        "User - 'bob'",
    ]


def test_account_that_another_cluster_has_keeps_its_description() -> None:
    text = load_file("zellik", [PROJECT], [], described={"p1"})
    assert "Account - 'p1':DefaultQOS='p1_zellik':QOS='p1_zellik'" in text
    assert "Description" not in text


@pytest.mark.parametrize("bad", ["a:b", "a'b", "a\nb", "", " a", "a=b", "a,b"])
def test_what_the_format_cannot_carry_is_refused(bad: str) -> None:
    for accounts, members in (
        ([NewAccount(bad, "root", "belfry-x")], []),
        ([NewAccount("a", bad, "belfry-x")], []),
        ([NewAccount("a", "root", bad)], []),
        ([], [("a", bad)]),
        ([], [(bad, "ada")]),
    ):
        with pytest.raises(TransientSlurmError):
            load_file("zellik", accounts, members)


@pytest.fixture
def bulk(tmp_path: Path) -> BulkLoad:
    folder = tmp_path / "state"
    folder.mkdir()
    commands = Commands(slurm_bin=tmp_path / "bin", timeout_seconds=5)
    return BulkLoad(commands, "zellik", folder, timeout_seconds=5)


def test_file_is_private_and_gone_afterwards(bulk: BulkLoad, tmp_path: Path) -> None:
    script = f'file="${{3#file=}}"; echo "$*" > {tmp_path}/said; cp -p "$file" {tmp_path}/copy'
    write_program(tmp_path / "bin", "sacctmgr", script)

    bulk.load([PROJECT], [], {})

    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert "Account - 'p1'" in (tmp_path / "copy").read_text()
    assert "clean" not in (tmp_path / "said").read_text()
    assert list((tmp_path / "state").iterdir()) == []


def test_file_is_gone_after_a_failure_too_and_so_is_one_left_by_a_killed_bridge(
    bulk: BulkLoad, tmp_path: Path
) -> None:
    write_program(tmp_path / "bin", "sacctmgr", "echo 'Problem with line(5)' >&2; exit 1")
    (tmp_path / "state" / f"{FILE_PREFIX}left").write_text("old")

    with pytest.raises(TransientSlurmError, match=r"Problem with line\(5\)"):
        bulk.load([PROJECT], [], {})

    assert list((tmp_path / "state").iterdir()) == []


def test_load_has_a_timeout_of_its_own(tmp_path: Path) -> None:
    write_program(tmp_path / "bin", "sacctmgr", "exec sleep 60")
    commands = Commands(slurm_bin=tmp_path / "bin", timeout_seconds=50)

    with pytest.raises(TransientSlurmTimeoutError, match=r"within 0\.3 s"):
        BulkLoad(commands, "zellik", tmp_path, timeout_seconds=0.3).load([PROJECT], [], {})
