"""How programs are started, limited, counted and stopped."""

import os
import threading
import time
from pathlib import Path

import pytest

from slurm_bridge.errors import (
    FatalSlurmError,
    StoppedError,
    TransientSlurmError,
    TransientSlurmTimeoutError,
)
from slurm_bridge.slurm.commands import Commands
from tests.slurm_bridge.programs import write_program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bin"


@pytest.fixture
def commands(folder: Path) -> Commands:
    return Commands(slurm_bin=folder, timeout_seconds=5)


def test_arguments_reach_the_program_as_they_are(folder: Path, commands: Commands) -> None:
    write_program(folder, "show", 'printf "<%s>" "$@"')

    said = commands.read("show", "a b", "$HOME; rm -rf x", "'\"\n")

    assert said == "<a b><$HOME; rm -rf x><'\"\n>"


def test_failure_carries_the_programs_own_words_on_one_line(
    folder: Path, commands: Commands
) -> None:
    write_program(folder, "fail", "echo out; echo 'bad\nqos' >&2; exit 3")

    with pytest.raises(TransientSlurmError, match="fail failed: bad qos out"):
        commands.read("fail")


def test_slow_program_is_ended_and_leaves_nothing_behind(folder: Path, commands: Commands) -> None:
    write_program(folder, "slow", "echo $$ > $1; exec sleep 60")
    pid_file = folder / "pid"

    with pytest.raises(TransientSlurmTimeoutError, match=r"slow did not answer within 0\.3 s"):
        commands.attempt("slow", str(pid_file), timeout_seconds=0.3)

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_program_that_does_not_exist_is_a_matter_for_the_operator(commands: Commands) -> None:
    with pytest.raises(FatalSlurmError, match="cannot start no-such-program"):
        commands.read("no-such-program")


def test_argument_beyond_the_systems_limit_is_refused_before_anything_runs(
    folder: Path, commands: Commands
) -> None:
    write_program(folder, "show", "true")

    with pytest.raises(TransientSlurmError, match="too long"):
        commands.read("show", "x" * 200_000)

    assert commands.started == 0


def test_longest_argument_that_is_let_through_can_really_be_passed(
    folder: Path, commands: Commands
) -> None:
    write_program(folder, "size", 'printf "%s" "${#1}"')
    assert commands.read("size", "x" * (128 * 1024 - 1)) == str(128 * 1024 - 1)


def test_programs_are_counted(folder: Path, commands: Commands) -> None:
    write_program(folder, "ok", "true")
    for _ in range(3):
        commands.read("ok")
    assert commands.started == 3


def test_environment_cannot_change_the_form_of_answers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(folder, "show", "env")
    monkeypatch.setenv("SQUEUE_FORMAT", "%i")
    monkeypatch.setenv("SLURM_TIME_FORMAT", "relative")
    monkeypatch.setenv("SACCT_FORMAT", "jobid")
    commands = Commands(slurm_conf=Path("/etc/slurm/zellik.conf"), slurm_bin=folder)

    said = commands.read("show").splitlines()

    assert "SLURM_CONF=/etc/slurm/zellik.conf" in said
    assert "SLURM_TIME_FORMAT=%s" in said
    assert "TZ=UTC" in said
    assert not [line for line in said if line.startswith(("SQUEUE_", "SACCT_"))]


def test_output_that_is_no_utf8_is_no_fault(folder: Path, commands: Commands) -> None:
    write_program(folder, "show", r"printf 'caf\351'")
    assert commands.read("show") == "caf�"


def test_lines_come_as_they_are_written(folder: Path, commands: Commands) -> None:
    write_program(folder, "drip", r"printf 'a\rb\n\nc'; sleep 0.2; printf 'd\n'")
    assert list(commands.lines("drip", timeout_seconds=5)) == [b"a\rb", b"", b"cd"]


def test_failure_after_the_last_line_is_still_a_failure(folder: Path, commands: Commands) -> None:
    write_program(folder, "half", "echo one; echo 'database is down' >&2; exit 1")
    lines = commands.lines("half", timeout_seconds=5)

    assert next(lines) == b"one"
    with pytest.raises(TransientSlurmError, match="half failed: database is down"):
        next(lines)


def test_lines_that_stop_coming_are_a_timeout(folder: Path, commands: Commands) -> None:
    write_program(folder, "stuck", "echo one; exec sleep 60")

    with pytest.raises(TransientSlurmTimeoutError):
        list(commands.lines("stuck", timeout_seconds=0.3))


def test_reader_who_stops_early_leaves_no_program_running(folder: Path, commands: Commands) -> None:
    write_program(folder, "endless", "echo $$; while :; do echo x; done")
    lines = commands.lines("endless", timeout_seconds=30)
    pid = int(next(lines))

    lines.close()  # type: ignore[attr-defined]

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_stop_ends_what_runs_and_starts_nothing_more(folder: Path, commands: Commands) -> None:
    write_program(folder, "slow", "exec sleep 60")
    threading.Timer(0.3, commands.stop).start()
    began = time.monotonic()

    with pytest.raises(StoppedError):
        commands.read("slow")
    with pytest.raises(StoppedError):
        commands.read("slow")

    assert time.monotonic() - began < 3


def test_programs_that_start_one_of_slurms_find_the_sites_own(
    folder: Path, commands: Commands
) -> None:
    write_program(folder, "sbatch", "echo ours")
    assert commands.read("env", "sbatch") == "ours\n"
