"""The sudo rule and root's file, as they are shipped."""

import re
import shutil
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from deploy.testbed.layout import REPOSITORY
from deploy.testbed.packages import install_missing
from slurm_bridge.root_program import Cluster, Policy, read_policy

RULE = REPOSITORY / "deploy" / "sudoers" / "belfry-bridge"
EXAMPLE = REPOSITORY / "deploy" / "bridge" / "root.example.toml"


@pytest.fixture(scope="module")
def visudo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """sudo's own check, installed where it is missing."""
    if shutil.which("visudo") is None:
        install_missing(["sudo"], tmp_path_factory.mktemp("apt") / "log")
    program = shutil.which("visudo")
    assert program
    return program


def checked(visudo: str, path: Path) -> subprocess.CompletedProcess[str]:
    command = [visudo, "--check", "--strict", "--file", path]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_sudo_understands_the_rule(visudo: str, tmp_path: Path) -> None:
    rule = shutil.copy(RULE, tmp_path)
    Path(rule).chmod(0o440)
    ended = checked(visudo, Path(rule))
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(("right", "wrong"), [("NOPASSWD:", "NOPASWORD:"), ("(root)", "(root")])
def test_a_fault_in_the_rule_would_be_noticed(
    visudo: str, tmp_path: Path, right: str, wrong: str
) -> None:
    broken = tmp_path / "broken"
    broken.write_text(RULE.read_text().replace(right, wrong))
    assert checked(visudo, broken).returncode != 0


def test_the_rule_is_one_for_one_user_and_one_program() -> None:
    lines = [line for line in RULE.read_text().splitlines() if line and line[0] != "#"]
    rules = [line for line in lines if not line.startswith("Defaults:belfry-bridge ")]
    assert rules == ["belfry-bridge ALL = (root) NOPASSWD: /usr/local/sbin/belfry-root"]


@pytest.mark.slurm  # It must be root's own to be believed.
def test_the_example_of_roots_file_allows_what_the_portal_gives_out(tmp_path: Path) -> None:
    copy = shutil.copy(EXAMPLE, tmp_path)
    policy = read_policy(str(copy))
    assert (policy.uids.start, policy.gids.start) == (200_000, 1_000_000)
    assert policy.people == policy.uids
    assert policy.clusters == {"zellik": Cluster()}


def test_the_example_shows_every_key_and_its_default() -> None:
    shown = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    values = tomllib.loads(shown)
    clusters = values.pop("clusters")
    assert set(values) == {item.name for item in fields(Policy)} - {"clusters"}
    assert clusters == {"zellik": {item.name: item.default for item in fields(Cluster)}}
    for item in fields(Policy):
        if isinstance(item.default, str):
            assert values[item.name] == item.default
