"""Which language a page is in: the person's choice, else the cookie's, else the browser's."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from accounts.dates import dated
from accounts.languages import known_language
from accounts.models import User
from accounts.numbers import grouped
from allocations.models import Track

CHOOSE = "/language"
DAY = date(2026, 3, 2)


def language_of(page: object) -> str:
    return str(page.content).split('<html lang="')[1][:2]  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_browser_is_asked_until_somebody_chooses(client: Client) -> None:
    assert language_of(client.get("/")) == "en"
    assert language_of(client.get("/", headers={"accept-language": "it, nl-BE;q=0.8"})) == "nl"
    answer = client.post(CHOOSE, {"language": "fr", "next": "/can-you-apply?x=1"})
    assert answer["Location"] == "/can-you-apply?x=1"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"
    assert language_of(client.get("/", headers={"accept-language": "nl"})) == "fr"


@pytest.mark.django_db
def test_each_language_is_offered_by_its_own_name(client: Client) -> None:
    for code in ("en", "fr", "nl", "de"):
        page = client.get("/", headers={"accept-language": code}).content.decode()
        buttons = page.split('class="languages"')[1].split("</form>")[0]
        for name in ("English", "Français", "Nederlands", "Deutsch"):
            assert f">{name}</button>" in buttons


def test_the_choice_of_a_person_wins_and_stays(client: Client, applicant: User) -> None:
    client.force_login(applicant)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
    assert language_of(client.get("/")) == "nl"
    client.post(CHOOSE, {"language": "de"})
    applicant.refresh_from_db()
    assert applicant.language == "de"
    elsewhere = Client(headers={"accept-language": "fr"})
    elsewhere.force_login(applicant)
    assert language_of(elsewhere.get(reverse("applications"))) == "de"


@pytest.mark.parametrize("language", ["", "it", "xx", "../../etc", "de\r\nX: y", "fr" * 500])
def test_what_is_no_language_of_the_portal_changes_nothing(
    client: Client, applicant: User, language: str
) -> None:
    client.force_login(applicant)
    assert client.post(CHOOSE, {"language": language}).status_code == 302
    applicant.refresh_from_db()
    assert applicant.language == ""
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


def test_nobody_is_led_to_another_host(client: Client, applicant: User) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert client.post(CHOOSE, {"language": "fr", "next": elsewhere})["Location"] == "/"


@pytest.mark.django_db
def test_the_first_language_is_that_of_the_browser_at_sign_up(client: Client) -> None:
    form = {"first_name": "Zoé", "last_name": "B", "email": "zoe@example.org"}
    form |= dict.fromkeys(("password1", "password2"), "a long and odd phrase")
    answer = client.post(
        reverse("account_signup"), form, headers={"accept-language": "fr-BE, en;q=0.5"}
    )
    assert answer.status_code == 302
    assert User.objects.get(email="zoe@example.org").language == "fr"


@pytest.mark.parametrize(
    ("language", "number", "day", "weekday"),
    [
        ("en", "1,234,567.50", "2 March 2026", "Monday 2 March 2026"),
        ("fr", "1\xa0234\xa0567,50", "2 mars 2026", "lundi 2 mars 2026"),
        ("nl", "1.234.567,50", "2 maart 2026", "maandag 2 maart 2026"),
    ],
)
def test_numbers_and_dates_read_as_in_the_language(
    language: str, number: str, day: str, weekday: str
) -> None:
    with translation.override(language):
        assert grouped(1234567.5, 2) == number
        assert date_format(DAY, "DATE_FORMAT") == day
        assert dated(DAY, "weekday") == weekday


def test_a_german_day_has_a_point() -> None:
    with translation.override("de"):
        assert date_format(DAY, "DATE_FORMAT") == "2. März 2026"
        assert date_format(DAY, "SHORT_DATE_FORMAT") == "02.03.2026"


def test_codes_of_regions_lead_to_their_language() -> None:
    codes = ("nl-be", "de", "it", None, "", "x\x00")
    assert [known_language(code) for code in codes] == ["nl", "de", "en", "en", "en", "en"]


def test_what_staff_named_reads_as_they_named_it(seeded: None) -> None:
    track = Track.objects.get(code="pg")
    track.name = "Glockenspiel"
    with translation.override("fr"):
        assert str(track) == "Glockenspiel"
        track.name = ""
        assert str(track) == ""
