"""When a decision is due, how the queue colours it, and what happens without an answer."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit import SystemActor
from accounts.models import User
from allocations.actions.decisions import request_information
from allocations.actions.drafts import submit_application, withdraw_unanswered
from allocations.errors import StateError
from allocations.models import Application
from allocations.queries import clock_of
from allocations.rules.deadlines import BRUSSELS
from allocations.states import ApplicationState
from tests.domain import make_draft

NIGHT = SystemActor("nightly")


@pytest.fixture
def asked(applicant: User, staff: User) -> Application:
    """An application on the quickest track whose applicant owes an answer."""
    draft = make_draft(applicant, track="pg", hours={"zellik": 100})
    submit_application(application_id=draft.pk, actor=applicant)
    mail.outbox.clear()
    return request_information(application_id=draft.pk, question="Which data?", actor=staff)


def moved(application: Application, *moments: datetime) -> None:
    """As if its steps had been taken at these moments."""
    steps = list(application.transitions.order_by("id"))[1:]
    for step, at in zip(steps, moments, strict=True):
        type(step).objects.filter(pk=step.pk).update(at=at)
    Application.objects.filter(pk=application.pk).update(submitted_at=moments[0])


def test_due_date_follows_the_version_of_the_track(submitted: Application) -> None:
    submitted.refresh_from_db()
    assert submitted.decision_due_on == timezone.localdate() + timedelta(days=30)
    assert submitted.decision_amber_on == timezone.localdate() + timedelta(days=15)
    assert submitted.decision_red_on == timezone.localdate() + timedelta(days=24)


def test_no_date_while_an_answer_is_owed_and_the_applicant_knows_until_when(
    client: Client, asked: Application, applicant: User
) -> None:
    asked.refresh_from_db()
    assert asked.decision_due_on is None
    assert asked.answer_due_on == timezone.localdate() + timedelta(days=10)
    assert "withdrawn by itself" in str(mail.outbox[-1].body)
    client.force_login(applicant)
    assert "is withdrawn by itself" in client.get(asked.get_absolute_url()).content.decode()


def test_answer_gives_back_what_was_left_and_no_more(asked: Application, applicant: User) -> None:
    # Handed in on a Monday with two working days; asked on Tuesday, answered a week later.
    at = [datetime(2026, 11, day, 12, tzinfo=BRUSSELS) for day in (16, 17)]
    moved(asked, *at)
    application = submit_application(application_id=asked.pk, actor=applicant)
    moved(application, *at, datetime(2026, 11, 24, 12, tzinfo=BRUSSELS))
    application = Application.objects.get(pk=asked.pk)
    assert application.answer_due_on is None
    assert clock_of(application).due_on == date(2026, 11, 25)


def test_nobody_s_answer_withdraws_the_application_after_its_days(asked: Application) -> None:
    with pytest.raises(StateError, match="time left"):
        withdraw_unanswered(application_id=asked.pk, actor=NIGHT)
    today = timezone.localdate()
    Application.objects.filter(pk=asked.pk).update(answer_due_on=today)
    call_command("nightly")
    asked.refresh_from_db()
    assert asked.state == ApplicationState.INFO_REQUESTED
    Application.objects.filter(pk=asked.pk).update(answer_due_on=today - timedelta(days=1))
    mail.outbox.clear()
    call_command("nightly")
    call_command("nightly")
    asked.refresh_from_db()
    assert asked.state == ApplicationState.WITHDRAWN
    assert [message.to for message in mail.outbox].count([asked.applicant.email]) == 1


@pytest.mark.parametrize(
    ("days", "look"), [(-3, "state-danger"), (1, "state-danger"), (5, "state-warning")]
)
def test_queue_shows_amber_and_red(
    client: Client, submitted: Application, staff: User, days: int, look: str
) -> None:
    today = timezone.localdate()
    Application.objects.filter(pk=submitted.pk).update(
        decision_due_on=today + timedelta(days=days),
        decision_red_on=today + timedelta(days=days - 2),
        decision_amber_on=today + timedelta(days=days - 5),
    )
    client.force_login(staff)
    page = client.get(reverse("queue")).content.decode()
    assert look in page.split("<tbody")[1].split("state-primary")[0]
    assert look in client.get(reverse("review", args=[submitted.reference])).content.decode()
