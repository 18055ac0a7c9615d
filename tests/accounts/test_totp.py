"""An authenticator app, from adding it to signing in with it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.people import PASSWORD


@pytest.fixture(autouse=True)
def required(settings: LazySettings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


def current_code(secret: str) -> str:
    """What the app shows now."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def sign_in(client: Client, user: User) -> str:
    """Give address and password; where the portal leads."""
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return answer["Location"] if answer.status_code == 302 else ""


def enrol(client: Client, user: User) -> str:
    """Add an app to the person's account; the secret that it was shown."""
    sign_in(client, user)
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    if "reauthenticate" in page.request["PATH_INFO"]:
        client.post(page.request["PATH_INFO"], {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": current_code(secret)})
    cache.clear()
    return str(secret)


def test_staff_add_an_app_and_then_sign_in_with_its_code(client: Client, staff: User) -> None:
    secret = enrol(client, staff)
    assert client.get(reverse("queue")).status_code == 200

    client.logout()
    assert sign_in(client, staff) == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    client.post(reverse("mfa_authenticate"), {"code": current_code(secret)})
    assert client.session["_auth_user_id"] == str(staff.pk)
    assert client.get(reverse("queue")).status_code == 200


def test_a_wrong_code_opens_nothing(client: Client, staff: User) -> None:
    secret = enrol(client, staff)
    client.logout()
    sign_in(client, staff)
    wrong = f"{(int(current_code(secret)) + 1) % 10**6:06}"
    answer = client.post(reverse("mfa_authenticate"), {"code": wrong})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_code_works_once(client: Client, staff: User) -> None:
    secret = enrol(client, staff)
    used = current_code(secret)
    for browser, signed_in in ((Client(), True), (Client(), False)):
        sign_in(browser, staff)
        browser.post(reverse("mfa_authenticate"), {"code": used})
        assert ("_auth_user_id" in browser.session) is signed_in


def test_guessing_codes_is_stopped_after_a_few_attempts(client: Client, staff: User) -> None:
    secret = enrol(client, staff)
    client.logout()
    sign_in(client, staff)
    right = current_code(secret)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(6):
        client.post(reverse("mfa_authenticate"), {"code": wrong})
    client.post(reverse("mfa_authenticate"), {"code": right})
    assert "_auth_user_id" not in client.session


def test_a_recovery_code_opens_once_where_the_app_is_lost(client: Client, staff: User) -> None:
    enrol(client, staff)
    codes = (
        Authenticator.objects.get(user=staff, type=Authenticator.Type.RECOVERY_CODES)
        .wrap()
        .get_unused_codes()
    )
    for browser, signed_in in ((Client(), True), (Client(), False)):
        sign_in(browser, staff)
        browser.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert ("_auth_user_id" in browser.session) is signed_in


def test_staff_cannot_take_their_only_second_factor_away_and_go_on(
    client: Client, staff: User
) -> None:
    enrol(client, staff)
    Authenticator.objects.filter(user=staff).delete()
    assert client.get(reverse("queue"))["Location"] == reverse("mfa_index")


def test_the_secret_is_never_shown_again(client: Client, staff: User) -> None:
    secret = enrol(client, staff)
    for name in ("mfa_index", "home"):
        assert secret not in client.get(reverse(name)).content.decode()
    assert TOTP(Authenticator.objects.get(user=staff, type=Authenticator.Type.TOTP)).validate_code(
        current_code(secret)
    )
