"""What every directory of UNIX users promises: in memory, in this host's files, in LDAP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from slurm_bridge.errors import TransientDirectoryError
from slurm_bridge.wire import DesiredGroup, DesiredUser
from tests.slurm_bridge.directories import (
    DirectoryUnderTest,
    ldap_directory,
    local_directory,
    memory_directory,
)


@pytest.fixture(
    params=[
        "memory",
        pytest.param("local", marks=pytest.mark.slurm),
        pytest.param("ldap", marks=pytest.mark.slurm),
    ]
)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DirectoryUnderTest]:
    kinds = {
        "memory": memory_directory,
        "local": lambda: local_directory(tmp_path),
        "ldap": lambda: ldap_directory(request.getfixturevalue("ldap_site")),
    }
    with kinds[request.param]() as made:
        yield made


def test_a_user_is_known_by_number_once_made(here: DirectoryUnderTest) -> None:
    assert here.directory.uid_of(here.ada.username) is None
    here.directory.create(here.ada)
    assert here.directory.uid_of(here.ada.username) == here.ada.uid


def test_those_who_resolve_are_told_together(here: DirectoryUnderTest) -> None:
    usernames = [here.ada.username, here.bob.username]
    assert here.directory.resolved(usernames) == {}
    here.directory.create(here.ada)
    assert here.directory.resolved(usernames) == {here.ada.username: here.ada.uid}
    here.directory.create(here.bob)
    both = {user.username: user.uid for user in (here.ada, here.bob)}
    assert here.directory.resolved(usernames) == here.directory.resolved(usernames) == both


def test_a_users_number_is_given_once(here: DirectoryUnderTest) -> None:
    here.directory.create(here.ada)
    with pytest.raises(TransientDirectoryError):
        here.directory.create(DesiredUser(username=here.bob.username, uid=here.ada.uid))
    assert here.directory.uid_of(here.bob.username) is None


def test_a_group_is_empty_when_made_and_may_be_made_again(here: DirectoryUnderTest) -> None:
    assert here.members() is None
    here.directory.create_group(here.group)
    here.directory.create_group(here.group)
    found = here.directory.groups([here.group.name, "no-such-group"])
    assert found is not None
    assert [(group.name, group.gid, group.members) for group in found] == [
        (here.group.name, here.group.gid, frozenset())
    ]


def test_members_come_and_go(here: DirectoryUnderTest) -> None:
    ada, bob = here.ada.username, here.bob.username
    for user in (here.ada, here.bob):
        here.directory.create(user)
    here.directory.create_group(here.group)
    here.directory.change_group(here.group.name, [ada, bob], [])
    here.directory.change_group(here.group.name, [ada], [])
    assert here.members() == {ada, bob}
    here.directory.change_group(here.group.name, [], [ada])
    here.directory.change_group(here.group.name, [], [ada])
    assert here.members() == {bob}
    here.directory.change_group(here.group.name, [ada], [bob])
    assert here.members() == {ada}
    here.directory.change_group(here.group.name, [], [ada])
    assert here.members() == frozenset()


def test_a_group_of_another_number_is_refused(here: DirectoryUnderTest) -> None:
    here.directory.create_group(here.group)
    other = DesiredGroup(name=here.group.name, gid=here.group.gid + 1)
    with pytest.raises(TransientDirectoryError):
        here.directory.create_group(other)


def test_a_groups_number_is_given_once(here: DirectoryUnderTest) -> None:
    here.directory.create_group(here.group)
    other = DesiredGroup(name=f"{here.group.name}x", gid=here.group.gid)
    with pytest.raises(TransientDirectoryError):
        here.directory.create_group(other)
    assert here.directory.groups([other.name]) == ()


def test_a_group_that_does_not_exist_cannot_change(here: DirectoryUnderTest) -> None:
    here.directory.create(here.ada)
    with pytest.raises(TransientDirectoryError):
        here.directory.change_group(here.group.name, [here.ada.username], [])


def test_somebody_who_does_not_exist_joins_no_group_and_takes_nobody_in(
    here: DirectoryUnderTest,
) -> None:
    here.directory.create(here.ada)
    here.directory.create_group(here.group)
    with pytest.raises(TransientDirectoryError):
        here.directory.change_group(here.group.name, [here.ada.username, here.bob.username], [])
    assert here.members() == frozenset()
