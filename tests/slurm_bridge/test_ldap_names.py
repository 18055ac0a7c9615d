"""Names of entries and filters."""

import pytest

from slurm_bridge.directory import ldap_names as names
from slurm_bridge.directory.ldap_entries import Entry, groups_of

MARK = "belfry-zellik"


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("ada", "ada"),
        ("a-b_c.1", "a-b_c.1"),
        ("a,ou=x", "a\\2cou\\3dx"),
        ("*)(uid=*", "\\2a\\29\\28uid\\3d\\2a"),
        ("\\", "\\5c"),
        ("\x00", "\\00"),
        ("é", "\\c3\\a9"),
        (" a#", "\\20a\\23"),
    ],
)
def test_a_value_stays_a_value(value: str, escaped: str) -> None:
    assert names.equals("uid", value) == f"(uid={escaped})"
    assert names.child("ou=people,dc=x", "uid", value) == f"uid={escaped},ou=people,dc=x"


def test_place_is_told_whatever_the_case_and_the_blanks() -> None:
    assert names.is_within("OU=People, DC=Example,dc=org", "dc = example,DC=org")
    assert names.is_within("dc=org", "dc=org")
    assert not names.is_within("dc=org", "dc=example,dc=org")
    assert not names.is_within("ou=a\\,dc=org", "dc=org")


@pytest.mark.parametrize("dn", ["", "people", "ou=", "=x", "ou=a,,dc=b", "ou=a,dc", "ou= ,dc=b"])
def test_what_names_no_entry_is_refused(dn: str) -> None:
    with pytest.raises(ValueError, match="name of an entry"):
        names.parts(dn)


def entry(**values: tuple[str, ...]) -> Entry:
    return Entry("cn=g,dc=x", {"cn": ("g",), "description": (MARK,), **values})


@pytest.mark.parametrize(
    "numbers", [(), ("x",), ("-1",), ("1", "2"), ("99999999999",), ("4294967296",), ("١",)]
)
def test_group_without_a_usable_number_is_left_alone(numbers: tuple[str, ...]) -> None:
    assert groups_of([entry(gidnumber=numbers)], ["g"], MARK)["g"].foreign


@pytest.mark.parametrize("name", [("G",), ("g", "h"), ("h", "g")])
def test_group_whose_name_is_not_just_the_one_is_left_alone(name: tuple[str, ...]) -> None:
    assert groups_of([entry(cn=name, gidnumber=("5",))], ["g"], MARK)["g"].foreign


def test_group_of_belfrys_own_is_told_with_its_members() -> None:
    found = groups_of([entry(gidnumber=("5",), memberuid=("ada", "bob"))], ["g", "h"], MARK)
    assert found.keys() == {"g"}
    assert (found["g"].gid, found["g"].foreign) == (5, False)
    assert found["g"].members == {"ada", "bob"}


def test_mark_of_another_site_is_not_ours() -> None:
    group = entry(gidnumber=("5",), description=("belfry-charleroi", f"{MARK}2"))
    assert groups_of([group], ["g"], MARK)["g"].foreign
