"""The letter that tells a decision."""

import pytest
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from allocations.actions.decisions import reject_application
from allocations.actions.drafts import submit_application
from allocations.actions.letters import ask_for_letter, letter_of
from allocations.models import Application, DecisionLetter, Project
from tests.domain import make_draft
from tests.people import make_person


def said(application: Application) -> str:
    return render_to_string("applications/letter.html", letter_of(application.decision.pk))


def test_the_letter_says_what_was_granted_why_and_how_to_start(project: Project) -> None:
    letter = said(project.application)
    assert "with all the GPU time that you asked for" in letter
    assert "1,000 GPU-hours at Zellik" in letter
    assert "Sound and useful." in letter
    assert "login.zellik.belfry.example" in letter
    assert project.get_absolute_url() in letter
    assert "Rules of use at Charleroi, version 1" in letter


def test_a_rejection_has_its_reason_and_no_way_to_start(
    submitted: Application, staff: User
) -> None:
    reject_application(application_id=submitted.pk, reason="<b>No</b> \u202edata", actor=staff)
    letter = said(submitted)
    assert "has not been approved" in letter
    assert "&lt;b&gt;No&lt;/b&gt;" in letter
    assert "How to start" not in letter


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_made_once_for_those_who_may_see_the_application(
    client: Client, applicant: User, staff: User
) -> None:
    application = make_draft(applicant)
    submit_application(application_id=application.pk, actor=applicant)
    address = reverse("letter", args=[application.reference])
    client.force_login(applicant)
    assert client.post(address).status_code == 404
    reject_application(application_id=application.pk, reason="No data.", actor=staff)
    assert client.get(address).status_code == 404
    client.post(address)
    letter = client.get(address)
    assert letter.content.startswith(b"%PDF-")
    client.post(address)
    assert client.get(address).content == letter.content
    with pytest.raises(DatabaseError), transaction.atomic():
        DecisionLetter.objects.update(pdf=b"")
    client.force_login(make_person("Eve"))
    assert client.get(address).status_code == 404


def test_a_letter_is_in_the_applicants_language_whoever_asks_for_it(
    project: Project, applicant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    monkeypatch.setattr(
        "allocations.actions.letters.pdf_of", lambda page: printed.append(page) or b"%PDF-"
    )
    applicant.language = "fr"
    applicant.save()
    with translation.override("nl"):
        ask_for_letter(project.application.decision)
    assert '<html lang="fr">' in printed[0]
    assert "1\xa0000 " in printed[0]
