"""Signing in to a login node's real sshd with keys that the bridge delivered."""

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.testbed.packages import LOGIN_PACKAGES, install_missing
from slurm_bridge.directory.local import LocalDirectory
from slurm_bridge.login.keys import KeyFiles
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.wire import DesiredKey, DesiredUser
from tests.slurm_bridge.root_programs import FEWEST_UID, MANY, installed_as_root
from tests.slurm_bridge.worlds import CLUSTER, desired_state, project
from tests.sshd import LoginNode, login_node, make_key

pytestmark = pytest.mark.slurm  # They need root, as the testbed does.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Below a path that only root may write."""
    install_missing(LOGIN_PACKAGES, tmp_path_factory.mktemp("apt") / "log")
    folder = Path(tempfile.mkdtemp(prefix="belfry-test-", dir="/var/lib"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def node(folder: Path) -> Iterator[LoginNode]:
    with login_node(folder, folder / "login") as node:
        yield node


@pytest.fixture(scope="module")
def ada(folder: Path) -> Iterator[DesiredUser]:
    """A user of this host, made as a site's bridge makes them."""
    ada = DesiredUser(
        username=f"bt{secrets.token_hex(4)}", uid=FEWEST_UID + secrets.randbelow(MANY)
    )
    LocalDirectory(installed_as_root(folder, Commands())).create(ada)
    yield ada
    Commands().attempt("userdel", "--force", ada.username)
    Commands().attempt("groupdel", ada.username)


@pytest.fixture(scope="module")
def pair(folder: Path) -> tuple[Path, str]:
    """A private key's file and the public line."""
    line = make_key(folder / "ada")
    return folder / "ada", " ".join(line.split()[:2])


def deliver(folder: Path, user: DesiredUser, *keys: DesiredKey) -> None:
    state = desired_state(project(), users=[user.model_copy(update={"keys": keys})])
    KeyFiles(folder / "login", CLUSTER).publish(state)


def test_a_delivered_key_opens_the_account_until_it_is_removed(
    folder: Path, node: LoginNode, ada: DesiredUser, pair: tuple[Path, str]
) -> None:
    private, line = pair
    assert node.sign_in(ada.username, private).returncode != 0
    deliver(folder, ada, DesiredKey(line=line))
    signed_in = node.sign_in(ada.username, private)
    assert signed_in.stdout == f"{ada.username}\n", signed_in.stderr
    deliver(folder, ada)
    refused = node.sign_in(ada.username, private)
    assert refused.returncode != 0
    assert "Permission denied" in refused.stderr


def test_a_key_past_its_end_opens_nothing_although_the_bridge_is_down(
    folder: Path, node: LoginNode, ada: DesiredUser, pair: tuple[Path, str]
) -> None:
    private, line = pair
    now = int(time.time())
    deliver(folder, ada, DesiredKey(line=line, expires_at=now + 3600))
    assert node.sign_in(ada.username, private).returncode == 0
    deliver(folder, ada, DesiredKey(line=line, expires_at=now))
    assert "Permission denied" in node.sign_in(ada.username, private).stderr


def test_a_key_opens_no_other_account(
    folder: Path, node: LoginNode, ada: DesiredUser, pair: tuple[Path, str]
) -> None:
    private, line = pair
    root = ada.model_copy(update={"username": "root"})
    deliver(folder, root, DesiredKey(line=line))
    assert "Permission denied" in node.sign_in("root", private).stderr
