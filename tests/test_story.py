"""A world that was told once is copied, and only where it would have been told alike."""

import pytest
from django.core import mail
from django.db import transaction
from pytest_django import Settings

from accounts.models import User
from allocations.models import Application
from tests.people import make_person
from tests.story import Story


class Teller:
    """Changes somebody, makes somebody else and mails them; counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        User.objects.filter(email="ada@example.org").update(last_name="Lovelace")
        mail.send_mail("Hello", "Bea", None, ["bea@example.org"])
        return make_person("Bea").pk


@pytest.fixture
def teller(monkeypatch: pytest.MonkeyPatch) -> Teller:
    monkeypatch.setattr(Story, "known", dict(Story.known))
    return Teller()


def test_a_chapter_is_told_once_and_then_copied_with_its_changes_its_trail_and_its_mails(
    applicant: User, story: Story, teller: Teller
) -> None:
    begun = list(story.told)
    seen = []
    for _turn in range(2):
        with transaction.atomic():
            story.told = tuple(begun)
            key = story.tell("teller", teller)
            applicant.refresh_from_db()
            trail = list(applicant.events.order_by("pk").values_list("pgh_label", "last_name"))
            seen.append((key, User.objects.get(first_name="Bea").pk, applicant.last_name, trail))
            transaction.set_rollback(True)
    assert teller.times == 1
    assert seen[0] == seen[1]
    assert [kept for _label, kept in seen[0][3]] == ["Peeters", "Lovelace"]
    assert [message.to for message in mail.outbox] == [["bea@example.org"]] * 2


def test_who_comes_in_another_order_is_told_anew(story: Story, staff: User, draft: object) -> None:
    assert story.told == ("portal", "Staf", "Ada", "draft")
    assert not story.is_own


def test_where_anything_else_was_written_the_real_code_tells(
    applicant: User, story: Story, teller: Teller
) -> None:
    User.objects.filter(pk=applicant.pk).update(last_name="Byron")
    story.tell("teller", teller)
    assert story.is_own
    assert teller.times == 1
    assert not [told for *_days, told in Story.known if told[-1] == "teller"]


def test_where_a_setting_is_another_the_real_code_tells(
    applicant: User, story: Story, teller: Teller, settings: Settings
) -> None:
    settings.OFFER_DAYS += 1
    story.tell("teller", teller)
    assert story.is_own


def test_without_a_new_portal_the_real_code_tells(db: None, story: Story, teller: Teller) -> None:
    story.tell("teller", teller)
    assert story.is_own


def test_what_was_copied_goes_on_as_if_it_had_been_told(submitted: Application) -> None:
    assert submitted.applicant.first_name == "Ada"
    assert submitted.snapshots.count() == 1
    assert submitted.applicant.pk < make_person("Eva").pk
