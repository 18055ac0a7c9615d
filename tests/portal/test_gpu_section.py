"""What GPUs did: the pages of a project, of a member and of staff."""

import csv
from datetime import date, timedelta

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from allocations.models import DailyUsage, EnergyFactor, GpuRun, Project, Site
from portal.reports.gpu_figures import all_runs_by_tenth, runs_by_tenth
from portal.reports.ranges import last_days
from tests.allocations.measured_world import measured_day, measured_run

GPU_CHARTS = ["gpu-busy", "gpu-idle", "gpu-energy", "gpu-runs"]


@pytest.fixture
def measured(project: Project, applicant: User) -> Project:
    """Two days at Zellik, half covered, with energy on the first; Charleroi was used unmeasured."""
    zellik, charleroi = Site.objects.get(code="zellik"), Site.objects.get(code="charleroi")
    today, name = timezone.now().date(), applicant.unix_identity.username
    yesterday = today - timedelta(days=1)
    measured_day(project, zellik, username=name, day=yesterday, busy=0.9, hours=30, kwh=10)
    measured_day(project, zellik, username=name, day=today, busy=0.1, hours=10, kwh=None)
    for site, hours in ((zellik, 80), (charleroi, 80)):
        DailyUsage.objects.create(
            project=project, site=site, username=name, day=today, gpu_seconds=hours * 3600,
            cpu_seconds=0, jobs=1,
        )  # fmt: skip
    for number, idle in enumerate([(0.0,), (0.95, 0.95), (1.0,)], start=1):
        measured_run(project, zellik, number=number, username=name, idle=idle)
    return project


def pages(project: Project) -> dict[str, str]:
    return {
        "project_gpus": reverse("project_gpus", args=[project.name]),
        "my_gpus": reverse("my_gpus"),
        "all_gpus": reverse("all_gpus"),
    }


def section_of(client: Client, address: str, **query: str) -> lxml.html.HtmlElement:
    answer = client.get(address, query)
    assert answer.status_code == 200
    page = lxml.html.fromstring(answer.content.decode())
    return page.xpath("//section[@aria-labelledby='gpu-heading']")[0]


def line_of(section: lxml.html.HtmlElement, name: str) -> list[str]:
    [row] = section.xpath(f".//tr[th[normalize-space()='{name}']]")
    return [" ".join(cell.text_content().split()) for cell in row.xpath("td")]


@pytest.mark.parametrize("name", ["project_gpus", "my_gpus", "all_gpus"])
def test_each_page_says_what_gpus_did_and_how_much_of_it_is_known(
    client: Client, measured: Project, applicant: User, staff: User, name: str
) -> None:
    client.force_login(staff if name == "all_gpus" else applicant)
    address = pages(measured)[name]
    section = section_of(client, address)
    assert line_of(section, "Zellik") == ["70 %", "12.00", "10.0 kWh", "no data", "50 %"]
    assert line_of(section, "Charleroi") == ["no data"] * 4 + ["0 %"]
    assert line_of(section, "All") == ["70 %", "12.00", "10.0 kWh", "no data", "25 %"]
    jobs = section.xpath(".//td[@data-label='Job']/a/text()")
    assert jobs == ["2", "3", "1", "2"]
    figures = lxml.html.fromstring(client.get(address).content).xpath("//figure/@id")
    assert [key for key in figures if key.startswith("gpu-")] == GPU_CHARTS


def test_co2e_follows_the_factor_of_each_day(
    client: Client, measured: Project, applicant: User
) -> None:
    client.force_login(applicant)
    zellik, charleroi = Site.objects.get(code="zellik"), Site.objects.get(code="charleroi")
    yesterday = timezone.now().date() - timedelta(days=1)
    measured_day(measured, zellik, username="b", busy=0.5, hours=1, kwh=20)
    for site, day, grams in (
        (zellik, date(2020, 1, 1), 200),
        (zellik, yesterday + timedelta(days=1), 100),
        (charleroi, date(2020, 1, 1), 999),
    ):
        EnergyFactor.objects.create(
            site=site, valid_from=day, grams_co2e_per_kwh=grams, source=f"The agency, {grams}"
        )
    section = section_of(client, pages(measured)["project_gpus"])
    assert line_of(section, "Zellik")[3] == "4.0 kg"
    assert line_of(section, "All")[3] == "4.0 kg"
    words = section.text_content()
    assert "The agency, 200" in words
    assert "The agency, 100" in words
    assert "999" not in words
    EnergyFactor.objects.filter(valid_from=date(2020, 1, 1)).delete()
    section = section_of(client, pages(measured)["project_gpus"])
    assert line_of(section, "Zellik")[3] == "no data"


def test_what_nobody_measured_is_no_data_on_every_page(
    client: Client, project: Project, applicant: User, staff: User
) -> None:
    for user, names in ((applicant, ("project_gpus", "my_gpus")), (staff, ("all_gpus",))):
        client.force_login(user)
        for name in names:
            section = section_of(client, pages(project)[name])
            assert "No data: nobody measured" in section.text_content()


@pytest.mark.parametrize("key", GPU_CHARTS)
def test_each_chart_can_be_taken_away(
    client: Client, measured: Project, staff: User, key: str
) -> None:
    client.force_login(staff)
    for address in (
        reverse("project_gpus_chart", args=[measured.name, key]),
        reverse("all_gpus_chart", args=[key]),
    ):
        answer = client.get(address, {"range": "7"})
        assert answer.status_code == 200
        rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
        assert len(rows) == (11 if key == "gpu-runs" else 8)
    last = rows[-1][1]
    expected = {"gpu-busy": "10.0", "gpu-idle": "9.0", "gpu-energy": "", "gpu-runs": "1.0"}
    assert (float(last) if last else "") == (float(expected[key]) if expected[key] else "")


def test_runs_are_counted_by_tenths_alike_from_runs_and_from_days(measured: Project) -> None:
    time = last_days(7, timezone.now().date())
    by_runs = runs_by_tenth(GpuRun.objects.all(), time)
    assert by_runs == all_runs_by_tenth(time) == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_pages_with_measured_gpus_ask_a_fixed_number_of_questions(
    client: Client,
    measured: Project,
    applicant: User,
    staff: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    zellik = Site.objects.get(code="zellik")
    for number in range(10, 30):
        measured_run(measured, zellik, number=number, username=applicant.unix_identity.username)
    for name, user in (("project_gpus", applicant), ("my_gpus", applicant), ("all_gpus", staff)):
        client.force_login(user)
        with django_assert_max_num_queries(15):
            section_of(client, pages(measured)[name], range="365")
