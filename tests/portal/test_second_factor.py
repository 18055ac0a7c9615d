"""Staff and administrators do nothing before they have set a second factor."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from tests.people import make_person

PAGES = ["home", "applications", "projects", "queue", "all_projects", "sites", "reports", "people"]


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMINISTRATOR])
@pytest.mark.parametrize("page", PAGES)
def test_nothing_opens_without_a_second_factor(
    client: Client, seeded: None, role: Role, page: str
) -> None:
    client.force_login(make_person("Single", role=role))
    assert client.get(reverse(page))["Location"] == reverse("mfa_index")


def test_a_write_is_turned_away_too(client: Client, staff: User, submitted: Any) -> None:
    client.force_login(staff)
    address = reverse("reject", args=[submitted.reference])
    assert client.post(address, {"reject-reason": "No"})["Location"] == reverse("mfa_index")
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_the_page_that_adds_one_opens_and_says_why(client: Client, staff: User) -> None:
    client.force_login(staff)
    page = client.get(reverse("queue"), follow=True)
    assert page.status_code == 200
    assert b"Your role needs a second factor" in page.content


def test_with_a_second_factor_everything_opens(client: Client, staff: User) -> None:
    TOTP.activate(staff, generate_totp_secret())
    client.force_login(staff)
    for page in PAGES:
        assert client.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.REVIEWER])
def test_who_only_applies_or_reads_needs_none(client: Client, seeded: None, role: Role) -> None:
    client.force_login(make_person("Single", role=role))
    assert client.get(reverse("home")).status_code == 200
