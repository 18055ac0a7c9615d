"""A whole site whose people are in a real LDAP directory; Slurm is in memory, or a few scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.testbed.ldap import BRIDGE
from slurm_bridge.cli import app
from slurm_bridge.cycle import Cycle
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.wire import (
    DesiredGroup,
    DesiredKey,
    DesiredState,
    DesiredUser,
    LeaseAnswer,
    SyncReport,
)
from tests.slurm_bridge.fake_portal import FakePortal, serving
from tests.slurm_bridge.installations import Installation, install
from tests.slurm_bridge.ldap_servers import LdapSite
from tests.slurm_bridge.worlds import CLUSTER, Clock, desired_state, memory_slurm, project

pytestmark = pytest.mark.slurm  # They need root, as the testbed does.

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIhome"
ADA = DesiredUser(username="ada", uid=20001, keys=(DesiredKey(line=KEY),))
GROUP = DesiredGroup(name="aif26fl0001", gid=70001, members=("ada",))


def state(*groups: DesiredGroup) -> DesiredState:
    desired = desired_state(project(), users=(ADA,))
    return desired.model_copy(update={"groups": groups or (GROUP,)})


@pytest.fixture
def slurm(ldap_site: LdapSite) -> MemorySlurm:
    slurm = memory_slurm()
    slurm.knows_user = lambda username: ldap_site.host.uid_of(username) is not None
    return slurm


@pytest.fixture
def cycle(ldap_site: LdapSite, slurm: MemorySlurm) -> Cycle:
    clock = Clock()
    readiness = ReadinessCheck(slurm, clock=clock, sleep=clock.sleep)
    return Cycle(CLUSTER, slurm, ldap_site.directory, readiness)


def outcomes(report: SyncReport) -> dict[str, str]:
    return {str(result.change): result.outcome for result in report.results}


def test_everything_is_made_and_the_next_cycle_has_nothing_to_do(
    cycle: Cycle, ldap_site: LdapSite
) -> None:
    report = cycle.run(state())
    assert set(outcomes(report).values()) == {"applied"}
    assert [verdict.accepted for verdict in report.readiness] == [True]
    group = ldap_site.group("aif26fl0001")
    assert group is not None
    assert group["memberUid"] == ["ada"]

    assert cycle.run(state()).results == ()


def test_association_waits_until_the_host_resolves_who_is_in_the_directory(
    cycle: Cycle, ldap_site: LdapSite, slurm: MemorySlurm
) -> None:
    ldap_site.host.not_noticed.add("ada")
    first = cycle.run(state())

    found = outcomes(first)
    assert found["create UNIX user ada (uid 20001)"] == "failed"
    assert found["add ada to account aif26fl0001"] == "deferred"
    assert not any(row.user for row in slurm.read().associations)
    assert ldap_site.person("ada") is not None

    ldap_site.host.not_noticed.clear()
    second = cycle.run(state())

    assert outcomes(second)["add ada to account aif26fl0001"] == "applied"
    assert [verdict.accepted for verdict in second.readiness] == [True]


def test_foreign_person_of_another_number_never_becomes_a_member(
    cycle: Cycle, ldap_site: LdapSite, slurm: MemorySlurm
) -> None:
    ldap_site.make_person("ada", 4711)
    before = ldap_site.person("ada")

    report = cycle.run(state())

    (conflict,) = report.conflicts
    assert conflict.subject == "user ada"
    assert "is uid 4711 on this host" in conflict.reason
    assert not any(row.user for row in slurm.read().associations)
    assert ldap_site.person("ada") == before


def test_directory_that_is_away_holds_up_no_decision_about_those_who_are_known(
    cycle: Cycle, ldap_site: LdapSite, slurm: MemorySlurm
) -> None:
    cycle.run(state())
    ldap_site.host.files["ada"] = ADA.uid  # The host has it in its cache.
    suspended = desired_state(project(suspended=True), users=(ADA,))
    wanted = suspended.model_copy(
        update={"groups": (GROUP.model_copy(update={"members": ()}),), "revision": "r2"}
    )
    ldap_site.slapd.stop(kill=True)
    try:
        report = cycle.run(wanted)
    finally:
        ldap_site.slapd.start()

    assert report.refused == ""
    assert outcomes(report) == {
        "remove ada from UNIX group aif26fl0001": "failed",
        "refuse new jobs of account aif26fl0001": "applied",
    }
    assert outcomes(cycle.run(wanted)) == {"remove ada from UNIX group aif26fl0001": "applied"}


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    with serving(FakePortal(state())) as portal:
        yield portal


@pytest.fixture
def installation(tmp_path: Path, portal: FakePortal, ldap_site: LdapSite) -> Installation:
    return install(
        tmp_path,
        portal,
        'ssh_keys = "directory"',
        f'login_dir = "{tmp_path / "login"}"',
        "[ldap_directory]",
        f'url = "{ldap_site.slapd.url}"',
        f'bind_dn = "{BRIDGE}"',
        f'password_file = "{ldap_site.password_file}"',
        f'base = "{ldap_site.base}"',
        f'users_base = "{ldap_site.people}"',
        f'groups_base = "{ldap_site.groups}"',
        directory="ldap",
    )


def call(installation: Installation, command: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [command, "--config", str(installation.config)])
    return result.exit_code, result.stdout + result.stderr


def keys_of(site: LdapSite) -> list[str]:
    found = site.person("ada")
    return found.get("sshPublicKey", []) if found else []


def test_bridge_makes_people_and_hands_out_their_keys_in_one_cycle(
    installation: Installation, ldap_site: LdapSite, portal: FakePortal, tmp_path: Path
) -> None:
    code, _ = call(installation, "once")

    assert keys_of(ldap_site) == [KEY]
    assert code == 3
    assert "this host does not resolve the name to 20001" in portal.reports[0].results[0].reason
    assert list((tmp_path / "login" / "keys").iterdir()) == []

    without = ADA.model_copy(update={"keys": ()})
    portal.desired = portal.desired.model_copy(update={"users": (without,), "revision": "r2"})
    call(installation, "once")
    assert keys_of(ldap_site) == []


def test_standby_leaves_the_keys_to_the_bridge_that_has_the_site(
    installation: Installation, ldap_site: LdapSite, portal: FakePortal
) -> None:
    ldap_site.directory.create(ADA)
    portal.lease = LeaseAnswer(granted=False, host="other", seconds_left=60)

    call(installation, "once")

    assert keys_of(ldap_site) == []


def test_doctor_looks_at_the_directory_and_says_who_is_not_resolved(
    installation: Installation, ldap_site: LdapSite
) -> None:
    ldap_site.directory.create(ADA)
    code, said = call(installation, "doctor")
    assert code == 3
    assert "rights in the directory" in said
    assert f"does not resolve uid=ada,{ldap_site.people}" in " ".join(said.split())


def test_password_that_others_may_read_stops_the_start(
    installation: Installation, ldap_site: LdapSite
) -> None:
    ldap_site.password_file.chmod(0o644)
    code, said = call(installation, "plan")
    assert code == 1
    assert "could be read by others" in " ".join(said.split())
