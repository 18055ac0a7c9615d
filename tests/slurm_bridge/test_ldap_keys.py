"""SSH keys in a real LDAP directory: those that hold, in Belfry's own entries, and no other."""

import time

import pytest

from deploy.testbed.ldap import READER
from slurm_bridge.directory.ldap_keys import DirectoryKeys
from slurm_bridge.wire import DesiredKey, DesiredState, DesiredUser
from tests.slurm_bridge.ldap_servers import MARK, LdapSite
from tests.slurm_bridge.worlds import CLUSTER, desired_state, project

pytestmark = pytest.mark.slurm  # They need root, as the testbed does.

NOW = 1_800_000_000
HOME = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIhome"
WORK = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIwork"


def ada(*lines: str, expires_at: int | None = None, uid: int = 20001) -> DesiredUser:
    keys = tuple(DesiredKey(line=line, expires_at=expires_at) for line in lines)
    return DesiredUser(username="ada", uid=uid, keys=keys)


def bob(*lines: str) -> DesiredUser:
    keys = tuple(DesiredKey(line=line) for line in lines)
    return DesiredUser(username="bob", uid=20002, keys=keys)


def state(*users: DesiredUser) -> DesiredState:
    return desired_state(project(), users=users)


def keys_of(site: LdapSite, username: str) -> list[str]:
    found = site.person(username)
    assert found is not None
    return sorted(found.get("sshPublicKey", []))


@pytest.fixture
def keys(ldap_site: LdapSite) -> DirectoryKeys:
    """The keys of a site where ada and bob have their entries."""
    for user in (ada(), bob()):
        ldap_site.directory.create(user)
    tree = ldap_site.directory.tree
    return DirectoryKeys(tree, CLUSTER, delivers=True, clock=lambda: NOW)


def test_keys_come_and_go_with_what_the_portal_says(
    ldap_site: LdapSite, keys: DirectoryKeys
) -> None:
    keys.publish(state(ada(HOME, WORK), bob()))
    assert keys_of(ldap_site, "ada") == [HOME, WORK]
    assert keys_of(ldap_site, "bob") == []

    keys.publish(state(ada(WORK), bob(HOME)))
    assert keys_of(ldap_site, "ada") == [WORK]
    assert keys_of(ldap_site, "bob") == [HOME]

    before = ldap_site.slapd.search(ldap_site.base)
    keys.publish(state(ada(WORK), bob(HOME)))
    assert ldap_site.slapd.search(ldap_site.base) == before


def test_person_who_has_left_keeps_the_entry_and_no_key(
    ldap_site: LdapSite, keys: DirectoryKeys
) -> None:
    keys.publish(state(ada(HOME), bob(WORK)))
    keys.publish(state(bob(WORK)))

    assert keys_of(ldap_site, "ada") == []
    assert keys_of(ldap_site, "bob") == [WORK]
    made = ldap_site.person("ada")
    assert made is not None
    assert "ldapPublicKey" not in made["objectClass"]


def test_key_ends_with_its_last_second(ldap_site: LdapSite, keys: DirectoryKeys) -> None:
    desired = state(ada(HOME, expires_at=NOW + 1), bob(WORK))
    keys.publish(desired)
    assert keys_of(ldap_site, "ada") == [HOME]

    keys.clock = lambda: NOW + 1
    keys.publish(desired)

    assert keys_of(ldap_site, "ada") == []
    assert keys_of(ldap_site, "bob") == [WORK]


def test_key_that_was_added_by_hand_opens_nothing_for_long(
    ldap_site: LdapSite, keys: DirectoryKeys
) -> None:
    keys.publish(state(ada(HOME)))
    ldap_site.slapd.apply(
        f"dn: uid=ada,{ldap_site.people}\nchangetype: modify\n"
        f"add: sshPublicKey\nsshPublicKey: {WORK}\n"
    )

    keys.publish(state(ada(HOME)))

    assert keys_of(ldap_site, "ada") == [HOME]


def test_entries_of_others_are_left_alone_and_told_once(
    ldap_site: LdapSite, keys: DirectoryKeys, caplog: pytest.LogCaptureFixture
) -> None:
    ldap_site.slapd.apply(
        f"dn: uid=zoe,{ldap_site.people}\nobjectClass: account\nobjectClass: posixAccount\n"
        "objectClass: ldapPublicKey\ncn: zoe\nuidNumber: 20003\ngidNumber: 20003\n"
        f"homeDirectory: /home/zoe\nsshPublicKey: {HOME}\n"
    )
    zoe = DesiredUser(username="zoe", uid=20003, keys=(DesiredKey(line=WORK),))

    keys.publish(state(zoe))
    keys.publish(state(zoe))

    assert keys_of(ldap_site, "zoe") == [HOME]
    assert caplog.text.count("no keys for uid=zoe") == 1


def test_entry_whose_number_is_another_gets_no_key(
    ldap_site: LdapSite, keys: DirectoryKeys
) -> None:
    keys.publish(state(ada(HOME)))
    keys.publish(state(ada(HOME, uid=20009)))
    assert keys_of(ldap_site, "ada") == []


def test_where_keys_go_another_way_none_stays_in_the_directory(
    ldap_site: LdapSite, keys: DirectoryKeys
) -> None:
    keys.publish(state(ada(HOME)))
    DirectoryKeys(ldap_site.directory.tree, CLUSTER, delivers=False).publish(state(ada(HOME)))
    assert keys_of(ldap_site, "ada") == []


def test_portal_that_lost_its_memory_or_means_another_site_takes_no_key_away(
    ldap_site: LdapSite, keys: DirectoryKeys
) -> None:
    keys.publish(state(ada(HOME)))
    keys.publish(desired_state())
    keys.publish(desired_state(project(), cluster="charleroi", users=(ada(),)))
    assert keys_of(ldap_site, "ada") == [HOME]


def test_server_that_is_away_is_told_in_one_line_and_made_up_for_later(
    ldap_site: LdapSite, keys: DirectoryKeys, caplog: pytest.LogCaptureFixture
) -> None:
    keys.publish(state(ada(HOME)))
    ldap_site.slapd.stop(kill=True)
    try:
        keys.publish(state(bob(WORK)))
    finally:
        ldap_site.slapd.start()
    assert caplog.text.count("the directory does not have the keys") == 1
    assert keys_of(ldap_site, "ada") == [HOME]

    keys.publish(state(bob(WORK)))

    assert keys_of(ldap_site, "ada") == []
    assert keys_of(ldap_site, "bob") == [WORK]


def test_bridge_that_may_not_write_says_so_and_changes_nothing(
    ldap_site: LdapSite, keys: DirectoryKeys, caplog: pytest.LogCaptureFixture
) -> None:
    reading = DirectoryKeys(ldap_site.tree(bind_dn=READER), CLUSTER, delivers=True)
    reading.publish(state(ada(HOME), bob(WORK)))
    assert caplog.text.count("right to write") == 2
    assert keys_of(ldap_site, "ada") == keys_of(ldap_site, "bob") == []


def test_clock_is_the_hosts_own_unless_told(ldap_site: LdapSite) -> None:
    ldap_site.directory.create(ada())
    real = DirectoryKeys(ldap_site.directory.tree, CLUSTER, delivers=True)
    real.publish(state(ada(HOME, expires_at=int(time.time()) - 1)))
    assert keys_of(ldap_site, "ada") == []
    assert MARK in str(ldap_site.person("ada"))
