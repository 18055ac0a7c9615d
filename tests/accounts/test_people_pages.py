from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from tests.people import make_organisation, make_person


@pytest.fixture
def crowd(staff: User, administrator: User, applicant: User) -> None:
    """Some people, one of them of an organisation."""
    make_organisation(applicant)
    make_person("Grace", role=Role.REVIEWER, last_name="<b>Hopper\u202e")


@pytest.mark.parametrize(
    ("query", "found"),
    [({}, 4), ({"role": "staff"}, 1), ({"q": "grace"}, 1), ({"q": "klokken"}, 1), ({"q": "%"}, 0)],
)
def test_people_can_be_found(
    client: Client, staff: User, crowd: None, query: dict[str, str], found: int
) -> None:
    client.force_login(staff)
    text = client.get(reverse("people"), query).content.decode()
    assert text.count('<td data-label="Joined"') == found
    assert "<b>Hopper" not in text


def test_staff_see_roles_and_administrators_change_them(
    client: Client, staff: User, administrator: User, applicant: User
) -> None:
    address = reverse("change_role", args=[applicant.pk])
    client.force_login(staff)
    assert address not in client.get(reverse("people")).content.decode()
    assert client.post(address, {"role": "staff"}).status_code == 403
    client.force_login(administrator)
    assert address in client.get(reverse("people")).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"role": "reviewer"}).status_code == 302
    applicant.refresh_from_db()
    assert applicant.role == Role.REVIEWER


@pytest.mark.parametrize("role", ["", "king", "x" * 100_000, "\x00"])
def test_a_role_that_does_not_exist_is_refused(
    client: Client, administrator: User, applicant: User, role: str
) -> None:
    client.force_login(administrator)
    response = client.post(reverse("change_role", args=[applicant.pk]), {"role": role})
    assert response.status_code == 422
    applicant.refresh_from_db()
    assert applicant.role == Role.APPLICANT


def test_nobody_changes_their_own_role(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    response = client.post(reverse("change_role", args=[administrator.pk]), {"role": "applicant"})
    assert response.status_code == 422
    assert b"You cannot change your own role" in response.content


def test_somebody_who_does_not_exist_is_not_found(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    for number in ("0", "9" * 30):
        assert client.get(f"/people/{number}/role").status_code == 404


def test_people_cost_a_fixed_number_of_queries(
    client: Client, staff: User, crowd: None, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        make_organisation(make_person(f"Person{number}"))
    client.force_login(staff)
    with django_assert_max_num_queries(5):
        client.get(reverse("people"))
