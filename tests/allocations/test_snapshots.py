"""What was handed in is frozen, and staff see what a later hand-in changed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from allocations.actions.decisions import request_information
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import accept_invitation, invite_member
from allocations.actions.snapshots import content_of
from allocations.models import Application, Attachment, SubmissionSnapshot
from allocations.shown_snapshot import shown_snapshot
from allocations.tables.changes import changes_of
from tests.allocations.attachment_world import clean_attachment
from tests.people import make_person


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


def test_files_and_the_team_are_frozen_too_and_told_where_they_changed(
    client: Client,
    submitted: Application,
    applicant: User,
    staff: User,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.ATTACHMENT_FOLDER = tmp_path
    request_information(application_id=submitted.pk, question="Which data?", actor=staff)
    file = clean_attachment(submitted)
    clean_attachment(submitted)
    Attachment.objects.update(shown_name="data <b>plan</b>.pdf")
    guest = make_person("Tia")
    sent = invite_member(application_id=submitted.pk, email=guest.email, actor=applicant)
    accept_invitation(invitation_id=sent.pk, actor=guest)
    Organisation.objects.update(founded_on=date(2019, 5, 3), nace="72.19")
    submit_application(application_id=submitted.pk, actor=applicant)

    before, after = (snapshot.content for snapshot in SubmissionSnapshot.objects.all())
    assert (before["attachments"], list(before["team"])) == ({}, [applicant.email])
    assert after["attachments"]["data <b>plan</b>.pdf"]["sha256"] == file.sha256
    assert list(after["attachments"])[1] == "data <b>plan</b>.pdf (2)"
    assert after["team"][guest.email] == guest.full_name
    said = {answer.label: answer.text for part in shown_snapshot(after) for answer in part.answers}
    assert file.sha256 in said["data <b>plan</b>.pdf"]
    assert said[guest.full_name] == guest.email
    assert (said["Founded on"], said["NACE code"]) == ("3 May 2019", "72.19")

    client.force_login(staff)
    page = client.get(reverse("review", args=[submitted.reference])).content.decode()
    assert "Files › data &lt;b&gt;plan&lt;/b&gt;.pdf › SHA-256" in page
    assert f"Team › {guest.email}" in page
    assert not [one for one in changes_of(submitted, is_blind=True) or [] if "Team" in one.label]


def test_what_an_earlier_release_did_not_freeze_is_no_change(submitted: Application) -> None:
    now = content_of(submitted)
    older = {part: said for part, said in now.items() if part not in {"attachments", "team"}}
    for number, content in ((8, older), (9, now)):
        SubmissionSnapshot.objects.create(
            application=submitted, number=number, content=content, taken_by=submitted.applicant
        )
    assert changes_of(submitted) == []
    assert shown_snapshot(older)
