import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.testbed.layout import REPOSITORY
from deploy.testbed.packages import install_missing

UNITS = REPOSITORY / "deploy" / "systemd"
NAMES = sorted(path.name for path in UNITS.iterdir() if path.is_file())
SERVICES = [name for name in NAMES if name.endswith(".service")]
# systemd-analyze's exposure: 0 is a sealed box, 10 an ordinary service.
# The bridge starts sudo, which no filter of system calls lets through.
# The exporter needs the driver's devices, and sees processes of others.
MOST_EXPOSED = {"slurm-bridge@.service": 6.5, "slurm-bridge-gpu-exporter.service": 2.6}
MOST_EXPOSED_OTHERWISE = 1.5


@pytest.fixture(scope="module")
def analyze(tmp_path_factory: pytest.TempPathFactory) -> str:
    """systemd-analyze, installed where it is missing."""
    if shutil.which("systemd-analyze") is None:
        install_missing(["systemd"], tmp_path_factory.mktemp("apt") / "log")
    program = shutil.which("systemd-analyze")
    assert program
    return program


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as shipped, but with this clone where they expect /opt/belfry."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("/opt/belfry", str(REPOSITORY)))
    return folder


def instance(units: Path, name: str) -> Path:
    """A unit's file; of a template, that of an instance."""
    if "@." not in name:
        return units / name
    return (units / name).rename(units / name.replace("@.", "@zellik."))


def verified(analyze: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [analyze, "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", NAMES)
def test_systemd_understands_each_unit(analyze: str, units: Path, name: str) -> None:
    ended = verified(analyze, instance(units, name))
    assert ended.returncode == 0, ended.stderr
    # Other units of this machine may be complained about; ours must not.
    assert str(units) not in ended.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("ExecStart=", "ExecStat="),
        ("NoNewPrivileges=yes", "NoNewPrivileges=perhaps"),
        ("/.venv/bin/gunicorn", "/.venv/bin/no-such-program"),
    ],
)
def test_a_fault_in_a_unit_would_be_noticed(
    analyze: str, units: Path, right: str, wrong: str
) -> None:
    for path in (units / "belfry-portal.service", units / "belfry-.service.d" / "hardening.conf"):
        path.write_text(path.read_text().replace(right, wrong))
    ended = verified(analyze, units / "belfry-portal.service")
    assert ended.returncode != 0 or str(units) in ended.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_sealed_off(analyze: str, units: Path, name: str) -> None:
    threshold = MOST_EXPOSED.get(name, MOST_EXPOSED_OTHERWISE)
    ended = subprocess.run(
        [
            analyze,
            "security",
            "--offline=true",
            "--no-pager",
            f"--threshold={int(threshold * 10)}",
            str(instance(units, name)),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-300:] + ended.stderr


# With User= each of these means NoNewPrivileges=yes (systemd.exec(5)), and sudo would fail.
FORBIDS_SUDO = (
    *("DynamicUser", "LockPersonality", "MemoryDenyWriteExecute", "PrivateDevices", "PrivateUsers"),
    *("ProtectClock", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules"),
    *("ProtectKernelTunables", "RestrictAddressFamilies", "RestrictNamespaces"),
    *("RestrictRealtime", "RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallFilter"),
)


def test_the_bridge_is_not_root_and_can_still_ask_root_by_sudo() -> None:
    text = (UNITS / "slurm-bridge@.service").read_text()
    settings = dict(
        line.split("=", 1) for line in text.splitlines() if "=" in line and line[0] != "#"
    )
    assert settings["User"] == "belfry-bridge"
    assert settings["NoNewPrivileges"] == "no"
    assert [name for name in FORBIDS_SUDO if name in settings] == []


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_a_unit_or_on_a_command_line(name: str) -> None:
    text = (UNITS / name).read_text() + (UNITS / "belfry-.service.d" / "hardening.conf").read_text()
    for word in ("SECRET", "PASSWORD", "TOKEN", "DATABASE_URL"):
        assert word not in text.upper().replace("# SECRETS", "")


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_bounds_and_ends_its_restarts(name: str) -> None:
    text = (UNITS / name).read_text()
    assert "MemoryMax=" in text
    assert "TasksMax=" in text
    if "Type=oneshot" not in text:
        assert "Restart=on-failure" in text
        assert "StartLimitBurst=" in text


def test_the_services_run_programs_that_are_there() -> None:
    text = "".join((UNITS / name).read_text() for name in SERVICES)
    for command in ("worker", "nightly", "prune_db_task_results", "clearsessions"):
        assert command in text
        ended = subprocess.run(
            [REPOSITORY / ".venv/bin/python", REPOSITORY / "manage.py", command, "--help"],
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0
