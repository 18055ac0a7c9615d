"""What can wait comes in one mail, each morning or each Monday, once."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as sent

from accounts.mail import keep_mail
from accounts.mail_digests import last_due, send_digests
from accounts.models import Mail, MailRhythm, MailState, User
from tests.accounts.mail_world import waiting_mail
from tests.people import make_person

BRUSSELS = ZoneInfo("Europe/Brussels")


def at(day: int, hour: int, month: int = 11) -> datetime:
    """In November 2026, whose second day is a Monday."""
    return datetime(2026, month, day, hour, tzinfo=BRUSSELS)


@pytest.fixture
def ada(db: None) -> User:
    person = make_person("Ada")
    person.mail_rhythm, person.language = MailRhythm.DAILY, "nl"
    person.save()
    return person


def _full_disk_at_first() -> Callable[..., Mail]:
    """Fails once, then does as always."""
    calls = count()

    def keep(**mail: Any) -> Mail:
        if next(calls) == 0:
            raise OSError("full")
        return keep_mail(**mail)

    return keep


def held(person: User, written: datetime, subject: str = "Hello") -> Mail:
    return waiting_mail(person, state=MailState.HELD, created_at=written, subject=subject)


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        (MailRhythm.DAILY, at(5, 7), at(5, 7)),
        (MailRhythm.DAILY, at(5, 6), at(4, 7)),
        (MailRhythm.WEEKLY, at(2, 7), at(2, 7)),
        (MailRhythm.WEEKLY, at(2, 6), at(26, 7, month=10)),
        (MailRhythm.WEEKLY, at(8, 23), at(2, 7)),
        # Summer time ended on 25 October.
        (MailRhythm.DAILY, at(25, 12, month=10), at(25, 7, month=10)),
        (MailRhythm.AT_ONCE, at(5, 3), at(5, 3)),
    ],
)
def test_a_digest_reaches_to_the_last_morning(
    rhythm: MailRhythm, now: datetime, due: datetime
) -> None:
    assert last_due(rhythm, now) == due


def test_a_digest_has_all_that_waited_and_is_sent_once(ada: User) -> None:
    for subject in ("First", "Second"):
        held(ada, at(4, 12), subject)
    later = held(ada, at(5, 8), "Third")
    for _again in range(2):
        assert send_digests(at(5, 9)) == 0
    (message,) = sent.outbox
    assert message.to == [ada.email]
    text = str(message.body)
    assert text.index("First") < text.index("Second")
    assert "Third" not in text
    assert text.count("Dear Ada") <= 1, "the greetings of its parts are left out"
    html = message.alternatives[0][0]
    assert html.count("<h2") == 2
    digest = Mail.objects.get(event="digest")
    assert digest.language == "nl"
    assert digest.parts.count() == 2
    later.refresh_from_db()
    assert later.state == MailState.HELD


def test_a_week_is_sent_late_rather_than_never(ada: User) -> None:
    ada.mail_rhythm = MailRhythm.WEEKLY
    ada.save()
    held(ada, at(1, 12))
    send_digests(at(1, 13))
    assert sent.outbox == []
    send_digests(at(3, 15))
    assert len(sent.outbox) == 1


def test_who_wants_mails_at_once_again_gets_what_waited(ada: User) -> None:
    held(ada, at(5, 8))
    ada.mail_rhythm = MailRhythm.AT_ONCE
    ada.save()
    send_digests(at(5, 9))
    assert len(sent.outbox) == 1


def test_a_digest_that_fails_leaves_the_others_and_its_own_parts(ada: User) -> None:
    bob = make_person("Bob")
    bob.mail_rhythm = MailRhythm.DAILY
    bob.save()
    for person in (ada, bob):
        held(person, at(4, 12))
    with mock.patch("accounts.mail_digests.keep_mail", side_effect=_full_disk_at_first()):
        assert send_digests(at(5, 9)) == 1
    assert Mail.objects.filter(state=MailState.HELD).count() == 1
    assert send_digests(at(5, 9)) == 0
    assert not Mail.objects.filter(state=MailState.HELD).exists()
