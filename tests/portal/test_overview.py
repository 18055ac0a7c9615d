"""The staff's overview and a member's own page."""

import csv
from datetime import timedelta

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.models import Allocation, DailyUsage, JobOutcome, Project, Site
from tests.allocations.pool_world import make_pool
from tests.domain import make_draft, make_project
from tests.portal.staff_world import report_site
from tests.portal.usage_world import never_read, used_project


@pytest.fixture
def used(project: Project) -> Project:
    report_site(Site.objects.get(code="zellik"))
    return used_project(project)


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def page_of(client: Client, name: str, status: int = 200, **query: str) -> lxml.html.HtmlElement:
    answer = client.get(reverse(name), query)
    assert answer.status_code == status
    return lxml.html.fromstring(answer.content.decode())


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def section(page: lxml.html.HtmlElement, name: str) -> str:
    return words(page.xpath(f"//section[@aria-labelledby='{name}-heading']")[0])


def test_sites_stand_side_by_side(office: Client, used: Project) -> None:
    page = page_of(office, "overview")
    assert "44 of 176, 25 %" in section(page, "sites")
    ended = sum(
        JobOutcome.objects.filter(
            site__code="zellik", day__gt=timezone.now().date() - timedelta(days=30)
        ).values_list("jobs", flat=True)
    )
    cells = page.xpath("//tr[th[contains(., 'Zellik')]]/td[@data-label='Jobs ended']/text()")
    assert cells == [str(ended)]
    assert [figure.get("id") for figure in page.xpath("//figure")] == [
        "sites", "tracks", "site-waits", "grants", "pools", "quotas",
    ]  # fmt: skip


def test_a_site_that_never_reported_has_no_data(office: Client, used: Project) -> None:
    DailyUsage.objects.filter(site__code="charleroi").delete()
    never_read("charleroi")
    page = page_of(office, "overview")
    [row] = page.xpath("//tr[th[contains(., 'Charleroi')]]")[:1]
    assert words(row).count("no data") >= 5


def test_tracks_stand_beside_what_they_were_granted(office: Client, used: Project) -> None:
    answer = office.get(reverse("overview_chart", args=["grants"]))
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    used_hours = sum(DailyUsage.objects.values_list("gpu_seconds", flat=True)) / 3600
    assert rows[1][:2] == ["Research", "1500.0"]
    assert float(rows[1][2]) == pytest.approx(used_hours)


def test_projects_at_risk_are_named_with_their_reasons(office: Client, used: Project) -> None:
    today = timezone.now().date()
    Allocation.objects.filter(site__code="zellik").update(ends_on=today + timedelta(days=10))
    shown = section(page_of(office, "overview"), "risk")
    assert "ends soon" in shown
    assert used.name in shown


def test_a_day_far_above_usual_and_many_failures_are_told(office: Client, used: Project) -> None:
    zellik = Site.objects.get(code="zellik")
    yesterday = timezone.now().date() - timedelta(days=1)
    DailyUsage.objects.update_or_create(
        project=used, site=zellik, username="apeeters", day=yesterday,
        defaults={"gpu_seconds": 1800 * 3600, "cpu_seconds": 0, "jobs": 1},
    )  # fmt: skip
    JobOutcome.objects.update_or_create(
        project=used, site=zellik, username="apeeters", day=yesterday, state="FAILED",
        defaults={"jobs": 300, "gpu_seconds": 0},
    )  # fmt: skip
    shown = section(page_of(office, "overview"), "anomalies")
    assert "used 1,8" in shown
    assert "jobs failed" in shown


def test_an_empty_portal_has_no_data_and_breaks_nothing(office: Client) -> None:
    page = page_of(office, "overview")
    assert "None." in section(page, "risk")
    assert "Nothing." in section(page, "anomalies")
    assert page_of(office, "overview", status=422, range="x").xpath("//*[@role='alert']")


def test_the_overview_asks_few_questions(
    office: Client, used: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(15):
        page_of(office, "overview", range="365")


def test_a_member_sees_their_own_jobs_share_and_waits(
    client: Client,
    used: Project,
    applicant: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(applicant)
    username = applicant.unix_identity.username
    with django_assert_max_num_queries(15):
        page = page_of(client, "my_use")
    assert [figure.get("id") for figure in page.xpath("//figure")] == [
        "my-use",
        "my-share",
        "waits",
    ]
    users = page.xpath(
        "//section[@aria-labelledby='latest-heading']//td[@data-label='User']/text()"
    )
    assert set(users) == {username}
    answer = client.get(reverse("my_chart", args=["my-share"]))
    [_head, share] = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    mine = DailyUsage.objects.filter(
        username=username, day__gt=timezone.now().date() - timedelta(days=30)
    )
    hours = sum(mine.values_list("gpu_seconds", flat=True)) / 3600
    assert share[0] == used.name
    assert float(share[1]) == pytest.approx(hours)


def test_somebody_without_a_project_is_told_so(client: Client, seeded: None, staff: User) -> None:
    client.force_login(staff)
    assert "no name on the clusters yet" in words(page_of(client, "my_use"))


def test_pools_are_shown_against_their_quotas(client: Client, applicant: User, staff: User) -> None:
    make_pool("zellik", gpu_hours=10_000, name="Europe at Zellik")
    draft = make_draft(applicant, track="pg", hours={"zellik": 900})
    make_project(submit_application(application_id=draft.pk, actor=applicant), staff)
    client.force_login(staff)
    assert "Pools against quotas" in client.get(reverse("overview")).content.decode()
    pools = client.get(reverse("overview_chart", args=["pools"])).content.decode()
    assert "Europe at Zellik,900.0,9100.0" in pools
    quotas = client.get(reverse("overview_chart", args=["quotas"])).content.decode()
    assert "Europe at Zellik: Industry,900.0,3000.0" in quotas
    assert "Europe at Zellik: Playground and Fast Lane,900.0,1000.0" in quotas
