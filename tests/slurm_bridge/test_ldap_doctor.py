"""What doctor says about a real LDAP directory."""

from dataclasses import replace

import pytest

from deploy.testbed.ldap import READER
from slurm_bridge.directory.ldap_doctor import LdapDoctor
from slurm_bridge.directory.ldap_entries import Entry
from slurm_bridge.directory.ldap_people import LdapTree
from slurm_bridge.wire import DesiredUser, Finding
from tests.slurm_bridge.ldap_servers import LdapSite

pytestmark = pytest.mark.slurm  # They need root, as the testbed does.

ADA = DesiredUser(username="ada", uid=20001)


def findings(site: LdapSite, tree: LdapTree | None = None) -> dict[str, Finding]:
    doctor = LdapDoctor(tree or site.tree(), needs_keys=True, host=site.host)
    found = {item.check: item for item in doctor.findings()}
    doctor.tree.client.close()
    return found


def test_sound_directory_has_nothing_to_mend_and_is_not_changed(ldap_site: LdapSite) -> None:
    ldap_site.directory.create(ADA)
    before = ldap_site.everything()

    found = findings(ldap_site)

    assert {check: item.level for check, item in found.items()} == {
        "directory": "ok",
        "directory branches": "ok",
        "directory schema": "ok",
        "rights in the directory": "ok",
        "names of the directory": "ok",
    }
    assert ldap_site.everything() == before


def test_server_that_is_away_is_the_one_thing_told(ldap_site: LdapSite) -> None:
    ldap_site.slapd.stop()
    found = findings(ldap_site)
    assert [(check, item.level) for check, item in found.items()] == [("directory", "error")]
    assert found["directory"].advice


def test_missing_branch_is_named(ldap_site: LdapSite) -> None:
    tree = ldap_site.tree(users_base=f"ou=nobody,{ldap_site.base}")
    found = findings(ldap_site, tree)["directory branches"]
    assert found.level == "error"
    assert "ou=nobody" in found.found


def test_missing_right_is_found_without_writing(ldap_site: LdapSite) -> None:
    found = findings(ldap_site, ldap_site.tree(bind_dn=READER))["rights in the directory"]
    assert found.level == "error"
    assert "right to write" in found.found


def test_person_whom_the_host_does_not_resolve_is_named(ldap_site: LdapSite) -> None:
    ldap_site.directory.create(ADA)
    ldap_site.host.not_noticed.add("ada")

    found = findings(ldap_site)["names of the directory"]

    assert found.level == "error"
    assert "uid=ada" in found.found
    assert "nsswitch" in found.advice


@pytest.mark.parametrize(
    ("described", "level", "told"),
    [
        (["( 1.2 NAME 'account' )"], "error", "lacks ldapPublicKey, posixAccount, posixGroup"),
        (
            [
                "( 1 NAME ( 'account' 'other' ) )",
                "( 2 NAME 'posixAccount' )",
                "( 3 NAME 'posixGroup' AUXILIARY )",
                "( 4 NAME 'ldapPublicKey' )",
            ],
            "error",
            "rfc2307bis",
        ),
        ([], "warning", "cannot be read"),
        (["nonsense"], "warning", "cannot be read"),
    ],
    ids=["schemas missing", "rfc2307bis", "not to be read", "nonsense"],
)
def test_schema_that_will_not_do_is_told(
    ldap_site: LdapSite,
    monkeypatch: pytest.MonkeyPatch,
    described: list[str],
    level: str,
    told: str,
) -> None:
    tree = ldap_site.tree()
    search = tree.client.search

    def with_another_schema(base: str, wanted: str, *rest: object) -> list[Entry]:
        found = search(base, wanted, *rest)  # type: ignore[arg-type]
        if wanted != "(objectClass=subschema)":
            return found
        return [replace(item, values={"objectclasses": tuple(described)}) for item in found]

    monkeypatch.setattr(tree.client, "search", with_another_schema)
    found = findings(ldap_site, tree)["directory schema"]
    assert found.level == level
    assert told in found.found
