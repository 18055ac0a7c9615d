"""The page of what a project used."""

import csv
from datetime import timedelta

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from allocations.models import DailyUsage, Job, Project
from tests.portal.usage_world import never_read, used_project


@pytest.fixture
def used(project: Project, applicant: User, client: Client) -> Project:
    client.force_login(applicant)
    return used_project(project)


def page_of(
    client: Client, project: Project, status: int = 200, **query: str
) -> lxml.html.HtmlElement:
    answer = client.get(reverse("project_report", args=[project.name]), query)
    assert answer.status_code == status
    return lxml.html.fromstring(answer.content.decode())


def csv_of(client: Client, project: Project, chart: str, **query: str) -> list[list[str]]:
    answer = client.get(reverse("project_chart", args=[project.name, chart]), query)
    assert answer.status_code == 200
    return list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))


def test_the_page_has_a_chart_with_words_and_table_of_each_thing(
    client: Client, used: Project
) -> None:
    page = page_of(client, used)
    assert [figure.get("id") for figure in page.xpath("//figure")] == [
        "burn-down", "by-site", "by-member", "waits", "outcomes",
    ]  # fmt: skip
    assert len(page.xpath("//figure//table")) == 5
    assert len(page.xpath("//section[@aria-labelledby='largest-heading']//tbody/tr")) == 10


@pytest.mark.parametrize("query", [{}, {"range": "allocation"}, {"range": "365"}, {"range": "7"}])
def test_sites_members_and_days_add_up_to_what_was_used(
    client: Client, used: Project, query: dict[str, str]
) -> None:
    days = int(query.get("range", "30").replace("allocation", "61"))
    since = timezone.now().date() - timedelta(days=days - 1)
    rows = DailyUsage.objects.filter(project=used, day__gte=since)
    expected = sum(rows.values_list("gpu_seconds", flat=True)) / 3600
    for chart in ("by-site", "by-member"):
        lines = csv_of(client, used, chart, **query)[1:]
        assert sum(float(cell) for line in lines for cell in line[1:] if cell) == pytest.approx(
            expected
        )


def test_the_burn_down_falls_from_the_grant_and_ends_in_a_range(
    client: Client, used: Project
) -> None:
    head, *lines = csv_of(client, used, "burn-down")
    assert "Zellik, fast pace (GPU-hours)" in head
    place = head.index("Zellik (GPU-hours)")
    left = [float(line[place]) for line in lines if line[place]]
    assert left[0] <= 1000
    assert left == sorted(left, reverse=True)
    fast, slow = lines[-1][place + 1 : place + 3]
    assert float(fast) <= float(slow)
    words = page_of(client, used).get_element_by_id("burn-down-summary").text
    assert "of 1,000 GPU-hours are left." in words
    assert "runs out" in words or "run out" in words


def test_a_project_with_two_days_behind_it_is_too_early_to_tell(
    client: Client, used: Project
) -> None:
    used.allocations.update(starts_on=timezone.now().date() - timedelta(days=2))
    words = page_of(client, used).get_element_by_id("burn-down-summary").text
    assert "too early to tell" in words


def test_a_site_that_never_reported_has_no_data_and_not_zero(client: Client, used: Project) -> None:
    DailyUsage.objects.filter(site__code="charleroi").delete()
    never_read("charleroi")
    head, *lines = csv_of(client, used, "by-site")
    place = head.index("Charleroi (GPU-hours)")
    assert {line[place] for line in lines} == {""}
    assert "no data" in page_of(client, used).get_element_by_id("by-site").text_content()


def test_a_view_is_shared_by_its_address(client: Client, used: Project) -> None:
    first = (timezone.now().date() - timedelta(days=20)).isoformat()
    query = {"from": first, "to": first}
    page = page_of(client, used, **query)
    assert page.xpath("//input[@name='from']/@value") == [first]
    [address] = page.get_element_by_id("by-site").xpath(".//a/@href")
    assert f"from={first}" in address
    assert len(csv_of(client, used, "by-site", **query)) == 2


@pytest.mark.parametrize(
    "query",
    [
        {"range": "-1"},
        {"range": "nonsense"},
        {"range": "9" * 400},
        {"from": "2026-02-30"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"to": "0001-01-01"},
        {"from": "9999-12-31"},
        {"from": "2001-01-01", "to": "2099-01-01"},
        {"from": "\x00"},
    ],
)
def test_a_time_that_makes_no_sense_is_told_and_breaks_nothing(
    client: Client, used: Project, query: dict[str, str]
) -> None:
    page = page_of(client, used, status=422, **query)
    assert page.xpath("//form//*[@role='alert']//li")
    address = reverse("project_chart", args=[used.name, "by-site"])
    assert client.get(address, query).status_code == 404


def test_the_largest_jobs_come_first(client: Client, used: Project) -> None:
    page = page_of(client, used, range="allocation")
    cells = page.xpath("//section[@aria-labelledby='largest-heading']//td[@data-label='GPU-hours']")
    hours = [float(cell.text) for cell in cells]
    assert hours == sorted(hours, reverse=True)
    longest = max(
        job.gpus * (job.counted_until - job.started_at).total_seconds() / 3600
        for job in Job.objects.filter(project=used)
        if job.counted_until and job.started_at
    )
    assert hours[0] == pytest.approx(longest, abs=0.01)


def test_the_page_asks_no_more_for_more_jobs(
    client: Client, used: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(15):
        page_of(client, used, range="365")


def test_a_chart_that_is_not_there_is_not_found(client: Client, used: Project) -> None:
    address = reverse("project_chart", args=[used.name, "nothing"])
    assert client.get(address).status_code == 404
