import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.people import PASSWORD, make_person

NEWCOMER = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "email": "grace@example.org",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


def test_somebody_signs_up_confirms_the_address_and_signs_in(client: Client, db: None) -> None:
    answer = client.post(reverse("account_signup"), NEWCOMER, follow=True)
    assert "Look into your mail" in answer.content.decode()
    message = mail.outbox[0]
    assert message.subject == "Welcome to Belfry: confirm your e-mail address"
    link = re.search(r"http\S+(/accounts/confirm-email/\S+)", str(message.body))
    assert link
    page = client.get(link[1]).content.decode()
    assert "Is this your address?" in page
    client.post(link[1])
    client.logout()
    client.post(reverse("account_login"), {"login": NEWCOMER["email"], "password": PASSWORD})
    assert "Hello Grace" in client.get("/").content.decode()
    assert User.objects.get().full_name == "Grace Hopper"


def test_nobody_gets_in_before_the_address_is_confirmed(client: Client, db: None) -> None:
    client.post(reverse("account_signup"), NEWCOMER)
    client.post(reverse("account_login"), {"login": NEWCOMER["email"], "password": PASSWORD})
    assert "Hello Grace" not in client.get("/").content.decode()


def test_the_rules_for_passwords_are_on_the_page(client: Client, db: None) -> None:
    page = client.get(reverse("account_signup")).content.decode()
    assert "at least 12 characters" in page
    assert 'name="first_name"' in page


def test_a_weak_password_is_explained_beside_its_field(client: Client, db: None) -> None:
    weak = NEWCOMER | {"password1": "short", "password2": "short"}
    page = client.post(reverse("account_signup"), weak).content.decode()
    assert "too short" in page
    assert 'href="#id_password1"' in page
    assert not User.objects.exists()


def test_a_taken_address_is_not_told_to_strangers(client: Client, db: None) -> None:
    make_person("Grace")
    answer = client.post(reverse("account_signup"), NEWCOMER, follow=True)
    assert "Look into your mail" in answer.content.decode()
    assert mail.outbox[0].subject == "You have an account at Belfry already"


@pytest.mark.parametrize(
    "route",
    [
        "account_email",
        "account_change_password",
        "mfa_index",
        "account_reset_password",
        "account_logout",
    ],
)
def test_every_page_of_the_account_has_the_portals_frame(
    client: Client, db: None, route: str
) -> None:
    client.force_login(make_person("Grace"))
    page = client.get(reverse(route)).content.decode()
    assert 'id="content"' in page
    assert "belfry.css" in page
    assert page.count("<h1") == 1
    assert "style=" not in page


def test_a_forgotten_password_is_replaced_by_a_mailed_link(client: Client, db: None) -> None:
    make_person("Grace")
    client.post(reverse("account_reset_password"), {"email": "grace@example.org"})
    link = re.search(r"http\S+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link
    answer = client.get(link[1], follow=True)
    new = {"password1": "another long password", "password2": "another long password"}
    client.post(answer.redirect_chain[-1][0], new)
    assert User.objects.get().check_password("another long password")
