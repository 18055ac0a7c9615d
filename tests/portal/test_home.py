from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.decisions import request_information
from allocations.models import Application, Project
from portal.next_steps import next_steps
from tests.people import make_person
from tests.portal.member_world import live_project


def titles(user: User) -> list[str]:
    return [step.title for step in next_steps(user)]


def test_signed_out_people_read_what_belfry_is_and_get_one_thing_to_do(
    client: Client, db: None
) -> None:
    page = client.get("/").content.decode()
    assert "Free GPU time for your AI project" in page
    assert page.count("btn-lg") == 1
    assert reverse("account_signup") in page


def test_a_newcomer_is_led_to_an_application(client: Client, applicant: User) -> None:
    client.force_login(applicant)
    page = client.get("/").content.decode()
    assert reverse("choose_track") in page
    assert "Ask for GPU time" in page


def test_the_next_step_follows_the_application(
    draft: Application, applicant: User, staff: User, client: Client
) -> None:
    assert titles(applicant) == ["Finish your draft “Bells”"]
    client.force_login(applicant)
    client.post(reverse("submit_application", args=[draft.reference]))
    assert titles(applicant) == ["“Bells” waits for our decision"]
    request_information(application_id=draft.pk, question="Why?", actor=staff)
    assert titles(applicant) == ["Answer a question about “Bells”"]
    assert titles(make_person("Eve")) == []


def test_a_ready_project_leads_to_how_to_submit(project: Project, staff: User) -> None:
    leader = project.application.applicant
    assert titles(leader) == ["“Bells” is being set up"]
    live_project(project, staff)
    assert titles(leader) == ["“Bells” is ready to use"]
    assert next_steps(leader)[0].url == f"{project.get_absolute_url()}#sites"


def test_staff_see_the_queue_and_silent_sites(
    client: Client, submitted: Application, staff: User
) -> None:
    Application.objects.update(decision_due_on=timezone.localdate() - timedelta(days=1))
    client.force_login(staff)
    page = client.get("/").content.decode()
    assert "Waiting for a decision" in page
    assert "Zellik has never been heard" in page
    client.force_login(submitted.applicant)
    assert "Zellik has never been heard" not in client.get("/").content.decode()


def test_health_needs_no_login_and_tells_whether_the_database_answers(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def no_cursor() -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patches:
        patches.setattr(connection, "cursor", no_cursor)
        assert client.get("/health").status_code == 503


@pytest.mark.parametrize("address", ["/nothing-here", "/projects/aif26rs9999/"])
def test_what_does_not_exist_is_said_kindly(client: Client, applicant: User, address: str) -> None:
    client.force_login(applicant)
    answer = client.get(address)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_fault_is_said_without_details(
    client: Client, applicant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(user: User) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("portal.views.next_steps", fault)
    client.force_login(applicant)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Something went wrong on our side" in page
    assert "secret detail" not in page
