"""Staff see what was mailed; its text only those who may read it, and no secret anybody."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import MailRhythm, MailState, User
from tests.accounts.mail_world import waiting_mail

SUBJECT = "<b>Bells</b> \u202e and more"


def page(client: Client, person: User, address: str) -> str:
    client.force_login(person)
    return client.get(address).content.decode()


def test_the_log_is_narrowed_down_and_costs_the_same_for_many(
    client: Client, staff: User, applicant: User
) -> None:
    waiting_mail(applicant, subject=SUBJECT, state=MailState.FAILED, problem="<i>refused</i>")
    address = reverse("mails")
    client.force_login(staff)
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        whole = client.get(address).content.decode()
    assert "&lt;b&gt;Bells" in whole
    assert "<i>refused" not in whole
    for number in range(30):
        waiting_mail(applicant, subject=f"Other {number}")
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
    assert "Bells" in page(client, staff, f"{address}?state=failed&q=bells")
    assert "Bells" not in page(client, staff, f"{address}?state=delivered")
    assert "Other" not in page(client, staff, f"{address}?event=token_made")
    assert client.get(address, {"event": "x" * 9999, "q": "\x00" * 10}).status_code == 200


@pytest.mark.parametrize(
    ("event", "by_staff", "by_administrator"),
    [("budget_changed", False, True), ("invitation", False, False)],
)
def test_the_text_is_for_administrators_and_a_secret_for_nobody(
    client: Client,
    staff: User,
    administrator: User,
    event: str,
    by_staff: bool,
    by_administrator: bool,
) -> None:
    mail = waiting_mail(event=event, text="What it says <script>")
    address = reverse("mail", args=[mail.pk])
    assert ("What it says &lt;script&gt;" in page(client, staff, address)) == by_staff
    assert ("What it says &lt;script&gt;" in page(client, administrator, address)) == (
        by_administrator
    )
    assert mail.message_id.strip("<>") in page(client, staff, address)


def test_somebody_chooses_language_and_rhythm(client: Client, applicant: User) -> None:
    client.force_login(applicant)
    address = reverse("own_mails")
    for wrong in ({"language": "it", "rhythm": "daily"}, {"language": "fr", "rhythm": "hourly"}):
        assert client.post(address, wrong).status_code == 422
    assert client.post(address, {"language": "fr", "rhythm": "weekly"}).status_code == 302
    applicant.refresh_from_db()
    assert (applicant.language, applicant.mail_rhythm) == ("fr", MailRhythm.WEEKLY)
