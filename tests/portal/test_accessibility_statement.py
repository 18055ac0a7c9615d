"""The statement says what the law wants, and its form reaches people without an account."""

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from portal.accessibility import actions, limits
from portal.models import AccessibilityFeedback
from tests.people import make_person

PAGE = reverse("accessibility")
WRITTEN = {
    "text": "The chart is read as nothing.\r\nMy reader is Orca.",
    "page": "Use",
    "email": "eve@example.org",
}


@pytest.fixture(autouse=True)
def nothing_sent(db: None) -> None:
    cache.clear()


def test_the_statement_has_each_part_of_the_model_and_is_on_every_page(
    client: Client, settings: Any
) -> None:
    settings.ACCESSIBILITY_BODY = "Klokkenluiders"
    settings.ACCESSIBILITY_CONTACT = "access@example.org"
    settings.ACCESSIBILITY_PREPARED_ON = date(2026, 11, 26)
    settings.ACCESSIBILITY_REVIEWED_ON = date(2026, 12, 1)
    page = client.get(PAGE).content.decode()
    for part in (
        "Klokkenluiders wants everybody",
        "law of 19 July 2018",
        "conforms in part",
        "What is not accessible, and why",
        "disproportionate burden",
        "prepared on 26 November 2026",
        "reviewed on 1 December 2026",
        "We answer within 14 days.",
        "mailto:access@example.org",
        "https://accessibility.belgium.be/",
        "https://www.federalombudsman.be/",
    ):
        assert part in page
    assert f'href="{PAGE}"' in client.get("/").content.decode()


def test_a_message_is_kept_and_mailed_to_the_contact(client: Client, settings: Any) -> None:
    settings.ACCESSIBILITY_CONTACT = "access@example.org"
    answer = client.post(PAGE, WRITTEN, follow=True)
    assert b"We have your message." in answer.content
    kept = AccessibilityFeedback.objects.get()
    assert kept.text == "The chart is read as nothing.\nMy reader is Orca."
    (message,) = mail.outbox
    assert message.to == ["access@example.org"]
    assert "My reader is Orca." in message.body
    assert "eve@example.org" in message.body


def test_without_a_contact_staff_get_it_and_read_it_in_the_portal(
    client: Client, staff: User
) -> None:
    client.post(PAGE, {"text": "<b>No</b>\u202e contrast."})
    assert [message.to for message in mail.outbox] == [[staff.email]]
    client.force_login(staff)
    page = client.get(reverse("accessibility_feedback")).content.decode()
    assert "&lt;b&gt;No&lt;/b&gt; contrast." in page


def test_the_list_of_messages_costs_the_same_for_many(
    client: Client, staff: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    AccessibilityFeedback.objects.bulk_create(
        AccessibilityFeedback(text=f"Message {number}.") for number in range(60)
    )
    client.force_login(staff)
    with django_assert_num_queries(4):
        page = client.get(reverse("accessibility_feedback")).content.decode()
    assert "Message 59." in page
    assert "Message 1." not in page


def test_staff_mark_a_message_as_answered_once_and_the_trail_keeps_who(
    client: Client, staff: User, django_assert_max_num_queries: Any
) -> None:
    people = [AccessibilityFeedback.objects.create(text=f"Say {n} aloud.") for n in range(12)]
    first = people[0]
    listed = reverse("accessibility_feedback")
    address = reverse("accessibility_answered", args=[first.pk])
    client.force_login(make_person("Stran"))
    assert client.post(address).status_code == 403
    client.force_login(staff)
    for said in ("Marked as answered.", "answered already"):
        assert said in client.post(address, follow=True).content.decode()
    first.refresh_from_db()
    assert first.answered_by == staff
    event = first.events.latest("pgh_id")  # type: ignore[attr-defined]
    assert (event.answered_by_id, event.pgh_context.metadata["action"]) == (
        staff.pk,
        "mark_answered",
    )
    for state, shown in (("", False), ("answered", True), ("all", True), ("nonsense", False)):
        with django_assert_max_num_queries(15):
            page = client.get(listed, {"state": state}).content.decode()
        assert ("Say 0 aloud." in page) == shown, state
        assert ("Say 1 aloud." in page) == (state != "answered")
    assert staff.full_name in client.get(listed, {"state": "answered"}).content.decode()
    assert client.post(reverse("accessibility_answered", args=[10**9])).status_code == 404


def test_nobody_floods_the_form(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = [client.post(PAGE, WRITTEN).status_code for _n in range(limits.MOST_AN_HOUR + 1)]
    assert statuses == [302] * limits.MOST_AN_HOUR + [429]
    refused = client.post(PAGE, WRITTEN)
    assert "My reader is Orca." in refused.content.decode(), "what was typed is not lost"
    other = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post(PAGE, WRITTEN, **other).status_code == 302
    monkeypatch.setattr(actions, "MOST_A_DAY", AccessibilityFeedback.objects.count())
    assert client.post(PAGE, WRITTEN, **other).status_code == 429


def test_the_form_is_only_taken_from_our_own_page() -> None:
    assert Client(enforce_csrf_checks=True).post(PAGE, WRITTEN).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ""},
        {"text": " \u200b\u202e "},
        {"text": "a" * 5_001},
        {"text": "a" * 10**6},
        {"text": "a\0b"},
        {"page": "a" * 501},
        {"email": "no address"},
        {"email": "a@b.example\r\nBcc: all@example.org"},
        {"email": "a" * 400 + "@example.org"},
    ],
)
def test_hostile_input_is_refused_and_nothing_is_kept(
    client: Client, changes: dict[str, str]
) -> None:
    answer = client.post(PAGE, {**WRITTEN, **changes})
    assert answer.status_code == 422
    assert not AccessibilityFeedback.objects.exists()
    assert not mail.outbox


def test_the_page_of_a_message_stays_on_one_line_of_the_mail(client: Client) -> None:
    client.post(PAGE, {**WRITTEN, "page": "Use\r\nBcc: all@example.org"})
    assert AccessibilityFeedback.objects.get().page == "Use Bcc: all@example.org"
