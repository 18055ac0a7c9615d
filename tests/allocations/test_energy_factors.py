"""Energy factors: entered by administrators, read by staff, each with its source and its trail."""

from datetime import date

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.models import EnergyFactor, Site
from allocations.queries import energy_factor_on
from tests.allocations.gpu_world import finding, tell

GOOD = {"valid_from": "2026-01-01", "grams_co2e_per_kwh": "118.5", "source": "An agency, 2025"}


@pytest.fixture
def address(seeded: None) -> str:
    return reverse("energy_factors", args=["zellik"])


def test_an_administrator_enters_a_factor_and_the_trail_names_them(
    client: Client, administrator: User, address: str
) -> None:
    client.force_login(administrator)
    assert client.post(address, GOOD).status_code == 302
    assert client.post(address, GOOD | {"grams_co2e_per_kwh": "120"}).status_code == 302
    factor = EnergyFactor.objects.get()
    assert (factor.grams_co2e_per_kwh, factor.site.code) == (120, "zellik")
    trail = apps.get_model("allocations", "EnergyFactorEvent").objects.order_by("pgh_id")
    assert [float(event.grams_co2e_per_kwh) for event in trail] == [118.5, 120]
    assert trail[1].pgh_context.metadata["actor"] == administrator.email
    page = client.get(address).content.decode()
    assert "An agency, 2025" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"grams_co2e_per_kwh": "-1"},
        {"grams_co2e_per_kwh": "118000"},
        {"grams_co2e_per_kwh": "NaN"},
        {"source": ""},
        {"source": "x" * 301},
        {"source": "a\x00b"},
        {"valid_from": "1026-01-01"},
        {"valid_from": "9999-01-01"},
        {"valid_from": "x"},
    ],
)
def test_what_cannot_be_a_factor_is_not_kept(
    client: Client, administrator: User, address: str, wrong: dict[str, str]
) -> None:
    client.force_login(administrator)
    assert client.post(address, GOOD | wrong).status_code == 422
    assert not EnergyFactor.objects.exists()


def test_a_factor_holds_until_the_next(seeded: None) -> None:
    zellik = Site.objects.get(code="zellik")
    for day, grams in ((date(2025, 1, 1), 150), (date(2026, 1, 1), 120)):
        EnergyFactor.objects.create(
            site=zellik, valid_from=day, grams_co2e_per_kwh=grams, source="x"
        )
    held = [energy_factor_on(zellik, date(year, 6, 1)) for year in (2024, 2025, 2026)]
    assert [factor and factor.grams_co2e_per_kwh for factor in held] == [None, 150, 120]


def test_staff_see_findings_about_gpus_on_the_sites_page(
    client: Client, staff: User, address: str
) -> None:
    client.force_login(staff)
    site = Site.objects.get(code="zellik")
    page = client.get(reverse("site", args=["zellik"])).content.decode()
    assert "has never sent figures of its GPUs" in page
    tell(site, findings=(finding(detail="<b>no route</b>"),))
    page = client.get(reverse("site", args=["zellik"])).content.decode()
    assert "Its exporter does not answer." in page
    assert "&lt;b&gt;no route&lt;/b&gt;" in page
