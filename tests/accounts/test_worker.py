import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, TaskResultStatus
from pytest_django import Settings

from accounts.mail import MOST_ATTEMPTS, deliver
from accounts.management.commands.worker import only_one, requeue_abandoned

MAIL = {"subject": "Hello", "body": "Hello.", "to": ["ada@example.org"], "html": ""}


@pytest.fixture(autouse=True)
def queue_in_the_database(quick_and_visible: None, settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def refuse_mail(*args: object, **kwargs: object) -> None:
    raise smtplib.SMTPServerDisconnected("gone")


@pytest.mark.django_db(transaction=True)
def test_a_task_that_a_killed_worker_had_begun_is_run_by_the_next() -> None:
    deliver.enqueue(**MAIL)
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=timezone.now())
    call_command("worker", batch=True)
    assert [message.subject for message in mail.outbox] == ["Hello"]


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_is_refused() -> None:
    guard = only_one()
    try:
        with pytest.raises(CommandError, match="Another worker"):
            call_command("worker", batch=True)
    finally:
        guard.close()
    call_command("worker", batch=True)


@pytest.mark.django_db
def test_a_finished_task_is_not_run_again() -> None:
    deliver.enqueue(**MAIL)
    DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL)
    assert requeue_abandoned() == 0


@pytest.mark.django_db
def test_a_mail_that_the_server_refuses_is_tried_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse_mail)
    deliver.call(**MAIL)
    waiting = DBTaskResult.objects.get()
    assert waiting.args_kwargs["kwargs"]["attempt"] == 2
    assert waiting.run_after > timezone.now() + timedelta(seconds=20)


@pytest.mark.django_db
def test_a_mail_that_is_never_taken_is_given_up_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse_mail)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        deliver.call(**MAIL, attempt=MOST_ATTEMPTS)
    assert not DBTaskResult.objects.exists()
