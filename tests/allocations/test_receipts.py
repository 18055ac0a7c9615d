"""Who hands an application in gets a receipt."""

import pytest
from django.core import mail

from accounts.dates import dated
from accounts.models import User
from allocations.actions.decisions import request_information
from allocations.actions.drafts import submit_application
from allocations.errors import StateError
from allocations.models import Application
from tests.people import make_person


def receipts(application: Application) -> list[tuple[str, str]]:
    """Subject and text of each receipt since this was last asked."""
    found = [
        (str(message.subject), " ".join(str(message.body).split()))
        for message in mail.outbox
        if message.to == [application.applicant.email]
    ]
    mail.outbox.clear()
    return found


def test_a_receipt_says_what_was_handed_in_and_until_when_it_is_decided(
    draft: Application, applicant: User
) -> None:
    application = submit_application(application_id=draft.pk, actor=applicant)
    ((subject, text),) = receipts(draft)
    assert subject == f"{draft.reference}: we have your application “Bells”"
    assert f"Reference: {draft.reference} Title: Bells" in text
    assert application.decision_due_on
    assert f"by {dated(application.decision_due_on, 'weekday')} at the latest" in text
    assert text.endswith(f"http://127.0.0.1:8000{draft.get_absolute_url()}")


def test_a_receipt_is_in_the_applicants_language_whoever_of_the_team_hands_in(
    draft: Application, applicant: User
) -> None:
    applicant.language = "nl"
    applicant.save()
    submit_application(application_id=draft.pk, actor=make_person("Grace"))
    ((subject, text),) = receipts(draft)
    assert subject == f"{draft.reference}: wij hebben uw aanvraag “Bells” ontvangen"
    assert "U krijgt uiterlijk op" in text


def test_an_answer_that_is_handed_in_gets_its_own_receipt(
    submitted: Application, applicant: User, staff: User
) -> None:
    request_information(application_id=submitted.pk, question="Which data?", actor=staff)
    mail.outbox.clear()
    submit_application(application_id=submitted.pk, actor=applicant)
    assert len(receipts(submitted)) == 1


def test_what_is_handed_in_already_gets_no_second_receipt(
    submitted: Application, applicant: User
) -> None:
    assert len(receipts(submitted)) == 1
    with pytest.raises(StateError):
        submit_application(application_id=submitted.pk, actor=applicant)
    assert receipts(submitted) == []
