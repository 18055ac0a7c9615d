"""The bridge as a UNIX user of its own, on real Slurm: all its work, and root by one rule only."""

import json
import pwd
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.testbed.bridge_user import make_bridge_user, remove_sudo_rule
from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.installed_bridge import install_bridge
from deploy.testbed.layout import SITES, site_named
from deploy.testbed.root_program import clusters_of
from slurm_bridge.wire import DesiredGroup, DesiredState
from slurm_bridge.wire_accounting import JobRow
from tests.slurm_bridge.clusters import PARTITION, SITE, ClusterUnderTest, real_cluster, wait_until
from tests.slurm_bridge.fake_portal import TOKEN, FakePortal, serving
from tests.slurm_bridge.root_programs import FEWEST_GID, FEWEST_UID, installed_as_root
from tests.slurm_bridge.test_plan_dedicated import dedicated
from tests.slurm_bridge.worlds import desired_state, project
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

MINUTES = 600


@dataclass
class OwnBridge:
    """A bridge's installation, its user, and what the portal wants of it."""

    testbed: Testbed
    cluster: ClusterUnderTest
    portal: FakePortal
    folder: Path
    user: str

    @property
    def program(self) -> Path:
        return self.testbed.layout.state / "opt" / "slurm-bridge"

    def start(self, *words: str) -> subprocess.CompletedProcess[str]:
        config = self.folder / "bridge.toml"
        become = ("setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups")
        return subprocess.run(
            [*become, self.program, *words, "--config", config],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "COLUMNS": "500"},
        )

    def as_member(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self.testbed.as_user(SITE, self.cluster.users[0].username, *command)

    def submit(self) -> str:
        options = (f"--account={self.cluster.name()}", f"--partition={self.cluster.name()}")
        words = ("--gres=gpu:1", "--time=5", "--output=/dev/null", "--chdir=/", "--wrap=true")
        done = self.as_member("sbatch", "--parsable", *options, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def findings(self) -> dict[str, tuple[str, str]]:
        found = json.loads(self.start("doctor", "--json").stdout)
        return {item["check"]: (item["level"], item["found"]) for item in found}


def wanted(cluster: ClusterUnderTest) -> DesiredState:
    """One of everything that a bridge can make."""
    name = cluster.name()
    own = project(name, parent="root", members=(cluster.users[0].username,), qos=name)
    own = own.model_copy(update={"partitions": (PARTITION, name)})
    state = desired_state(own, users=cluster.users, gpu_minutes=MINUTES)
    group = DesiredGroup(
        name=name,
        gid=cluster.users[0].uid - FEWEST_UID + FEWEST_GID,
        members=(cluster.users[0].username,),
    )
    alone = dedicated(name, nodes="zellik-gpu1")
    return state.model_copy(update={"accounts": (own,), "groups": (group,), "dedicated": (alone,)})


@pytest.fixture
def bridge(testbed: Testbed, tmp_path: Path) -> Iterator[OwnBridge]:
    """Set up as docs/install.md has it, and taken away with all that it made."""
    layout = testbed.layout
    folder = owned_folder(layout.state / "own-user", "root")
    with (
        real_cluster(testbed, tmp_path, keeps_partitions=True) as cluster,
        serving(FakePortal(wanted(cluster))) as portal,
    ):
        commands = testbed.commands(SITE)
        program = installed_as_root(folder, commands, clusters_of(layout, SITES)).program
        user = f"own-{cluster.prefix}"
        make_bridge_user(layout, user, program)
        install_bridge(layout.state / "opt")
        for name, mode in (("state", 0o700), ("login", 0o2755)):
            owned_folder(folder / name, user, mode)
        login = folder / "login"
        subprocess.run(["chgrp", "--recursive", "slurm", login], check=True)
        login.chmod(0o2755)
        owned_file(folder / "token", f"{TOKEN}\n", user, 0o600)
        owned_file(folder / "bridge.toml", configuration(testbed, portal, folder, program))
        yield OwnBridge(testbed, cluster, portal, folder, user)
        remove_sudo_rule(user)
        commands.attempt("scancel", f"--account={cluster.name()}")
        commands.attempt("gpasswd", "--members", "", cluster.name())
        for operation in ("sacctmgr", "-i", "delete", "user", user), ("userdel", user):
            commands.attempt(*operation)
        commands.attempt("groupdel", cluster.name())
        subprocess.run(["rm", "--recursive", "--force", folder], check=True)


def configuration(testbed: Testbed, portal: FakePortal, folder: Path, program: Path) -> str:
    slurm = clusters_of(testbed.layout, [site_named(SITE)])[SITE]
    words = {
        "site": SITE,
        "cluster": SITE,
        "portal_url": portal.address,
        "token_file": folder / "token",
        "state_dir": folder / "state",
        "login_dir": folder / "login",
        "root_program": program,
        "directory": "local",
        **{key: value for key, value in slurm.items() if value},
    }
    return "".join(f'{key} = "{value}"\n' for key, value in words.items())


def outcomes(portal: FakePortal) -> dict[str, str]:
    return {item.change.kind: item.outcome for item in portal.reports[-1].results}


def test_a_user_of_its_own_does_everything_from_nothing_to_an_accepted_job(
    bridge: OwnBridge,
) -> None:
    done = bridge.start("once")

    assert done.returncode == 0, done.stderr
    assert outcomes(bridge.portal) == dict.fromkeys(
        (
            *("create_user", "create_group", "add_to_group", "create_qos", "create_account"),
            *("add_member", "open_partition", "create_partition"),
        ),
        "applied",
    )
    assert [(item.accepted, item.reason) for item in bridge.portal.reports[-1].readiness] == [
        (True, "")
    ]
    member = bridge.cluster.users[0].username
    assert pwd.getpwnam(member).pw_uid == bridge.cluster.users[0].uid
    assert bridge.start("plan").stdout == "nothing to change\n"
    kept = bridge.testbed.layout.partitions_file(site_named(SITE))
    assert f"PartitionName={bridge.cluster.name()} " in kept.read_text()
    assert kept.owner() == "slurm"

    job = int(bridge.submit())
    wait_until(lambda: bridge.start("once").returncode == 0 and ended(bridge.portal, job))
    assert bridge.portal.readings
    assert not [path for path in (bridge.folder / "state").iterdir() if path.owner() == "root"]


def ended(portal: FakePortal, job: int) -> list[JobRow]:
    return [row for row in portal.jobs.values() if row.job_id == job and row.ended_at]


def test_login_files_are_read_by_whom_they_are_for_and_by_nobody_else(bridge: OwnBridge) -> None:
    assert bridge.start("once").returncode == 0
    login = bridge.folder / "login"
    ada = bridge.cluster.users[0]
    ledger = login / "users" / f"{ada.uid}.json"

    assert json.loads(bridge.as_member("cat", str(ledger)).stdout)["username"] == ada.username
    listing = str(login / "submit.tsv")
    assert bridge.as_member("cat", listing).returncode != 0
    assert bridge.testbed.as_user(SITE, "slurm", "cat", listing).stdout.startswith("belfry")
    other = bridge.testbed.as_user(SITE, bridge.cluster.users[1].username, "cat", str(ledger))
    assert other.returncode != 0
    assert bridge.testbed.as_user(SITE, "nobody", "cat", str(ledger)).returncode != 0


def test_doctor_has_nothing_against_the_rights_that_the_documents_give(bridge: OwnBridge) -> None:
    found = bridge.findings()
    checks = ("bridge's user", "rights in slurmdbd", "rights on this host", "partitions_file")
    assert {check: found[check][0] for check in checks} == dict.fromkeys(checks, "ok")
    assert found["bridge's user"][1] == bridge.user


def test_without_the_sudo_rule_it_says_what_is_missing_and_does_the_rest(
    bridge: OwnBridge,
) -> None:
    remove_sudo_rule(bridge.user)

    done = bridge.start("once")

    assert done.returncode != 0
    made = outcomes(bridge.portal)
    assert (made["create_user"], made["create_qos"]) == ("failed", "applied")
    reasons = {item.change.kind: item.reason for item in bridge.portal.reports[-1].results}
    assert "belfry-root cannot be run by sudo: sudo:" in reasons["create_user"]
    assert not any(item.accepted for item in bridge.portal.reports[-1].readiness)
    level, found = bridge.findings()["rights on this host"]
    assert level == "error"
    assert "cannot be run by sudo" in found


def test_the_user_is_root_for_nothing_else(bridge: OwnBridge) -> None:
    become = ("setpriv", f"--reuid={bridge.user}", f"--regid={bridge.user}", "--clear-groups")
    program = bridge.folder / "root" / "belfry-root"
    for command in (
        ("id",),
        ("sh",),
        ("--user=slurm", "id"),
        ("--user=slurm", str(program), "check"),
        ("--group=slurm", str(program), "check"),
        ("--preserve-env=PYTHONPATH", str(program), "check"),
        ("PYTHONPATH=/tmp", str(program), "check"),
        ("--edit", str(program)),
        ("/usr/bin/python3", str(program), "check"),
    ):
        asked = [*become, "sudo", "--non-interactive", *command]
        done = subprocess.run(
            asked,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={"PATH": "/usr/bin", "PYTHONPATH": "/tmp"},
        )
        assert done.returncode != 0, command
        assert "uid=" not in done.stdout


def test_root_does_not_run_a_bridge_that_is_somebody_elses(bridge: OwnBridge) -> None:
    config = str(bridge.folder / "bridge.toml")
    command = [bridge.program, "once", "--config", config]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"belongs to {bridge.user}" in done.stderr
    assert bridge.portal.reports == []
