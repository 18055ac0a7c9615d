from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from allocations.actions import allocations as manage
from allocations.actions.decisions import reject_application, request_information
from allocations.actions.drafts import submit_application, withdraw_application
from allocations.actions.invitations import invite_member
from allocations.models import Application, Project
from tests.domain import make_draft, make_project
from tests.portal.member_world import allocation_at, make_ready

NASTY = "Bells & <whistles>\r\nBcc: all@example.org\u2028\u202e\x0bX-Spam: no"
REASON = 'It\'s "sound" & <useful>.'


def last_mail() -> tuple[str, str]:
    message = mail.outbox[-1]
    headers = message.message()
    assert "Bcc" not in headers
    assert "X-Spam" not in headers
    return str(message.subject), str(message.body)


@pytest.fixture
def nasty_project(applicant: User, staff: User) -> Project:
    """A project whose title tries to write headers and markup."""
    draft = make_draft(applicant, title=NASTY)
    submit_application(application_id=draft.pk, actor=applicant)
    return make_project(draft, staff)


def test_every_mail_keeps_a_hostile_title_on_one_line(
    nasty_project: Project, staff: User, applicant: User
) -> None:
    make_ready(nasty_project, "zellik")
    zellik = allocation_at(nasty_project, "zellik").pk
    manage.suspend_allocation(allocation_id=zellik, reason=REASON, actor=staff)
    manage.resume_allocation(allocation_id=zellik, reason=REASON, actor=staff)
    manage.change_end(
        allocation_id=zellik,
        ends_on=timezone.localdate() + timedelta(days=9),
        reason=REASON,
        actor=staff,
    )
    invite_member(
        application_id=nasty_project.application_id, email="new@example.org", actor=applicant
    )
    for title in (NASTY, NASTY):
        draft = make_draft(applicant, title=title)
        submit_application(application_id=draft.pk, actor=applicant)
        request_information(application_id=draft.pk, question=REASON, actor=staff)
    withdraw_application(application_id=draft.pk, actor=applicant)
    assert len(mail.outbox) >= 10
    for message in mail.outbox:
        subject, body = str(message.subject), str(message.body)
        assert "\n" not in subject
        assert "\r" not in subject
        assert set(message.message().keys()) <= {
            "Content-Type",
            "MIME-Version",
            "Content-Transfer-Encoding",
            "Subject",
            "From",
            "To",
            "Date",
            "Message-ID",
        }
        assert "\u202e" not in body
        assert not any(line.startswith("Bcc:") for line in body.splitlines())
        assert "&amp;" not in body
        assert "&#" not in body
        assert "&lt;" not in body
        assert "http://127.0.0.1:8000/" in body
        assert "{" not in body
        assert "None" not in body


def test_an_approval_says_what_was_granted_and_why(project: Project) -> None:
    messages = [m for m in mail.outbox if m.subject == "Approved: Bells"]
    assert [message.to for message in messages] == [["ada@example.org"]]
    body = str(messages[0].body)
    assert "1,000 GPU-hours at Zellik" in body
    assert "Sound and useful." in body
    assert f"http://127.0.0.1:8000/applications/{project.application.reference}/offer" in body


def test_a_rejection_gives_its_reason_as_it_was_written(
    submitted: Application, staff: User
) -> None:
    reject_application(application_id=submitted.pk, reason=REASON, actor=staff)
    subject, body = last_mail()
    assert subject == "Not approved: Bells"
    assert REASON in body


def test_less_budget_is_told_as_such(project: Project, staff: User) -> None:
    manage.change_budget(
        allocation_id=allocation_at(project, "zellik").pk,
        gpu_hours=-250,
        reason=REASON,
        actor=staff,
        seen_minutes=60_000,
    )
    subject, body = last_mail()
    assert subject == f"{project.name}: GPU-hours changed at Zellik"
    assert "250 GPU-hours" in body
    assert "taken back" in body
    assert REASON in body


def test_a_ready_site_tells_the_user_name_and_where_to_sign_in(project: Project) -> None:
    make_ready(project, "zellik")
    _subject, body = last_mail()
    assert "apeeters" in body
    assert "login.zellik" in body
