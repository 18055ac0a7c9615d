"""People and groups in a real LDAP directory: whose entries they are, and what may go wrong."""

import pytest

from deploy.testbed.ldap import READER
from slurm_bridge.directory.ldap import LdapDirectory
from slurm_bridge.errors import FatalDirectoryError, TransientDirectoryError
from slurm_bridge.wire import DesiredGroup, DesiredUser
from tests.slurm_bridge.ldap_servers import MARK, LdapSite

pytestmark = pytest.mark.slurm  # They need root, as the testbed does.

ADA = DesiredUser(username="ada", uid=20001)
BOB = DesiredUser(username="bob", uid=20002)
PROJECT = DesiredGroup(name="aif26fl0001", gid=30001)


def test_person_gets_number_private_group_home_and_no_password(ldap_site: LdapSite) -> None:
    ldap_site.directory.create(ADA)

    made, private = ldap_site.person("ada"), ldap_site.group("ada")
    assert made is not None
    assert private is not None
    assert made["dn"] == [f"uid=ada,{ldap_site.people}"]
    assert made["uidNumber"] == made["gidNumber"] == private["gidNumber"] == ["20001"]
    assert made["homeDirectory"] == ["/home/ada"]
    assert made["loginShell"] == ["/bin/bash"]
    assert made["description"] == private["description"] == [MARK]
    assert "userPassword" not in made


def test_person_left_half_made_is_finished(ldap_site: LdapSite) -> None:
    ldap_site.make_group("ada", ADA.uid, description=MARK)

    ldap_site.directory.create(ADA)
    before = ldap_site.everything()
    ldap_site.directory.create(ADA)

    assert ldap_site.person("ada") is not None
    assert ldap_site.everything() == before


def test_server_killed_between_two_writes_loses_nothing(
    ldap_site: LdapSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = ldap_site.directory.tree
    add_person = type(tree)._add_person

    def killed_first(*arguments: object) -> None:
        ldap_site.slapd.stop(kill=True)
        add_person(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(type(tree), "_add_person", killed_first)
    with pytest.raises(TransientDirectoryError):
        ldap_site.directory.create(ADA)
    monkeypatch.undo()
    ldap_site.slapd.start()
    assert ldap_site.group("ada") is not None
    assert ldap_site.person("ada") is None

    ldap_site.directory.create(ADA)

    assert ldap_site.directory.resolved(["ada"]) == {"ada": ADA.uid}


@pytest.mark.parametrize(
    ("username", "uid"),
    [("ada", 4711), ("ADA", 20001), ("Ada", 4711), ("somebody", 20001)],
    ids=["other number", "other case", "other case and number", "number taken"],
)
def test_foreign_person_in_the_way_is_named_and_nothing_changes(
    ldap_site: LdapSite, username: str, uid: int
) -> None:
    staff = f"ou=staff,{ldap_site.base}"
    ldap_site.slapd.apply(f"dn: {staff}\nobjectClass: organizationalUnit\n")
    ldap_site.make_person(username, uid, below=staff)
    before = ldap_site.everything()

    with pytest.raises(TransientDirectoryError, match=f"uid={username},{staff}"):
        ldap_site.directory.create(ADA)

    assert ldap_site.everything() == before


def test_foreign_group_in_the_way_of_a_person_is_named_and_nothing_changes(
    ldap_site: LdapSite,
) -> None:
    ldap_site.make_group("wheel", ADA.uid)
    before = ldap_site.everything()

    with pytest.raises(TransientDirectoryError, match="cn=wheel"):
        ldap_site.directory.create(ADA)

    assert ldap_site.everything() == before


def test_person_whom_the_site_made_under_the_very_number_is_used_as_is(
    ldap_site: LdapSite,
) -> None:
    ldap_site.make_person("ada", ADA.uid, loginShell="/bin/zsh")
    ldap_site.make_group("ada", ADA.uid)
    before = ldap_site.everything()

    ldap_site.directory.create(ADA)

    assert ldap_site.everything() == before
    assert ldap_site.directory.resolved(["ada"]) == {"ada": ADA.uid}


def test_number_is_not_given_again_when_only_the_private_group_is_left(
    ldap_site: LdapSite,
) -> None:
    ldap_site.make_group("gone", ADA.uid, description=MARK)

    with pytest.raises(TransientDirectoryError, match="cn=gone"):
        ldap_site.directory.create(ADA)


def test_group_of_somebody_else_is_told_and_left_alone(ldap_site: LdapSite) -> None:
    ldap_site.directory.create(ADA)
    ldap_site.make_group(PROJECT.name, PROJECT.gid, ["zoe"])
    before = ldap_site.everything()

    found = ldap_site.directory.groups([PROJECT.name]) or ()
    assert [(group.name, group.foreign) for group in found] == [(PROJECT.name, True)]
    with pytest.raises(TransientDirectoryError, match="already"):
        ldap_site.directory.create_group(PROJECT)
    with pytest.raises(TransientDirectoryError, match="not made by Belfry"):
        ldap_site.directory.change_group(PROJECT.name, ["ada"], ["zoe"])

    assert ldap_site.everything() == before


def test_two_groups_of_one_name_are_both_left_alone(ldap_site: LdapSite) -> None:
    ldap_site.directory.create_group(PROJECT)
    ldap_site.slapd.apply(
        f"dn: cn={PROJECT.name},{ldap_site.people}\nobjectClass: posixGroup\n"
        f"gidNumber: {PROJECT.gid}\ndescription: {MARK}\n"
    )

    (found,) = ldap_site.directory.groups([PROJECT.name]) or ()
    assert found.foreign
    with pytest.raises(TransientDirectoryError, match="not made by Belfry"):
        ldap_site.directory.change_group(PROJECT.name, [], ["ada"])


def test_what_a_site_adds_to_an_entry_of_belfrys_stays(ldap_site: LdapSite) -> None:
    ldap_site.directory.create_group(PROJECT)
    ldap_site.directory.create(ADA)
    ldap_site.slapd.apply(
        f"dn: cn={PROJECT.name},{ldap_site.groups}\nchangetype: modify\n"
        "add: description\ndescription: storage quota 5 TB\n"
    )

    ldap_site.directory.change_group(PROJECT.name, ["ada"], [])

    group = ldap_site.group(PROJECT.name)
    assert group is not None
    assert group["description"] == [MARK, "storage quota 5 TB"]
    assert group["memberUid"] == ["ada"]


def test_host_is_asked_by_name_for_those_only_who_are_in_the_directory(
    ldap_site: LdapSite,
) -> None:
    ldap_site.directory.create(ADA)
    ldap_site.host.asked.clear()

    assert ldap_site.directory.resolved(["ada", "bob"]) == {"ada": ADA.uid}

    assert ldap_site.host.asked == ["ada"]


def test_somebody_in_the_hosts_own_files_is_found_all_the_same(ldap_site: LdapSite) -> None:
    ldap_site.host.files["bob"] = 4712
    assert ldap_site.directory.resolved(["ada", "bob"]) == {"bob": 4712}


def test_person_whom_the_host_does_not_see_yet_is_not_known(ldap_site: LdapSite) -> None:
    ldap_site.host.not_noticed.add("ada")

    with pytest.raises(TransientDirectoryError, match="does not resolve"):
        ldap_site.directory.create(ADA)
    assert ldap_site.directory.resolved(["ada"]) == {}

    before = ldap_site.everything()
    ldap_site.host.not_noticed.clear()
    ldap_site.directory.create(ADA)
    assert ldap_site.directory.resolved(["ada"]) == {"ada": ADA.uid}
    assert ldap_site.everything() == before


def test_person_who_was_removed_from_the_directory_is_unknown_again(ldap_site: LdapSite) -> None:
    ldap_site.directory.create(ADA)
    ldap_site.directory.create(BOB)
    assert ldap_site.directory.resolved(["ada", "bob"]).keys() == {"ada", "bob"}

    ldap_site.slapd.apply(f"dn: uid=ada,{ldap_site.people}\nchangetype: delete\n")

    assert ldap_site.directory.resolved(["ada", "bob"]) == {"bob": BOB.uid}


def test_server_that_is_away_holds_up_only_what_needs_it(ldap_site: LdapSite) -> None:
    directory = ldap_site.directory
    directory.create(ADA)
    directory.create_group(PROJECT)
    known, groups = directory.resolved(["ada"]), directory.groups([PROJECT.name])
    ldap_site.host.files["ada"] = ADA.uid  # The host has it in its cache.

    ldap_site.slapd.stop()
    try:
        assert directory.resolved(["ada", "bob"]) == known
        assert directory.groups([PROJECT.name]) == groups
        with pytest.raises(TransientDirectoryError, match="cannot sign in"):
            directory.create(BOB)
        with pytest.raises(TransientDirectoryError):
            directory.change_group(PROJECT.name, ["ada"], [])
        with pytest.raises(TransientDirectoryError):
            LdapDirectory(ldap_site.tree(), ldap_site.host).groups([PROJECT.name])
    finally:
        ldap_site.slapd.start()

    directory.create(BOB)
    directory.change_group(PROJECT.name, ["ada", "bob"], [])
    (group,) = directory.groups([PROJECT.name]) or ()
    assert group.members == {"ada", "bob"}


def test_bridge_without_the_right_to_write_changes_nothing_and_says_what_is_missing(
    ldap_site: LdapSite,
) -> None:
    reading = LdapDirectory(ldap_site.tree(bind_dn=READER), ldap_site.host)
    before = ldap_site.everything()

    with pytest.raises(FatalDirectoryError, match="right to write"):
        reading.create(ADA)
    with pytest.raises(FatalDirectoryError, match="right to write"):
        reading.create_group(PROJECT)

    assert ldap_site.everything() == before


def test_hostile_names_are_values_and_find_nobody(ldap_site: LdapSite) -> None:
    ldap_site.directory.create(ADA)
    hostile = ["*", "a*", "ada)(uid=*", "*)(objectClass=*", "\\2a", "ada\x00", "ådå"]

    assert ldap_site.directory.resolved(hostile) == {}
    assert ldap_site.directory.groups(hostile) == ()


def test_more_people_than_the_server_gives_in_one_answer_are_all_found(
    ldap_site: LdapSite,
) -> None:
    usernames = [f"u{number:04}" for number in range(1200)]
    ldap_site.slapd.apply(
        "\n".join(
            f"dn: uid={name},{ldap_site.people}\nobjectClass: account\nobjectClass: posixAccount\n"
            f"cn: {name}\nuidNumber: {40_000 + place}\ngidNumber: {40_000 + place}\n"
            f"homeDirectory: /home/{name}\n"
            for place, name in enumerate(usernames)
        )
    )
    tree = ldap_site.directory.tree

    assert len(list(tree.people(usernames))) == len(usernames)
    everybody = tree.client.search(ldap_site.people, "(objectClass=posixAccount)", ["uid"])
    assert len(everybody) == len(usernames)
    limited = ldap_site.client(bind_dn=READER)
    with pytest.raises(FatalDirectoryError, match="size limit"):
        limited.search(ldap_site.people, "(objectClass=posixAccount)", ["uid"])
    limited.close()
