"""The list of idle GPUs and what GPUs did, in a real browser: for everybody, wide and narrow."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import User
from allocations.actions.idle_runs import watch_idle_runs
from allocations.models import DailyUsage, EnergyFactor, GpuNotice, Project, Site
from tests.allocations.measured_world import measured_day, measured_run
from tests.portal.chromium import Judge, open_context

pytestmark = pytest.mark.browser


@pytest.fixture
def measured(transactional_db: None, project: Project, applicant: User) -> Project:
    """A month of days at Zellik, runs of every kind, one of them idle now."""
    zellik, today = Site.objects.get(code="zellik"), timezone.now().date()
    name = applicant.unix_identity.username
    EnergyFactor.objects.create(
        site=zellik, valid_from=today - timedelta(days=900), grams_co2e_per_kwh=140,
        source="European Environment Agency, Belgium, 2024",
    )  # fmt: skip
    for past in range(30):
        day = today - timedelta(days=past)
        busy, hours = 0.3 + 0.6 * (past % 7) / 7, 20 + 7 * (past % 5)
        measured_day(project, zellik, username=name, day=day, busy=busy, hours=hours, kwh=hours / 3)
        DailyUsage.objects.create(
            project=project, site=zellik, username=name, day=day,
            gpu_seconds=hours * 4000, cpu_seconds=0, jobs=3,
        )  # fmt: skip
    kinds = [(0.0, 1.0, 1.0, 1.0), (1.0, 1.0), (0.8, 0.8), (0.0,), (0.2, 0.1)]
    for number in range(30):
        until = timezone.now() - timedelta(hours=9 * number)
        idle = kinds[number % len(kinds)]
        measured_run(
            project, zellik, number=number, username=name if number % 3 else "unknown",
            idle=idle, seconds=3600 * (2 + number % 9), until=until,
        )  # fmt: skip
    measured_run(project, zellik, number=99, username=name, idle=(1.0,) * 8, ended=False)
    watch_idle_runs(zellik)
    return project


def test_idle_gpus_are_shown_to_everybody_and_told_of_by_one_click(
    browser: Browser,
    live_server: object,
    measured: Project,
    staff: User,
    applicant: User,
) -> None:
    url = str(live_server)
    context = open_context(browser, url, staff)
    judge = Judge(context.new_page())
    judge.look_at("gpu_waste", url + reverse("gpu_waste"))
    judge.look_at("gpu_waste_projects", url + reverse("gpu_waste_projects"))
    judge.look_at("gpu_help", url + reverse("gpu_help"))
    judge.look_at("gpu_overview", url + reverse("all_gpus"))
    judge.page.goto(url + reverse("gpu_waste") + "?mostly_idle=90")
    judge.page.get_by_role("button", name="Write to the user").first.click()
    expect(judge.page.get_by_role("status").first).to_contain_text("is sent")
    expect(judge.page.get_by_text("sent on").first).to_be_visible()
    assert "mostly_idle=90" in judge.page.url
    assert GpuNotice.objects.filter(kind="waste", recipient=applicant).count() == 1
    context.close()
    context = open_context(browser, url, applicant)
    judge.page = context.new_page()
    judge.look_at("my_gpus", url + reverse("my_gpus"))
    judge.look_at("gpu_project", url + reverse("project_gpus", args=[measured.name]))
    context.close()
    assert not judge.problems, "\n".join(judge.problems)
