import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, TaskResultStatus
from pytest_django import Settings

from accounts.deliveries import deliver
from accounts.management.commands.worker import only_one, requeue_abandoned
from tests.accounts.mail_world import waiting_mail


@pytest.fixture(autouse=True)
def queue_in_the_database(quick_and_visible: None, settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.mark.django_db(transaction=True)
def test_a_task_that_a_killed_worker_had_begun_is_run_by_the_next() -> None:
    deliver.enqueue(waiting_mail().pk)
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
    deliver.enqueue(waiting_mail().pk)
    DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL)
    assert requeue_abandoned() == 0
