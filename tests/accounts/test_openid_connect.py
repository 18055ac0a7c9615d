"""Signing in through an OpenID Connect provider: a real one, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import LazySettings
from django.core import mail
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from tests.deploy.nginx import free_port, wait_for_port
from tests.people import make_person

CLAIMS = {
    "email": "grace@example.org",
    "email_verified": True,
    "given_name": "Grace",
    "family_name": "Hopper",
}


@dataclass(frozen=True)
class Provider:
    """The provider, and somebody's browser at it."""

    url: str

    def knows(self, subject: str, **claims: Any) -> None:
        """Make somebody known to the provider."""
        httpx.put(f"{self.url}/users/{subject}", json=claims).raise_for_status()

    def sign_in(self, client: Client, subject: str) -> HttpResponseBase:
        """Go the whole way from the portal's button to where the portal leads afterwards."""
        begun = client.post("/accounts/oidc/uni/login/")
        assert begun.status_code == 302
        agreed = httpx.post(begun["Location"], data={"sub": subject})
        assert agreed.status_code == 302, agreed.text
        return client.get(agreed.headers["Location"], follow=True)


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    """The provider's process."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def provider(running_provider: Provider, settings: LazySettings) -> Provider:
    """The provider, named in the portal's settings."""
    app = {
        "provider_id": "uni",
        "name": "Example University",
        "client_id": "belfry",
        "secret": "a-secret-of-tests",
        "settings": {"server_url": running_provider.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    return running_provider


def test_the_sign_in_page_offers_the_provider_by_its_name(
    client: Client, db: None, provider: Provider
) -> None:
    assert "Example University" in client.get(reverse("account_login")).content.decode()


def test_a_newcomer_signs_in_without_another_password(
    client: Client, db: None, provider: Provider
) -> None:
    provider.knows("grace", **CLAIMS)
    provider.sign_in(client, "grace")
    user = User.objects.get()
    assert (user.full_name, user.email, user.role) == (
        "Grace Hopper",
        "grace@example.org",
        Role.APPLICANT,
    )
    assert not user.has_usable_password()
    assert client.session["_auth_user_id"] == str(user.pk)

    client.logout()
    provider.sign_in(client, "grace")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert User.objects.count() == 1


def test_an_address_that_the_provider_has_not_verified_must_be_confirmed(
    client: Client, db: None, provider: Provider
) -> None:
    provider.knows("mallory", **CLAIMS | {"email_verified": False})
    provider.sign_in(client, "mallory")
    assert "_auth_user_id" not in client.session
    assert mail.outbox[0].to == ["grace@example.org"]


def test_a_provider_cannot_take_over_an_account_by_naming_its_address(
    client: Client, db: None, provider: Provider
) -> None:
    owner = make_person("Grace", role=Role.ADMINISTRATOR)
    provider.knows("mallory", **CLAIMS | {"email": owner.email})
    provider.sign_in(client, "mallory")
    assert "_auth_user_id" not in client.session
    assert not owner.socialaccount_set.exists()


def test_a_second_factor_is_asked_for_after_the_provider_too(
    client: Client, db: None, provider: Provider, settings: LazySettings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    provider.knows("grace", **CLAIMS)
    provider.sign_in(client, "grace")
    user = User.objects.get()
    client.logout()
    TOTP.activate(user, generate_totp_secret())
    provider.sign_in(client, "grace")
    assert "_auth_user_id" not in client.session


def test_a_person_may_refuse_at_the_provider(client: Client, db: None, provider: Provider) -> None:
    begun = client.post("/accounts/oidc/uni/login/")
    refused = httpx.post(begun["Location"], data={"action": "deny"})
    answer = client.get(refused.headers["Location"], follow=True)
    assert answer.status_code == 401
    assert "base.html" in {template.name for template in answer.templates}
    assert not User.objects.exists()


def test_an_answer_that_nobody_asked_for_signs_nobody_in(
    client: Client, db: None, provider: Provider
) -> None:
    provider.knows("mallory", **CLAIMS)
    begun = client.post("/accounts/oidc/uni/login/")
    answer = httpx.post(begun["Location"], data={"sub": "mallory"}).headers["Location"]
    victim = Client()
    victim.get(answer, follow=True)
    assert "_auth_user_id" not in victim.session
    assert not User.objects.exists()


def test_a_provider_that_is_down_is_told_and_harms_nothing(
    client: Client, db: None, provider: Provider, settings: LazySettings
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = f"http://127.0.0.1:{free_port()}"
    page = client.post("/accounts/oidc/uni/login/", follow=True)
    assert page.request["PATH_INFO"] == reverse("account_login")
    assert "does not answer" in page.content.decode()
