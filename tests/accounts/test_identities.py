from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.identities import (
    ensure_identities,
    ensure_identity,
    hold_identities,
    new_identities,
    username_stem,
)
from accounts.models import UnixGroup, UnixIdentity
from slurm_bridge.wire_terms import UnixName
from tests.people import make_person

names = st.text(max_size=40)


@pytest.mark.parametrize(
    ("first", "last", "stem"),
    [
        ("Zoë", "Van den Bosch", "zvandenbosch"),
        ("Ada", "Lovelace", "alovelace"),
        ("Łukasz", "Żak", "zak"),
        ("李", "明", "user"),
        ("1", "2", "user"),
        ("", "", "user"),
    ],
)
def test_a_username_is_made_of_plain_letters(first: str, last: str, stem: str) -> None:
    assert username_stem(first_name=first, last_name=last) == stem


@given(names, names)
def test_whatever_people_are_called_their_username_is_one_that_unix_takes(
    first: str, last: str
) -> None:
    TypeAdapter(UnixName).validate_python(username_stem(first_name=first, last_name=last))


@pytest.mark.django_db
def test_two_people_of_one_name_get_two_usernames_and_numbers() -> None:
    first = ensure_identity(make_person("Ada"))
    second = ensure_identity(make_person("Adam"))
    assert (first.username, second.username) == ("apeeters", "apeeters2")
    assert second.uid == first.uid + 1


@pytest.mark.django_db
def test_a_team_gets_its_identities_in_as_many_queries_as_one_person(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    old = ensure_identity(make_person("Ada"))
    bram = make_person("Bram")
    with django_assert_num_queries(4):
        alone = ensure_identity(bram)
    team = [old.user, *(make_person(name) for name in ("Anna", "Abel", "Cleo"))]
    with django_assert_num_queries(4):
        given = ensure_identities(team)
    assert given[old.user] == old
    assert [given[person].username for person in team[1:]] == ["apeeters2", "apeeters3", "cpeeters"]
    assert [given[person].uid for person in team[1:]] == [alone.uid + n for n in (1, 2, 3)]


@pytest.mark.django_db
def test_an_identity_is_given_once() -> None:
    ada = make_person("Ada")
    assert ensure_identity(ada) == ensure_identity(ada)


@pytest.mark.django_db(transaction=True)
def test_one_who_joins_two_projects_at_once_gets_one_identity() -> None:
    ada = make_person("Ada")

    def give() -> UnixIdentity:
        try:
            with transaction.atomic():
                return ensure_identity(ada)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            first = ensure_identity(ada)
            second = pool.submit(give)
            wait([second], timeout=1)
        assert second.result() == first


@pytest.mark.django_db
def test_a_number_given_in_a_rolled_back_action_may_be_given_again_but_a_kept_one_never() -> None:
    kept = ensure_identity(make_person("Ada"))
    with transaction.atomic():
        undone = ensure_identity(make_person("Bram"))
        transaction.set_rollback(True)
    again = ensure_identity(make_person("Cleo"))
    assert undone.uid == again.uid == kept.uid + 1


@pytest.mark.django_db
@pytest.mark.parametrize("last_name", ["oot", "lurm"])
def test_nobody_gets_the_name_of_a_system_user(last_name: str) -> None:
    person = make_person("root"[0] if last_name == "oot" else "s", last_name=last_name)
    assert ensure_identity(person).username not in {"root", "slurm"}


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["docker", "daemon", "ubuntu", "sudo", "where"])
def test_nobody_gets_the_name_of_a_user_or_group_that_hosts_have(username: str) -> None:
    person = make_person(username[0], last_name=username[1:])
    assert ensure_identity(person).username == f"{username}2"


@pytest.mark.django_db
def test_numbers_leave_out_those_that_systems_keep_for_themselves(settings: Settings) -> None:
    settings.UNIX_UID_MIN = 59_999
    given = [ensure_identity(make_person(name)).uid for name in ("Ada", "Bram")]
    assert given == [59_999, 65_536]


@pytest.mark.django_db
def test_the_longest_prefix_and_name_still_make_a_username(settings: Settings) -> None:
    settings.UNIX_USERNAME_PREFIX = "a23456789012"
    people = [make_person(name, last_name="x" * 40) for name in ("Ada", "Adam")]
    for person in people:
        TypeAdapter(UnixName).validate_python(ensure_identity(person).username)


@pytest.mark.django_db
def test_the_prefix_sets_a_portals_names_apart(settings: Settings) -> None:
    settings.UNIX_USERNAME_PREFIX = "aif-"
    assert ensure_identity(make_person("Ada")).username == "aif-apeeters"


def give_group(project: str) -> UnixGroup:
    hold_identities()
    made = new_identities([], project=project)
    made.save()
    assert made.group
    return made.group


@pytest.mark.django_db
def test_a_group_is_given_once_and_no_number_twice() -> None:
    first = give_group("aif26fl0001")
    assert give_group("aif26fl0001") == first
    assert give_group("aif26fl0002").gid == first.gid + 1
    assert UnixGroup.objects.count() == 2


@pytest.mark.django_db
def test_nobody_gets_the_name_of_a_projects_group() -> None:
    person = make_person("A", last_name="if26fl0042")
    assert ensure_identity(person).username == "aif26fl00422"


@pytest.mark.django_db
def test_the_numbers_of_people_never_run_into_those_of_groups(settings: Settings) -> None:
    settings.UNIX_UID_MIN, settings.UNIX_GROUP_GID_MIN = 5_000, 5_001
    assert ensure_identity(make_person("Ada")).uid == 5_000
    assert give_group("aif26fl0001").gid == 5_001
    with pytest.raises(OverflowError):
        ensure_identity(make_person("Bram"))
    assert give_group("aif26fl0002").gid == 5_002


@pytest.mark.django_db
def test_the_numbers_of_groups_never_run_into_those_of_people(settings: Settings) -> None:
    settings.UNIX_UID_MIN, settings.UNIX_GROUP_GID_MIN = 5_001, 5_000
    give_group("aif26fl0001")
    with pytest.raises(OverflowError):
        give_group("aif26fl0002")
