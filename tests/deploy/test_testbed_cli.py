"""What the command says to a person who asks for something impossible."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.testbed.privileges import SCRIPT


def testbed(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *words],
        capture_output=True,
        text=True,
        env=os.environ
        | {"BELFRY_STATE": "/var/tmp/belfry-nothing", "BELFRY_PORT_BASE": "27800"}
        | variables,
        timeout=60,
        check=False,
    )


testbed.__test__ = False  # type: ignore[attr-defined]


def test_help_names_every_command() -> None:
    answer = testbed("--help")
    assert answer.returncode == 0
    for command in ("up", "down", "clean", "status", "env", "shell", "stop", "start", "history"):
        assert f"\n    {command} " in answer.stdout


def test_a_wrong_site_is_refused_with_the_names_there_are() -> None:
    answer = testbed("env", "lumi")
    assert answer.returncode == 1
    assert "There is no site 'lumi'." in answer.stderr
    assert "zellik or charleroi" in answer.stderr


def test_a_wrong_port_base_is_refused_by_name() -> None:
    answer = testbed("status", BELFRY_PORT_BASE="ninety")
    assert answer.returncode == 1
    assert "BELFRY_PORT_BASE is 'ninety'" in answer.stderr


def test_errors_hold_no_colour_codes_when_piped() -> None:
    assert "\033" not in testbed("env", "lumi").stderr


def test_env_prints_what_a_shell_can_evaluate() -> None:
    answer = testbed("env", "zellik")
    assert "export SLURM_CONF=/var/tmp/belfry-nothing/zellik/slurm.conf\n" in answer.stdout


def test_status_before_the_first_up_says_so() -> None:
    answer = testbed("status")
    assert answer.returncode == 3
    assert "No testbed is in /var/tmp/belfry-nothing" in answer.stdout


def test_a_service_cannot_be_stopped_before_there_is_a_testbed() -> None:
    answer = testbed("stop", "slurmctld@zellik")
    assert answer.returncode == 1
    assert "testbed up" in answer.stderr


def test_clean_removes_no_folder_that_it_did_not_make() -> None:
    folder = Path("/var/tmp/belfry-not-ours")
    folder.mkdir(exist_ok=True)
    precious = folder / "thesis.txt"
    precious.write_text("years of work")
    try:
        answer = testbed("clean", BELFRY_STATE=str(folder))
        assert answer.returncode == 1
        assert precious.exists()
    finally:
        precious.unlink()
        folder.rmdir()


def test_a_shell_needs_a_user_that_exists() -> None:
    answer = testbed("shell", "zellik", "nobody-by-that-name", "--", "true")
    assert answer.returncode == 1
    assert "no UNIX user 'nobody-by-that-name'" in answer.stderr


@pytest.mark.parametrize("words", [("history", "zellik", "--jobs", "0", "--days", "1"), ("fly",)])
def test_what_makes_no_sense_ends_with_two(words: tuple[str, ...]) -> None:
    assert testbed(*words).returncode == 2
