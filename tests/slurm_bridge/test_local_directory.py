"""UNIX users made on this host."""

import grp
import os
import pwd
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from slurm_bridge.directory.local import LocalDirectory
from slurm_bridge.directory.none import NoDirectory
from slurm_bridge.errors import TransientDirectoryError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.wire import DesiredUser
from tests.slurm_bridge.root_programs import FEWEST_UID, MANY, installed_as_root

pytestmark = pytest.mark.slurm  # They need root, as the testbed does.


@pytest.fixture
def user() -> Iterator[DesiredUser]:
    """Somebody who does not exist yet, and does not exist afterwards."""
    user = DesiredUser(
        username=f"bt{secrets.token_hex(4)}", uid=FEWEST_UID + secrets.randbelow(MANY)
    )
    yield user
    Commands().attempt("userdel", "--force", user.username)
    Commands().attempt("groupdel", user.username)


@pytest.fixture
def directory(tmp_path: Path) -> LocalDirectory:
    return LocalDirectory(installed_as_root(tmp_path, Commands()), record_file=tmp_path / "users")


def test_user_gets_the_number_a_private_group_and_a_home(
    directory: LocalDirectory, user: DesiredUser, tmp_path: Path
) -> None:
    directory.create(user)

    made = pwd.getpwnam(user.username)
    assert (made.pw_uid, made.pw_gid, made.pw_shell) == (user.uid, user.uid, "/bin/bash")
    assert grp.getgrnam(user.username).gr_gid == user.uid
    assert (tmp_path / user.username).stat().st_uid == user.uid
    assert (tmp_path / "users").read_text(encoding="ascii") == f"{user.username}\n"


def test_user_whom_somebody_else_made_meanwhile_is_no_fault_and_not_recorded(
    directory: LocalDirectory, user: DesiredUser, tmp_path: Path
) -> None:
    directory.create(user)
    (tmp_path / "users").unlink()

    directory.create(user)

    assert not (tmp_path / "users").exists()


def test_user_left_half_made_is_finished(directory: LocalDirectory, user: DesiredUser) -> None:
    Commands().attempt("groupadd", f"--gid={user.uid}", user.username)

    directory.create(user)

    assert directory.uid_of(user.username) == user.uid


def test_number_that_is_taken_is_refused(directory: LocalDirectory, user: DesiredUser) -> None:
    directory.create(user)
    other = DesiredUser(username=f"{user.username}x", uid=user.uid)

    with pytest.raises(TransientDirectoryError):
        directory.create(other)

    assert directory.uid_of(other.username) is None


def test_site_with_its_own_directory_is_only_looked_at(user: DesiredUser) -> None:
    me = pwd.getpwuid(os.getuid())
    assert NoDirectory().uid_of(me.pw_name) == me.pw_uid
    assert NoDirectory().uid_of(user.username) is None
    with pytest.raises(TransientDirectoryError, match="not in this site's directory"):
        NoDirectory().create(user)
