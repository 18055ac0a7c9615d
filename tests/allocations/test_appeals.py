"""Appeals: who was rejected has it looked at again, within thirty days, by somebody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from allocations.actions.award_changes import appeal, withdraw_change
from allocations.actions.change_decisions import approve_change, reject_change
from allocations.actions.decisions import reject_application
from allocations.errors import AllocationsError, RefusedError
from allocations.models import Application, AwardChange, Decision
from allocations.states import ApplicationState
from tests.domain import accept, make_project
from tests.people import make_person

HOSTILE = ("", " \t ", "\u200b\u202e", "\0", "a" * 1_000_000)


@pytest.fixture
def colleague(seeded: None) -> User:
    return make_person("Second", role=Role.STAFF)


def approve(change: AwardChange, actor: User) -> AwardChange:
    return approve_change(change_id=change.pk, reason="Looked at again.", actor=actor)


def rejected(application: Application, staff: User) -> Application:
    reject_application(application_id=application.pk, reason="Too vague.", actor=staff)
    application.refresh_from_db()
    return application


def test_an_appeal_that_is_upheld_is_decided_anew_by_somebody_else(
    client: Client, submitted: Application, staff: User, colleague: User
) -> None:
    application = rejected(submitted, staff)
    page = f"/applications/{application.reference}/"
    client.force_login(application.applicant)
    assert "Appeal against the decision" in client.get(page).text
    for reason in HOSTILE:
        assert client.post(f"{page}appeal", {"reason": reason}).status_code == 422
    client.post(f"{page}appeal", {"reason": "Page 3 says it."})
    client.post(f"{page}appeal", {"reason": "Page 3 says it."})
    change = AwardChange.objects.get()
    assert Application.objects.get().state == ApplicationState.APPEALED
    assert "looked at again" in client.get(page).text
    with pytest.raises(RefusedError, match="Nobody decides"):
        approve(change, staff)

    approve(change, colleague)

    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED
    assert not Decision.objects.filter(application=application).exists()
    assert application.overturned_decisions.get().reason == "Too vague."
    assert client.get(page).status_code == 200
    project = accept(make_project(application, staff, is_accepted=False).application)
    assert project.allocations.count() == 2


def test_an_appeal_that_is_dismissed_or_taken_back_leaves_the_rejection(
    submitted: Application, staff: User, colleague: User
) -> None:
    application = rejected(submitted, staff)
    change = appeal(application_id=application.pk, reason="Why?", actor=application.applicant)
    withdraw_change(change_id=change.pk, actor=application.applicant)
    change = appeal(application_id=application.pk, reason="Why?", actor=application.applicant)
    reject_change(change_id=change.pk, reason="It stays vague.", actor=colleague)
    application.refresh_from_db()
    assert application.state == ApplicationState.REJECTED
    assert application.decision.reason == "Too vague."


def test_an_appeal_comes_within_thirty_days(submitted: Application, staff: User) -> None:
    application = rejected(submitted, staff)
    Decision.objects.update(decided_at=timezone.now() - timedelta(31))
    application.refresh_from_db()
    with pytest.raises(AllocationsError, match="has passed"):
        appeal(application_id=application.pk, reason="Why?", actor=application.applicant)
    Decision.objects.update(decided_at=timezone.now() - timedelta(30))
    assert appeal(application_id=application.pk, reason="Why?", actor=application.applicant)
