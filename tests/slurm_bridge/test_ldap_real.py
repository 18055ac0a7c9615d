"""A person who is in the directory and nowhere else: made, signed in, at work on real Slurm."""

import pwd
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.testbed.layout import REPOSITORY, SITES, ZELLIK
from deploy.testbed.ldap import BRIDGE
from deploy.testbed.packages import LOGIN_PACKAGES, install_missing
from deploy.testbed.root_program import clusters_of
from slurm_bridge.wire import DesiredKey, DesiredState, DesiredUser
from tests.slurm_bridge.clusters import PARTITION, real_cluster
from tests.slurm_bridge.fake_portal import FakePortal, serving
from tests.slurm_bridge.installations import install
from tests.slurm_bridge.ldap_host import LdapHost, ldap_host
from tests.slurm_bridge.ldap_servers import LdapSite
from tests.slurm_bridge.root_programs import installed_as_root
from tests.slurm_bridge.worlds import desired_state, project
from tests.sshd import login_node, make_key
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

BRIDGE_PROGRAM = str(REPOSITORY / ".venv" / "bin" / "slurm-bridge")
# As docs/people.md has it with sssd; nslcd knows nothing of keys.
KEYS_FROM_LDAP = """#!/bin/sh
ldapsearch -x -LLL -o ldif-wrap=no -H {url} -b {base} "(&(objectClass=posixAccount)(uid=$1))" \\
  sshPublicKey | sed -n 's/^sshPublicKey: //p'
"""


@pytest.fixture
def host(ldap_site: LdapSite, testbed: Testbed, tmp_path: Path) -> Iterator[LdapHost]:
    install_missing(LOGIN_PACKAGES, tmp_path / "apt.log")
    with ldap_host(ldap_site) as host, host.serving_slurm(testbed):
        yield host


def test_person_of_the_directory_alone_signs_in_with_a_key_from_there_and_runs_a_job(
    host: LdapHost, ldap_site: LdapSite, testbed: Testbed, tmp_path: Path
) -> None:
    key = " ".join(make_key(tmp_path / "key").split()[:2])
    with ExitStack() as stack:
        cluster = stack.enter_context(real_cluster(testbed, host.folder))
        ada, name = cluster.users[0], cluster.name()
        wanted = state(name, ada.model_copy(update={"keys": (DesiredKey(line=key),)}))
        portal = stack.enter_context(serving(FakePortal(wanted)))
        config = configured(host, portal, ldap_site, testbed, tmp_path)

        said = host.run(BRIDGE_PROGRAM, "once", "--config", config).stderr

        (verdict,) = portal.reports[-1].readiness
        assert verdict.accepted, (verdict, said)
        with pytest.raises(KeyError):
            pwd.getpwnam(ada.username)
        program = host.folder / "keys-from-ldap"
        program.write_text(KEYS_FROM_LDAP.format(url=ldap_site.slapd.url, base=ldap_site.base))
        program.chmod(0o755)
        node = stack.enter_context(
            login_node(host.folder, tmp_path, keys_by=f"{program} %u", prefix=host.inside())
        )
        output = host.folder / "output"
        output.touch(mode=0o600)
        output.chmod(0o666)
        signed_in = node.sign_in(ada.username, tmp_path / "key", submission(testbed, name, output))
        assert signed_in.returncode == 0, signed_in.stderr
        assert output.read_text().split() == [ada.username, str(ada.uid)]

        portal.desired = state(name, ada).model_copy(update={"revision": "without a key"})
        host.run(BRIDGE_PROGRAM, "once", "--config", config)

        assert node.sign_in(ada.username, tmp_path / "key").returncode != 0


def state(name: str, person: DesiredUser) -> DesiredState:
    """One project, at the top of the tree, with this person as its only member."""
    own = project(name, parent="root", qos=name, members=(person.username,))
    return desired_state(own, users=(person,), partitions=(PARTITION,)).model_copy(
        update={"accounts": (own,)}
    )


def submission(testbed: Testbed, account: str, output: Path) -> str:
    """A job that says who runs it, waited for."""
    environment = " ".join(f"{key}={value}" for key, value in testbed.env("zellik").items())
    options = f"--wait --account={account} --partition={PARTITION} --gres=gpu:1 --time=1 --chdir=/"
    return f"{environment} sbatch {options} --output={output} --wrap='id -un; id -u'"


def configured(
    host: LdapHost, portal: FakePortal, site: LdapSite, testbed: Testbed, folder: Path
) -> str:
    """A bridge's configuration on that host, for the testbed's Slurm."""
    clusters = clusters_of(testbed.layout, SITES)
    as_root = installed_as_root(host.folder, testbed.commands("zellik"), clusters)
    installation = install(
        folder,
        portal,
        'ssh_keys = "directory"',
        f'slurm_conf = "{testbed.layout.slurm_conf(ZELLIK)}"',
        f'root_program = "{as_root.program}"',
        'partitions = "scontrol"',
        "[ldap_directory]",
        f'url = "{site.slapd.url}"',
        f'bind_dn = "{BRIDGE}"',
        f'password_file = "{site.password_file}"',
        f'base = "{site.base}"',
        f'users_base = "{site.people}"',
        f'groups_base = "{site.groups}"',
        with_slurm=False,
        directory="ldap",
    )
    return str(installation.config)
