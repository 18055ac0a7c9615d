"""What was handed in, as PDF."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.actions.decisions import request_information
from allocations.actions.drafts import submit_application
from allocations.models import Application, Paper
from allocations.shown_snapshot import shown_snapshot
from tests.domain import make_draft

OLDEST_CONTENT = {
    "track": {"code": "rs", "version": 1},
    "title": "Bells",
    "organisation": None,
    "abstract": "",
    "purpose": "",
    "months": None,
    "gpu_hours": {},
    "answers": {},
}


@pytest.mark.django_db(transaction=True)
def test_the_paper_of_a_hand_in_is_made_once_and_stays_the_same(
    client: Client, applicant: User, staff: User
) -> None:
    application = make_draft(applicant, title="Bells \u05d0\u05d1 <b>")
    submit_application(application_id=application.pk, actor=applicant)
    client.force_login(applicant)
    page, pdf = address(application), reverse("paper", args=[application.reference, 1])
    assert client.get(pdf).status_code == 404
    client.post(page, {"number": 1})
    answer = client.get(pdf)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    request_information(application_id=application.pk, question="Why?", actor=staff)
    Application.objects.update(title="Other bells")
    submit_application(application_id=application.pk, actor=applicant)
    client.post(page, {"number": 1})
    assert client.get(pdf).content == answer.content
    assert Paper.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Paper.objects.update(pdf=b"")
    shown = client.get(page).content.decode()
    assert shown.count("Make the PDF") == 1


def address(application: Application) -> str:
    return reverse("papers", args=[application.reference])


@pytest.mark.parametrize("number", ["0", "-1", "9" * 1000, "x", "", "\u0661"])
def test_a_hand_in_that_never_was_has_no_paper(
    client: Client, submitted: Application, number: str
) -> None:
    client.force_login(submitted.applicant)
    assert client.post(address(submitted), {"number": number}).status_code == 404
    assert client.get(reverse("paper", args=[submitted.reference, 999999])).status_code == 404
    assert not Paper.objects.exists()


def test_the_paper_says_all_that_was_frozen(submitted: Application) -> None:
    content = submitted.snapshots.get().content
    said = [answer.text for part in shown_snapshot(content) for answer in part.answers]
    for section in content["sections"].values():
        for answer in section.values():
            if isinstance(answer, str) and answer.startswith("Of bells"):
                assert answer in said
    assert "Training: 8 GPUs × 50 h × 3 = 1,200 GPU-hours, 3.6 × 10²⁰ FLOP" in said
    assert any("signed by Ada Peeters" in text for text in said)


def test_a_copy_of_an_older_portal_can_still_be_read() -> None:
    assert [part.label for part in shown_snapshot(OLDEST_CONTENT)] == ["Project", "Organisation"]
