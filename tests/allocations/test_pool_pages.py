"""Staff see pools, quotas and prices; administrators enter them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.models import Pool, Quota, Site, Track, UnitPrice
from tests.allocations.pool_world import make_pool
from tests.domain import make_draft, make_project


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def written(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Europe 2027",
        "funder": "europe",
        "site": Site.objects.get(code="zellik").pk,
        "starts_on": "2027-01-01",
        "ends_on": "2027-12-31",
        "gpu_hours": 700_000,
        "tracks": [Track.objects.get(code="pg").pk],
    } | changes


def test_pool_is_entered_changed_and_has_a_history(office: Client, administrator: User) -> None:
    answer = office.post(reverse("new_pool"), written(), follow=True)
    assert "Europe 2027" in answer.content.decode()
    pool = Pool.objects.get()
    office.post(reverse("edit_pool", args=[pool.pk]), written(gpu_hours=650_000))
    page = office.get(pool.get_absolute_url()).content.decode()
    assert "700,000" in page
    assert "650,000" in page
    assert administrator.email in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 10**6}, "at most 80"),
        ({"ends_on": "2026-01-01"}, "before the first"),
        ({"gpu_hours": -5}, "greater than or equal to 1"),
        ({"gpu_hours": 10**40}, "less than or equal to"),
        ({"starts_on": "soon"}, "valid date"),
        ({"funder": "nobody"}, "not one of the available choices"),
        ({"tracks": []}, "required"),
        ({"name": "There \u200balready"}, "Another pool"),
    ],
)
def test_what_cannot_be_a_pool_is_refused_beside_its_field(
    office: Client, changes: dict[str, Any], sentence: str
) -> None:
    make_pool("zellik", name="There already")
    answer = office.post(reverse("new_pool"), written(**changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Pool.objects.count() == 1


def test_quota_and_price_hold_from_their_day_on(office: Client) -> None:
    today = timezone.localdate()
    quota = Quota.objects.get(code="industry")
    sent = {"quota-quota": quota.pk, "quota-percent": 40, "quota-valid_from": today.isoformat()}
    office.post(reverse("new_quota"), sent)
    assert Quota.objects.on(today).get(code="industry").percent == 40
    site = Site.objects.get(code="zellik")
    sent = {"price-site": site.pk, "price-euros": "3.07", "price-valid_from": today.isoformat()}
    office.post(reverse("new_price"), sent)
    assert UnitPrice.objects.on(today).get(site=site).cents_per_gpu_hour == 307
    page = office.get(reverse("pools")).content.decode()
    assert "40 %" in page
    assert "3.07 €" in page
    past = sent | {"price-valid_from": "2020-01-01"}
    assert office.post(reverse("new_price"), past).status_code == 422
    assert office.post(reverse("new_price"), sent | {"price-euros": "1e9"}).status_code == 422


def test_list_needs_as_many_queries_for_many_pools_as_for_few(
    office: Client, applicant: User, staff: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        make_pool("charleroi", name=f"Pool {number}")
    make_pool("zellik", name="Pool of Zellik", gpu_hours=10_000)
    draft = make_draft(applicant, hours={"zellik": 1_000})
    make_project(submit_application(application_id=draft.pk, actor=applicant), staff)
    with django_assert_num_queries(7):
        page = office.get(reverse("pools"), {"q": "pool"}).content.decode()
    assert page.count("Pool ") >= 25
    assert "1,000 (10 %)" in office.get(reverse("pools"), {"site": "zellik"}).content.decode()
