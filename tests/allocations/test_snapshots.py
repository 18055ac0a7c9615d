"""What was handed in is frozen, and staff see what a later hand-in changed."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.actions.decisions import request_information
from allocations.actions.drafts import submit_application
from allocations.models import Application, SubmissionSnapshot


def test_each_hand_in_leaves_a_frozen_copy(
    submitted: Application, applicant: User, staff: User
) -> None:
    request_information(application_id=submitted.pk, question="How long?", actor=staff)
    Application.objects.filter(pk=submitted.pk).update(title="Bells <b>anew</b>")
    submit_application(application_id=submitted.pk, actor=applicant)

    first, second = SubmissionSnapshot.objects.all()
    assert (first.number, second.number) == (1, 2)
    assert (first.content["title"], second.content["title"]) == ("Bells", "Bells <b>anew</b>")
    assert first.content["gpu_hours"] == {"Zellik": 1000, "Charleroi": 500}
    assert first.content["track"] == {"code": "rs", "version": 1}
    assert first.content["organisation"]["enterprise_number"] == "0403019261"
    for change in (SubmissionSnapshot.objects.update, SubmissionSnapshot.objects.all().delete):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            change(**({"number": 9} if change == SubmissionSnapshot.objects.update else {}))


def test_review_page_shows_what_changed_and_no_markup_of_the_applicant(
    client: Client, submitted: Application, applicant: User, staff: User
) -> None:
    client.force_login(staff)
    address = reverse("review", args=[submitted.reference])
    assert 'id="changes"' not in client.get(address).content.decode()
    request_information(application_id=submitted.pk, question="How long?", actor=staff)
    Application.objects.filter(pk=submitted.pk).update(
        title="Bells <script>x</script>", purpose="Training of a video model."
    )
    submit_application(application_id=submitted.pk, actor=applicant)
    page = client.get(address).content.decode()
    assert "<del>an</del><ins>a</ins>" in page.replace("\n", "")
    assert "<ins>video</ins>" in page
    assert "<script>x" not in page


def test_hand_in_that_changed_nothing_says_so(
    client: Client, submitted: Application, applicant: User, staff: User
) -> None:
    request_information(application_id=submitted.pk, question="Sure?", actor=staff)
    submit_application(application_id=submitted.pk, actor=applicant)
    client.force_login(staff)
    page = client.get(reverse("review", args=[submitted.reference])).content.decode()
    assert "handed in as before" in page
