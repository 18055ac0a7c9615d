import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts import vies
from accounts.models import Organisation, VatState
from accounts.organisation_actions import save_organisation
from tests.accounts.vies_server import vies_that_says
from tests.people import make_person

VALID = b'{"isValid": true, "userError": "VALID", "name": "---"}'
INVALID = b'{"isValid": false, "userError": "INVALID"}'


def entered(number: str = "0403019261") -> Organisation:
    organisation = save_organisation(
        enterprise_number=number,
        name="Klokken NV",
        kind="sme",
        postcode="1731",
        website="",
        actor=make_person("Ada"),
    )
    organisation.refresh_from_db()
    return organisation


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("number", "path", "body", "state"),
    [
        ("0403019261", "/rest-api/ms/BE/vat/0403019261", VALID, VatState.VALID),
        ("LU26375245", "/rest-api/ms/LU/vat/26375245", INVALID, VatState.INVALID),
    ],
)
def test_vies_is_asked_by_the_worker_once_an_organisation_is_entered(
    settings: Settings, number: str, path: str, body: bytes, state: str
) -> None:
    with vies_that_says(body) as asked:
        settings.VIES_URL = asked[0]
        organisation = entered(number)
        assert asked[1:] == [path]
    assert organisation.vat_state == state
    assert organisation.vat_checked_at is not None


@pytest.mark.django_db(transaction=True)
def test_vies_is_never_asked_for_a_number_that_it_cannot_know(settings: Settings) -> None:
    with vies_that_says(INVALID) as asked:
        settings.VIES_URL = asked[0]
        organisation = entered("NO988077917")
        assert vies.check_again() == 0
        assert asked[1:] == []
    assert organisation.vat_state == VatState.UNCHECKED


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"isValid": false, "userError": "MS_UNAVAILABLE"}', 200),
        (b'{"isValid": "yes"}', 200),
        (b"[]", 200),
        (b"<html>maintenance</html>", 200),
        (b"\xff\xfe" * 200_000, 200),
        (VALID, 503),
    ],
)
def test_an_answer_that_says_nothing_is_no_verdict(body: bytes, status: int) -> None:
    with vies_that_says(body, status=status) as asked, pytest.raises(vies.ViesError):
        vies.is_known("0403019261", asked[0])


def test_a_vies_that_hangs_or_is_not_there_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vies, "TIMEOUT_SECONDS", 0.1)
    with vies_that_says(VALID, after=0.5) as asked, pytest.raises(vies.ViesError):
        vies.is_known("0403019261", asked[0])
    with pytest.raises(vies.ViesError):
        vies.is_known("0403019261", asked[0])


@pytest.mark.django_db(transaction=True)
def test_while_vies_is_away_nothing_is_held_up_and_the_night_asks_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vies, "MOST_ATTEMPTS", 1)
    with vies_that_says(b"", status=503) as asked:
        settings.VIES_URL = asked[0]
        organisation = entered()
    assert organisation.vat_state == VatState.UNCHECKED
    with vies_that_says(VALID) as asked:
        settings.VIES_URL = asked[0]
        call_command("nightly")
    organisation.refresh_from_db()
    assert organisation.vat_state == VatState.VALID


@pytest.mark.django_db(transaction=True)
def test_without_an_address_nobody_is_asked(settings: Settings) -> None:
    settings.VIES_URL = ""
    assert entered().vat_state == VatState.UNCHECKED
    assert vies.check_again() == 0
