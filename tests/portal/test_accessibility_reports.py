"""Pages with charts in a real browser: drawn, without JavaScript, by keyboard, on paper."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import User
from allocations.models import Allocation, DailyUsage, Project
from tests.portal.chromium import Judge, open_context
from tests.portal.gpu_run_world import running_run, unwatched_run, watched_run
from tests.portal.staff_world import find_differences, report_site
from tests.portal.usage_world import never_read, used_project

pytestmark = pytest.mark.browser


@pytest.fixture
def used(transactional_db: None, project: Project) -> Project:
    return used_project(project)


@pytest.fixture
def pages(used: Project) -> dict[str, str]:
    report = reverse("project_report", args=[used.name])
    return {
        "report_project": report,
        "report_project_allocation": f"{report}?range=allocation",
        "report_job": watched_run(used, hours=30, gpus=12).get_absolute_url(),
        "report_project_empty": f"{report}?from=2020-01-01&to=2020-01-31",
        "mine": reverse("my_use"),
        "mine_empty": reverse("my_use") + "?from=2020-01-01&to=2020-01-31",
    }


@pytest.fixture
def jobs(used: Project) -> dict[str, str]:
    """Pages of runs of every kind."""
    runs = {
        "job_one_gpu": watched_run(used, gpus=1, db_index=7002),
        "job_eight_gpus": watched_run(used, gpus=8, db_index=7003),
        "job_mig": watched_run(used, is_mig=True, db_index=7004),
        "job_running": running_run(used, db_index=7005),
        "job_no_data": unwatched_run(used, db_index=7006),
    }
    return {f"report_{name}": run.get_absolute_url() for name, run in runs.items()}


@pytest.fixture
def overviews(used: Project) -> dict[str, str]:
    """The overview with what it may have to tell: risks, what is unusual, a site without data."""
    zellik = used.allocations.get(site__code="zellik")
    report_site(zellik.site)
    Allocation.objects.filter(pk=zellik.pk).update(
        ends_on=timezone.now().date() + timedelta(days=10)
    )
    DailyUsage.objects.filter(project=used, site=zellik.site).update(gpu_seconds=720_000)
    yesterday = timezone.now().date() - timedelta(days=1)
    DailyUsage.objects.filter(day=yesterday, site=zellik.site).update(gpu_seconds=36_000_000)
    find_differences(zellik)
    DailyUsage.objects.filter(site__code="charleroi").delete()
    never_read("charleroi")
    address = reverse("overview")
    return {
        "overview": address,
        "overview_year": f"{address}?range=365",
        "overview_empty": f"{address}?from=2020-01-01&to=2020-01-31",
    }


def test_every_page_with_charts_can_be_used_by_everybody(
    browser: Browser,
    live_server: object,
    pages: dict[str, str],
    jobs: dict[str, str],
    applicant: User,
) -> None:
    url = str(live_server)
    context = open_context(browser, url, applicant)
    judge = Judge(context.new_page())
    for name, address in (pages | jobs).items():
        judge.look_at(name, url + address)
        for figure in judge.page.locator("figure[data-chart]").all():
            expect(figure.locator("svg")).to_be_visible()
            expect(figure.locator("table")).not_to_be_visible()
    answer = judge.page.goto(f"{url}{pages['report_project']}?range=nonsense")
    assert answer
    assert answer.status == 422
    judge.judge("report_project_refused")
    context.close()
    assert not judge.problems, "\n".join(judge.problems)


def test_overview_can_be_used_by_everybody(
    browser: Browser, live_server: object, overviews: dict[str, str], staff: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, staff)
    judge = Judge(context.new_page())
    for name, address in overviews.items():
        judge.look_at(name, url + address)
        for figure in judge.page.locator("figure[data-chart]").all():
            expect(figure.locator("svg")).to_be_visible()
    page = judge.page
    page.get_by_role("link", name="90 days").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/overview?range=90")
    page.locator("#grants summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#grants table")).to_be_visible()
    judge.judge("overview_table")
    context.close()
    assert not judge.problems, "\n".join(judge.problems)


def test_without_javascript_the_tables_stand_where_the_charts_would(
    browser: Browser, live_server: object, pages: dict[str, str], applicant: User
) -> None:
    url = str(live_server)
    with_session = open_context(browser, url, applicant)
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(with_session.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url + pages["report_project"])
    for figure in page.locator("figure[data-chart]").all():
        expect(figure.locator("table")).to_be_visible()
        expect(figure.locator(".chart-drawing")).not_to_be_visible()
    context.close()
    with_session.close()


def test_a_table_is_opened_and_a_time_chosen_by_keyboard(
    browser: Browser, live_server: object, pages: dict[str, str], applicant: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, applicant)
    page = context.new_page()
    page.goto(url + pages["report_project"])
    page.get_by_role("link", name="7 days").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/usage?range=7")
    summary = page.locator("#by-site summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#by-site table")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#by-site .chart-rows")).to_be_focused()
    context.close()


def test_on_paper_every_table_is_printed_and_nothing_is_wider_than_the_page(
    browser: Browser, live_server: object, pages: dict[str, str], applicant: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, applicant)
    page = context.new_page()
    page.goto(url + pages["report_project"])
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})
    for figure in page.locator("figure[data-chart]").all():
        expect(figure.locator("table")).to_be_visible()
        width = figure.locator("svg").evaluate("drawing => drawing.getBoundingClientRect().width")
        assert width <= 700
    expect(page.locator(".range-picker")).not_to_be_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#by-site table")).not_to_be_visible()
    context.close()
