"""Every event has one mail, that reads in each language, whatever people call themselves."""

from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from lxml import html as parsed

from accounts.mail_events import EVENTS
from accounts.mail_html import blocks_of, html_of
from accounts.models import User
from portal.mails.previews import OF_SIGNING_IN, preview

LANGUAGES = [code for code, _name in portal_settings.LANGUAGES]
NASTY = "<script>alert(1)</script>\r\nBcc: all@example.org\u2028\u202e\x0b<img src=x onerror=y>"
TYPED = '<b onclick="x()">Reason</b>\n\nhttps://evil.example/ & "more"\n- <i>one</i>\n===='
UNKNOWN = "UNKNOWN-VARIABLE"


@pytest.fixture(autouse=True)
def unknown_variables_show(settings: Any) -> None:
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = UNKNOWN
    settings.TEMPLATES = templates


def test_every_template_has_an_event_and_every_event_a_template() -> None:
    folder = portal_settings.BASE_DIR / "templates" / "mail"
    assert {path.stem for path in folder.glob("*.txt")} | OF_SIGNING_IN == set(EVENTS)
    for event in OF_SIGNING_IN:
        get_template(f"account/email/{event}_subject.txt")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_reads_in_each_language_with_hostile_words(language: str) -> None:
    for event in EVENTS:
        subject, text = preview(event, language, title=NASTY, typed=TYPED, name=NASTY)
        assert subject, event
        assert len(subject.splitlines()) == 1, event
        assert "\u202e" not in subject + text, event
        for odd in (UNKNOWN, "&lt;", "&#x27;", "{{", "None"):
            assert odd not in subject + text, event
        page = html_of(subject=subject, text=text, language=language)
        assert f'<html lang="{language}">' in page
        tree = parsed.fromstring(page)
        assert [heading.text for heading in tree.iter("h1")] == [subject], event
        assert {element.tag for element in tree.iter()} <= ALLOWED, event
        names = {name for element in tree.iter() for name in element.attrib}
        assert not any(name.startswith("on") or name == "src" for name in names), event
        for link in tree.iter("a"):
            assert link.attrib["href"].startswith(f"{portal_settings.PUBLIC_URL}/"), event


ALLOWED = {
    *("html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "br", "ul", "li", "a"),
}


def test_a_mail_that_can_wait_begins_with_a_greeting_that_a_digest_leaves_out() -> None:
    for event in EVENTS.values():
        if not event.is_urgent:
            _subject, text = preview(event.code, "en")
            assert text.split("\n\n")[0] == "Dear Ada,", event.code


def test_the_html_has_the_parts_of_the_text() -> None:
    url = f"{portal_settings.PUBLIC_URL}/projects/x"
    text = (
        f"Dear Ada,\n\nSee:\n{url}\n- one\n- two\nEnd\n\nPart\n=======\n\nMore\n{url} and so on\n"
    )
    assert [(block.kind, len(block.lines)) for block in blocks_of(text)] == [
        ("text", 1),
        ("text", 1),
        ("link", 1),
        ("list", 2),
        ("text", 1),
        ("heading", 1),
        ("text", 2),
    ]


def test_the_frame_of_a_preview_can_do_nothing(client: Client, staff: User) -> None:
    client.force_login(staff)
    assert client.get(reverse("mail_previews")).content.decode().count("/fr/") == len(EVENTS)
    page = client.get(reverse("mail_preview", args=["end_near", "fr"])).content.decode()
    frame = reverse("mail_preview_html", args=["end_near", "fr"])
    assert f'sandbox title="The mail as HTML" src="{frame}"' in page
    shown = client.get(frame)
    policy = shown["Content-Security-Policy"]
    for part in ("default-src 'none'", "frame-ancestors 'self'", "sandbox", "form-action 'none'"):
        assert part in policy
    assert "script-src" not in policy
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    for event, language in (("end_near", "it"), ("nothing", "fr"), ("..", "fr")):
        assert client.get(f"/mails/preview/{event}/{language}/").status_code == 404
