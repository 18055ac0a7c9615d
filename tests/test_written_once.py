"""Rows that are copied instead of being written anew."""

from django.core.management import call_command

from accounts.models import User
from allocations.models import Site, Track
from tests.people import make_person
from tests.written_once import copy_rows, rows_written_by


def test_seeding_adds_nothing_to_a_portal_that_was_copied(seeded: None) -> None:
    written = rows_written_by(lambda: call_command("seed"))

    assert Track.objects.count() == 6
    assert written == {}


def test_what_is_copied_has_its_keys_and_its_trail_and_leaves_no_other(db: None) -> None:
    rows = rows_written_by(lambda: call_command("seed"))
    assert not Site.objects.exists()

    assert rows_written_by(lambda: copy_rows(rows)) == rows


def test_what_is_written_after_a_copy_gets_other_keys(seeded: None) -> None:
    rows = rows_written_by(lambda: make_person("Ada"))
    copy_rows(rows)

    assert make_person("Bea").pk > User.objects.get(first_name="Ada").pk
