"""What Slurm itself counts, beside the figures of overview, programme and project."""

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.models import CheckedTotal, Project, UsageDifference
from tests.portal.staff_world import find_differences


@pytest.fixture
def office(client: Client, staff: User, project: Project) -> Client:
    find_differences(project.allocations.get(site__code="zellik"))
    client.force_login(staff)
    return client


def checks(client: Client, address: str) -> dict[str, str]:
    """What stands below the name of each site."""
    page = lxml.html.fromstring(client.get(address).content.decode())
    parts = page.xpath("//section[@aria-labelledby='checked-heading']//div[h3]")
    found = {}
    for part in parts:
        words = " ".join(part.text_content().split())
        site = part.xpath("h3")[0].text_content()
        found[site] = words.removeprefix(site).strip()
    return found


@pytest.fixture(params=["overview", "programme", "project_report"])
def address(request: pytest.FixtureRequest, project: Project) -> str:
    return reverse(request.param, args=[project.name] if request.param == "project_report" else [])


def test_both_figures_stand_beside_each_other_with_why_they_differ(
    office: Client, address: str
) -> None:
    shown = checks(office, address)
    assert list(shown) == ["Zellik", "Charleroi"]
    assert shown["Zellik"].startswith("400 h, Slurm says 398 h, checked")
    assert "They differ by 2 GPU-hours." in shown["Zellik"]
    assert "Slurm added up a day before all records of its jobs had come." in shown["Zellik"]
    assert "has lost a user's part in the account" in shown["Zellik"]
    assert shown["Charleroi"].startswith("Not yet held against Slurm's own figures")


def test_equal_figures_are_said_to_be_equal(office: Client, address: str) -> None:
    UsageDifference.objects.all().delete()
    CheckedTotal.objects.update(slurm_gpu_seconds=1_440_000)
    zellik = checks(office, address)["Zellik"]
    assert zellik.startswith("400 h, Slurm says 400 h, checked")
    assert "differ" not in zellik
