"""The testbed runs the Slurm files that a site would take, and changes no rule in them."""

import stat
from pathlib import Path

import pytest

from deploy.testbed import packages
from deploy.testbed.layout import CHARLEROI, SITES, Layout
from deploy.testbed.slurm_files import (
    EXAMPLES,
    FAST_INTERVALS,
    ONE_MACHINE,
    gres_conf,
    nodes_conf,
    slurm_settings,
    with_settings,
)

LAYOUT = Layout(Path("/var/tmp/x"), 20000)


def settings_in(text: str) -> set[str]:
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "Include"))]
    return {line.partition("=")[0] for line in lines}


def test_a_setting_is_changed_in_its_place_and_a_new_one_comes_first() -> None:
    changed = with_settings("# Why.\nA=1\nB=2\n", {"B": "3", "C": "4"})
    assert changed == "C=4\n# Why.\nA=1\nB=3\n"


def test_the_testbed_never_overrides_what_belfry_requires() -> None:
    required = settings_in((EXAMPLES / "belfry.conf").read_text())
    assert "AccountingStorageEnforce" in required
    for site in SITES:
        assert not required & set(slurm_settings(LAYOUT, site, 1))
    assert not required & settings_in((EXAMPLES / "slurm.conf").read_text())
    assert not required & (set(ONE_MACHINE) | set(FAST_INTERVALS))


def test_every_node_that_the_files_name_has_a_port() -> None:
    text = nodes_conf(LAYOUT, CHARLEROI)
    assert "NodeName=charleroi-gpu[1-2] NodeHostname=" in text
    assert "Port=[20021-20022]" in text
    assert "Port=20023" in text


def test_devices_are_the_pretended_ones() -> None:
    text = gres_conf(LAYOUT, CHARLEROI)
    assert "/dev/nvidia" not in text.replace("/dev/charleroi/nvidia", "")
    assert "File=/var/tmp/x/dev/charleroi/nvidia[0-3]" in text


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "policy-rc.d"
    monkeypatch.setattr(packages, "POLICY", path)
    monkeypatch.setattr(packages, "POLICY_SAVED", tmp_path / "saved")
    return path


def test_no_service_starts_while_packages_are_installed(policy: Path) -> None:
    with packages.no_service_starts():
        assert packages.forbids_starts(policy)
    assert not policy.exists()


def test_the_machines_own_policy_is_back_afterwards_with_its_rights(policy: Path) -> None:
    policy.write_text("#!/bin/sh\nexit 0\n")
    policy.chmod(0o750)
    with packages.no_service_starts():
        assert packages.forbids_starts(policy)
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert stat.S_IMODE(policy.stat().st_mode) == 0o750


def test_what_an_interrupted_installation_left_is_put_right(policy: Path) -> None:
    policy.write_text(packages.POLICY_TEXT)
    packages.POLICY_SAVED.write_text("#!/bin/sh\nexit 104\n")
    packages.restore_policy()
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"
