"""How the bridge asks for what only root may do, and what it says where it cannot."""

import errno
from pathlib import Path

import pytest

from slurm_bridge.as_root import AsRoot
from slurm_bridge.slurm.commands import Commands
from tests.slurm_bridge.programs import write_program


def as_root(tmp_path: Path, script: str, uid: int = 990) -> AsRoot:
    program = write_program(tmp_path, "belfry-root", script)
    write_program(tmp_path / "bin", "sudo", 'echo "$@" >> "$(dirname "$0")/asked"; shift 2; "$@"')
    return AsRoot(Commands(slurm_bin=tmp_path / "bin"), program, user_id=uid)


def asked(tmp_path: Path) -> list[str]:
    path = tmp_path / "bin" / "asked"
    return path.read_text().splitlines() if path.exists() else []


def test_a_user_of_its_own_asks_by_sudo_which_never_asks_back(tmp_path: Path) -> None:
    result = as_root(tmp_path, 'printf "<%s>" "$@"').attempt("add-user", "ada", "70000")
    assert result.stdout == "<add-user><ada><70000>"
    program = tmp_path / "belfry-root"
    assert asked(tmp_path) == [f"--non-interactive -- {program} add-user ada 70000"]


def test_root_starts_the_same_program_without_sudo(tmp_path: Path) -> None:
    assert as_root(tmp_path, "true", uid=0).attempt("check").code == 0
    assert asked(tmp_path) == []


def test_a_refusal_of_the_program_is_passed_on_in_its_own_words(tmp_path: Path) -> None:
    program = 'case "$1" in check) ;; *) echo "refused: no" >&2; exit 77;; esac'
    asking = as_root(tmp_path, program)
    assert asking.attempt("add-user", "root", "0").reason == "refused: no"
    assert asking.attempt("add-user", "root", "0").reason == "refused: no"
    assert len(asked(tmp_path)) == 3  # It looks once whether the program answers at all.


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = AsRoot(Commands(), tmp_path / "none", user_id=0)
    result = missing.attempt("add-user", "ada", "70000")
    assert result.code != 0
    assert result.reason.startswith(f"{tmp_path}/none cannot be run as root: cannot start")


def test_the_file_of_partitions_goes_through_standard_input_whole(tmp_path: Path) -> None:
    content = "PartitionName=h200 Nodes=n1\n" * 20_000 + "caf\udce9\n"
    as_root(tmp_path, f'[ "$2" = zellik ] && cat > {tmp_path}/kept').keep_partitions(
        "zellik", content
    )
    written = (tmp_path / "kept").read_bytes()
    assert written == content.encode("utf-8", errors="surrogateescape")


def test_a_file_that_root_does_not_write_is_an_error_of_the_system(tmp_path: Path) -> None:
    refusing = as_root(tmp_path, '[ "$1" = check ] || { echo "disk is full" >&2; exit 78; }')
    with pytest.raises(OSError, match="disk is full") as caught:
        refusing.keep_partitions("zellik", "x\n")
    assert caught.value.errno == errno.EACCES
