"""Whose session ends while they write: nothing that they have typed is lost."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from lxml import html
from playwright.sync_api import Browser, Page

from accounts.models import User
from accounts.unsaved import MOST_CHARACTERS
from allocations.models import Application
from tests.domain import make_draft
from tests.portal.chromium import DESKTOP, PHONE, Judge, keep_picture, open_context

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue?state=submitted"}


@pytest.fixture
def writing(
    browser: Browser, live_server: object, applicant: User, transactional_db: None
) -> Callable[[int], Page]:
    """Opens the form of a draft in a window of this width."""
    draft = make_draft(applicant)

    def open_form(width: int = DESKTOP) -> Page:
        page = open_context(browser, str(live_server), applicant, width).new_page()
        page.goto(str(live_server) + reverse("edit_application", args=[draft.reference]))
        return page

    return open_form


@pytest.mark.browser
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_who_was_signed_out_is_told_and_goes_on_after_signing_in_elsewhere(
    writing: Callable[[int], Page], applicant: User, live_server: object, width: int
) -> None:
    page = writing(width)
    Session.objects.all().delete()
    page.get_by_label("Title").fill("Typed after lunch")
    page.get_by_text("Not saved: you are signed out.").wait_for()
    judge = Judge(page)
    judge.judge(f"signed_out_{width}")
    assert not judge.problems
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_timeout(2000)
    assert page.get_by_label("Title").input_value() == "Typed after lunch", "the form stays"
    sign_in_elsewhere(page, applicant, str(live_server))
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Your draft has been saved.").wait_for()
    assert Application.objects.filter(title="Typed after lunch").exists()


def sign_in_elsewhere(page: Page, person: User, url: str) -> None:
    """As in another window: with a new session, and a new key for forms."""
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    values = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: "a" * 32}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in values.items()]
    )


@pytest.mark.browser
def test_a_portal_that_does_not_answer_is_told_of_and_tried_again(
    writing: Callable[[], Page],
) -> None:
    page = writing()
    page.route("**/*", lambda route: route.abort())
    page.get_by_label("Title").fill("Typed on a train")
    page.get_by_text("Not saved: the portal does not answer.").wait_for()
    page.unroute("**/*")
    page.get_by_label("Title").fill("Typed on a train again")
    page.get_by_text("Saved at").wait_for()
    assert Application.objects.filter(title="Typed on a train again").exists()


@pytest.mark.browser
def test_back_to_a_form_shows_what_is_stored_by_now(writing: Callable[[], Page]) -> None:
    page = writing()
    page.get_by_label("Title").fill("Sent first")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Your draft has been saved.").wait_for()
    Application.objects.update(title="Changed by the team", version=99)
    page.go_back()
    assert page.get_by_label("Title").input_value() == "Changed by the team"
    page.get_by_label("Title").fill("Seen, and changed again")
    page.get_by_text("Saved at").wait_for()
    assert Application.objects.get().title == "Seen, and changed again"


def test_a_part_of_a_page_leads_whoever_is_signed_out_back_to_the_page(
    client: Client, db: None
) -> None:
    answer = client.get(reverse("queue"), {"state": "submitted"}, headers=HTMX)
    assert answer.status_code == 200
    there = "%2Fqueue%3Fstate%3Dsubmitted"
    assert answer.headers["HX-Redirect"] == f"{reverse('account_login')}?next={there}"
    assert not answer.content


def test_a_part_sent_by_nobody_says_so(client: Client, applicant: User) -> None:
    address = reverse("edit_application", args=[make_draft(applicant).reference])
    part = client.post(address, {"title": "x"}, headers=HTMX)
    assert part.status_code == 401
    assert "you are signed out" in part.content.decode()
    assert "<html" not in part.content.decode()


def test_a_form_sent_by_nobody_is_shown_to_be_copied_and_nothing_is_kept(
    client: Client, applicant: User
) -> None:
    draft = make_draft(applicant)
    address = reverse("edit_application", args=[draft.reference])
    sent = {
        "title": "Typed </textarea><script>after lunch",
        "award-reason": "  Two\nlines",
        "version": "31",
        "old_password": "a horse",
        "token": "a battery",
        "paper": SimpleUploadedFile("paper.txt", b"a staple"),
        "empty": " ",
    }
    form = f"http://testserver{address}?part=2"
    answer = client.post(address, sent, headers={"Referer": form})
    assert answer.status_code == 401
    assert "no-store" in answer["Cache-Control"]
    page = html.fromstring(answer.content)
    texts = {label.text: page.get_element_by_id(label.get("for")) for label in page.iter("label")}
    shown = {label: text.text_content().strip("\n") for label, text in texts.items()}
    assert shown == {"title": sent["title"], "reason": sent["award-reason"]}
    assert all("readonly" in text.attrib for text in texts.values())
    links = [link.get("href") for link in page.iter("a")]
    assert f"{reverse('account_login')}?{urlencode({'next': f'{address}?part=2'})}" in links
    assert Application.objects.get().title == draft.title


def test_a_form_sent_by_nobody_leads_back_to_no_other_site_and_is_shown_within_bounds(
    client: Client, applicant: User
) -> None:
    address = reverse("edit_application", args=[make_draft(applicant).reference])
    sent = {"title": "Kept", "abstract": "x" * MOST_CHARACTERS}
    elsewhere = {"Referer": "https://bad.example/form"}
    page = client.post(address, sent, headers=elsewhere).content.decode()
    assert "Kept" in page
    assert "xxx" not in page
    assert "bad.example" not in page
    assert urlencode({"next": address}) in page


def test_what_has_nothing_to_keep_or_no_key_is_led_to_sign_in_or_refused(applicant: User) -> None:
    address = reverse("edit_application", args=[make_draft(applicant).reference])
    for sent in ({}, {"password": "a horse", "code": "123456"}):
        answer = Client().post(address, sent)
        assert answer.headers["Location"].startswith(reverse("account_login"))
    answer = Client(enforce_csrf_checks=True).post(address, {"title": "Typed elsewhere"})
    assert answer.status_code == 403
    assert "Typed elsewhere" not in answer.content.decode()


@pytest.mark.browser
def test_without_javascript_what_was_typed_is_there_to_be_copied(
    browser: Browser, live_server: object, applicant: User, transactional_db: None
) -> None:
    draft, url = make_draft(applicant), str(live_server)
    context = browser.new_context(java_script_enabled=False)
    client = Client()
    client.force_login(applicant)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    page = context.new_page()
    page.goto(url + reverse("edit_application", args=[draft.reference]))
    Session.objects.all().delete()
    page.get_by_label("Title").fill("Typed after lunch")
    page.get_by_role("button", name="Save draft").click()
    assert page.get_by_label("title").input_value() == "Typed after lunch"
    keep_picture(page, "unsaved")
    context.close()


@pytest.mark.browser
def test_the_page_to_copy_from_can_be_used_by_everybody(
    browser: Browser, live_server: object, applicant: User, transactional_db: None
) -> None:
    draft, url = make_draft(applicant), str(live_server)
    page = open_context(browser, url, applicant).new_page()
    page.goto(url + reverse("edit_application", args=[draft.reference]))
    Session.objects.all().delete()
    page.evaluate("document.querySelector('form[hx-post], main form').submit()")
    page.get_by_role("heading", name="Not saved").wait_for()
    judge = Judge(page)
    judge.judge("unsaved")
    assert not judge.problems, "\n".join(judge.problems)
