"""A day whose sum was spoilt is added up anew from its runs, and nothing else is touched."""

from datetime import date

import pytest

from allocations.actions.usage import record_jobs
from allocations.models import DailyUsage, DroppedMonth, Project, ProjectMonth, Site, SiteDay
from slurm_bridge.wire_accounting import DayOfAccounts, JobBatch
from tests.allocations.usage_world import BRIDGE, DAY, MIDNIGHT, push, row

NINTH, TENTH = date(2026, 3, 9), date(2026, 3, 10)
Sums = dict[date, tuple[int, int, int]]


@pytest.fixture
def zellik(project: Project) -> Site:
    site = Site.objects.get(code="zellik")
    push(site, row(1, project), row(2, project, gpus=1, suspended_seconds=600))
    push(Site.objects.get(code="charleroi"), row(1, project))
    return site


def sums(site: Site) -> Sums:
    found = DailyUsage.objects.filter(site=site)
    return {item.day: (item.gpu_seconds, item.cpu_seconds, item.jobs) for item in found}


def recount(site: Site, project: Project, day: date = TENTH) -> None:
    named = DayOfAccounts(day=day, accounts=(project.name, "nobodys"))
    record_jobs(site=site, batch=JobBatch(read_at=MIDNIGHT + 5 * DAY, recount=named), actor=BRIDGE)


@pytest.mark.parametrize("day", [NINTH, TENTH])
def test_spoilt_sum_is_what_its_runs_say_again_and_so_are_the_sums_of_it(
    zellik: Site, project: Project, day: date
) -> None:
    right, months, days = sums(zellik), _gpu_seconds(ProjectMonth), _gpu_seconds(SiteDay)
    DailyUsage.objects.filter(site=zellik, day=day).update(gpu_seconds=1, cpu_seconds=2, jobs=3)
    assert _gpu_seconds(ProjectMonth) != months
    recount(zellik, project, day)
    assert sums(zellik) == right
    assert (_gpu_seconds(ProjectMonth), _gpu_seconds(SiteDay)) == (months, days)


def test_lost_sum_comes_back_and_one_without_runs_goes(zellik: Site, project: Project) -> None:
    right = sums(zellik)
    DailyUsage.objects.filter(site=zellik, day=TENTH).update(username="nobody")
    recount(zellik, project)
    assert sums(zellik) == right
    assert set(DailyUsage.objects.values_list("username", flat=True)) == {"apeeters"}


def test_other_days_sites_and_projects_stay_as_they_are(zellik: Site, project: Project) -> None:
    DailyUsage.objects.update(gpu_seconds=1)
    recount(zellik, project)
    spoilt = DailyUsage.objects.filter(gpu_seconds=1).values_list("site__code", "day")
    assert set(spoilt) == {("zellik", NINTH), ("charleroi", NINTH), ("charleroi", TENTH)}


def test_day_whose_runs_may_have_left_keeps_its_sum(zellik: Site, project: Project) -> None:
    DailyUsage.objects.filter(day=TENTH).update(gpu_seconds=1)
    DroppedMonth.objects.create(month=date(2025, 12, 1), jobs=5)
    recount(zellik, project)
    assert sums(zellik)[TENTH][0] == 1
    DroppedMonth.objects.update(month=date(2025, 10, 1))
    recount(zellik, project)
    assert sums(zellik)[TENTH][0] > 1


def _gpu_seconds(model: type[ProjectMonth] | type[SiteDay]) -> list[int]:
    return sorted(model.objects.values_list("gpu_seconds", flat=True))
