"""What doctor says about the bridge's user, and about what root does for it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from slurm_bridge.as_root import AsRoot
from slurm_bridge.doctor_rights import Rights
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.wire import Finding
from tests.slurm_bridge.programs import write_program

USER = "belfry-bridge"
# Like sudo where the rule is there.
SUDO = 'shift 2; exec "$@"'


def rights(
    tmp_path: Path,
    uid: int = 990,
    allowed: bool | None = True,
    makes_people: bool = True,
    **files: str,
) -> Rights:
    """Of a bridge whose root knows these files of partitions, by cluster."""
    answer = json.dumps({"partitions_files": files, "makes_people": allowed})
    program = write_program(tmp_path / "root", "belfry-root", f"echo '{answer}'")
    write_program(tmp_path / "bin", "sudo", SUDO)
    as_root = AsRoot(Commands(slurm_bin=tmp_path / "bin"), program, user_id=uid)
    return Rights(
        as_root,
        "zellik",
        tmp_path,
        makes_people=makes_people,
        user_name=lambda: USER,
        user_id=lambda: uid,
    )


def found(rights: Rights) -> dict[str, Finding]:
    return {item.check: item for item in rights.on_host()}


@pytest.mark.parametrize(
    ("level", "verdict", "advice"),
    [
        ("None", "error", "modify user"),
        ("Operator", "error", "modify user"),
        ("Administrator", "ok", ""),
    ],
)
def test_only_slurms_administrators_may_do_all_that_the_bridge_does(
    tmp_path: Path, level: str, verdict: str, advice: str
) -> None:
    finding = rights(tmp_path).in_slurmdbd({USER: level, "root": "Administrator"})
    assert finding.level == verdict
    assert advice in finding.advice


def test_user_whom_slurmdbd_does_not_know_is_told_how_to_be_added(tmp_path: Path) -> None:
    finding = rights(tmp_path).in_slurmdbd({"root": "Administrator"})
    assert finding.level == "error"
    assert f"sacctmgr add user {USER} account=root cluster=zellik" in finding.advice


def test_root_may_do_everything_and_is_advised_not_to_be_root(tmp_path: Path) -> None:
    root = rights(tmp_path, uid=0, zellik="")
    assert root.in_slurmdbd({}).level == "ok"
    assert found(root)["bridge's user"].level == "warning"
    assert found(root)["rights on this host"].level == "ok"


def test_user_of_its_own_with_a_sudo_rule_has_nothing_to_mend(tmp_path: Path) -> None:
    assert {item.level for item in rights(tmp_path, zellik="").on_host()} == {"ok"}


def test_missing_sudo_rule_is_named_with_what_it_costs(tmp_path: Path) -> None:
    without = rights(tmp_path, zellik="")
    write_program(tmp_path / "bin", "sudo", "echo 'sudo: a password is required' >&2; exit 1")
    finding = found(without)["rights on this host"]
    assert finding.level == "error"
    assert "cannot be run by sudo: sudo: a password is required" in finding.found
    assert "no project becomes active" in finding.advice


@pytest.mark.parametrize(
    ("allowed", "makes_people", "verdict", "advice"),
    [
        (True, True, "ok", ""),
        (False, True, "error", "Set uids and gids"),
        (True, False, "warning", "Take uids and gids out"),
        (False, False, "ok", ""),
    ],
)
def test_root_makes_people_where_no_other_directory_does(
    tmp_path: Path, allowed: bool, makes_people: bool, verdict: str, advice: str
) -> None:
    bridge = rights(tmp_path, allowed=allowed, makes_people=makes_people, zellik="")
    finding = found(bridge)["UNIX users by root"]
    assert finding.level == verdict
    assert advice in finding.advice


def test_missing_sudo_rule_costs_no_people_where_they_come_from_a_directory(tmp_path: Path) -> None:
    without = rights(tmp_path, makes_people=False, zellik="")
    write_program(tmp_path / "bin", "sudo", "exit 1")
    findings = found(without)
    assert "no submission is tried" in findings["rights on this host"].advice
    assert "UNIX user" not in findings["rights on this host"].advice
    assert "UNIX users by root" not in findings


def test_host_without_sudo_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = rights(tmp_path, zellik="")
    (tmp_path / "bin" / "sudo").unlink()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    finding = found(without)["rights on this host"]
    assert finding.level == "error"
    assert "cannot start sudo" in finding.found


def test_program_that_does_not_know_the_cluster_is_found(tmp_path: Path) -> None:
    finding = found(rights(tmp_path, charleroi=""))["rights on this host"]
    assert finding.level == "error"
    assert "[clusters.zellik]" in finding.advice


def test_another_file_of_partitions_than_the_bridges_is_found(tmp_path: Path) -> None:
    ours = rights(tmp_path, zellik="/etc/slurm/other.conf")
    wanted = tmp_path / "kept.conf"
    other = replace(ours, partitions_file=wanted)
    finding = found(other)["rights on this host"]
    assert finding.level == "error"
    assert "/etc/slurm/other.conf" in finding.found
    assert str(wanted) in finding.advice


def test_missing_state_folder_is_found(tmp_path: Path) -> None:
    lost = Rights(rights(tmp_path).as_root, "zellik", tmp_path / "none")
    assert found(lost)["state_dir"].level == "error"
