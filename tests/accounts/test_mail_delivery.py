"""What is mailed is logged with what became of it, and delivered at least once."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail as sent
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.deliveries import MOST_ATTEMPTS, deliver
from accounts.mail import send_mail
from accounts.mail_events import EVENTS, event_of
from accounts.mail_log import forget_mails
from accounts.models import Mail, MailRhythm, MailState, User
from tests.accounts.mail_world import server_says, waiting_mail
from tests.people import make_person


@pytest.fixture
def ada(db: None) -> User:
    return make_person("Ada")


@pytest.fixture
def queued(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_a_mail_is_logged_with_its_language_and_delivery(ada: User) -> None:
    ada.language = "fr"
    ada.save()
    send_mail(template="review_taken_back", to=ada, context={"application": None})
    logged = Mail.objects.get()
    (message,) = sent.outbox
    assert logged.state == MailState.DELIVERED
    assert logged.recipient == ada
    assert logged.language == "fr"
    assert logged.subject == message.subject
    assert message.message()["Message-ID"] == logged.message_id
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    assert 'lang="fr"' in html


@pytest.mark.usefixtures("queued")
def test_a_mail_that_the_server_refuses_is_tried_again_later(ada: User) -> None:
    mail = waiting_mail(ada)
    with server_says():
        deliver.call(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.WAITING, 1)
    assert "gone" in mail.problem
    waiting = DBTaskResult.objects.get()
    assert waiting.args_kwargs["args"] == [mail.pk]
    assert waiting.run_after > timezone.now() + timedelta(seconds=20)
    deliver.call(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.problem) == (MailState.DELIVERED, 2, "")


@pytest.mark.usefixtures("queued")
def test_a_mail_that_is_never_taken_is_given_up_with_the_reason(ada: User) -> None:
    mail = waiting_mail(ada, attempts=MOST_ATTEMPTS - 1)
    with server_says(), pytest.raises(smtplib.SMTPServerDisconnected):
        deliver.call(mail.pk)
    mail.refresh_from_db()
    assert mail.state == MailState.FAILED
    assert "gone" in mail.problem
    assert not DBTaskResult.objects.exists()


@pytest.mark.usefixtures("queued")
def test_a_mail_that_cannot_be_written_is_given_up_at_once(ada: User) -> None:
    mail = waiting_mail(ada, subject="Two\nBcc: lines@example.org")
    with pytest.raises(ValueError, match="newline"):
        deliver.call(mail.pk)
    mail.refresh_from_db()
    assert mail.state == MailState.FAILED
    assert sent.outbox == []


@pytest.mark.django_db(transaction=True)
def test_who_dies_after_the_servers_yes_delivers_again_as_the_same_mail() -> None:
    mail = waiting_mail()
    with connection.execute_wrapper(_lose_connection_at_update), pytest.raises(DatabaseError):
        deliver.call(mail.pk)
    mail.refresh_from_db()
    assert mail.state == MailState.WAITING
    deliver.call(mail.pk)
    deliver.call(mail.pk)
    identities = [message.message()["Message-ID"] for message in sent.outbox]
    assert identities == [mail.message_id] * 2


def _lose_connection_at_update(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    if sql.startswith("UPDATE"):
        raise DatabaseError("the connection is gone")
    return execute(sql, params, many, context)


@pytest.mark.django_db
def test_nothing_is_mailed_of_what_is_rolled_back(ada: User, settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    with transaction.atomic():
        send_mail(template="review_taken_back", to=ada, context={})
        transaction.set_rollback(True)
    assert not Mail.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.usefixtures("queued")
@pytest.mark.parametrize("is_given_up", [False, True])
def test_a_link_that_opens_something_is_not_kept(ada: User, is_given_up: bool) -> None:
    attempts = MOST_ATTEMPTS - 1 if is_given_up else 0
    mail = waiting_mail(ada, event="password_reset_key", attempts=attempts)
    if is_given_up:
        with server_says(), pytest.raises(smtplib.SMTPServerDisconnected):
            deliver.call(mail.pk)
    else:
        deliver.call(mail.pk)
        assert "Hello" in str(sent.outbox[0].body)
    mail.refresh_from_db()
    assert mail.text == ""


def test_an_event_that_is_not_known_counts_as_a_secret() -> None:
    assert event_of("of_another_release").holds_secret
    assert all(event.is_urgent for event in EVENTS.values() if event.holds_secret)


def test_old_mails_are_forgotten_and_what_waits_is_not(ada: User, settings: Settings) -> None:
    settings.MAIL_LOG_DAYS = 10
    now = timezone.now()
    old = now - timedelta(days=11)
    waiting_mail(ada, created_at=old)
    waiting_mail(ada, created_at=old, state=MailState.HELD)
    waiting_mail(ada, created_at=old, ended_at=old, state=MailState.FAILED)
    digest = waiting_mail(ada, created_at=old, ended_at=old, state=MailState.DELIVERED)
    recent = waiting_mail(ada, ended_at=now, state=MailState.IN_DIGEST, digest=digest)
    assert forget_mails(now) == 2
    assert set(Mail.objects.values_list("state", flat=True)) == {"held", "waiting", "in_digest"}
    recent.refresh_from_db()
    assert recent.digest is None


def test_somebody_whose_mails_can_wait_still_gets_urgent_ones_at_once(ada: User) -> None:
    ada.mail_rhythm = MailRhythm.WEEKLY
    ada.save()
    for template in ("review_taken_back", "ssh_key_removed"):
        send_mail(template=template, to=ada, context={})
    states = dict(Mail.objects.values_list("event", "state"))
    assert states == {"review_taken_back": "held", "ssh_key_removed": "delivered"}
    assert len(sent.outbox) == 1
