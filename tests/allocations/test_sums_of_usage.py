"""Sums of months and sites are what the days add up to, whatever is written in whichever way."""

from datetime import date, timedelta
from random import Random

import pytest
from django.db.models import F, Sum
from django.db.models.functions import TruncMonth

from allocations.models import (
    DailyUsage,
    JobOutcome,
    Project,
    ProjectMonth,
    ProjectWait,
    ProjectYearWait,
    QueueWait,
    Site,
    SiteDay,
    SiteMonthWait,
    SiteWait,
)

FIRST = date(2026, 1, 20)


def of_months() -> dict[tuple[object, ...], int]:
    rows = ProjectMonth.objects.exclude(gpu_seconds=0)
    return {tuple(row[:-1]): row[-1] for row in rows.values_list("site", "month", "gpu_seconds")}


def of_days() -> dict[tuple[object, ...], int]:
    rows = DailyUsage.objects.annotate(month=TruncMonth("day")).values_list("site", "month")
    sums = rows.annotate(total=Sum("gpu_seconds")).order_by()
    return {(site, month): total for site, month, total in sums if total}


@pytest.fixture
def days(project: Project) -> list[DailyUsage]:
    random = Random(3)
    return DailyUsage.objects.bulk_create(
        DailyUsage(
            project=project,
            site=site,
            username=user,
            day=FIRST + timedelta(days=number),
            gpu_seconds=random.randrange(10**6),
            cpu_seconds=random.randrange(10**6),
            jobs=1,
        )
        for site in Site.objects.all()
        for user in ("ada", "grace")
        for number in range(0, 50, 3)
    )


def test_months_are_the_sums_of_their_days(days: list[DailyUsage]) -> None:
    assert of_months() == of_days()
    assert len(of_months()) == 6


def test_they_stay_so_when_days_are_changed_moved_and_deleted(days: list[DailyUsage]) -> None:
    DailyUsage.objects.filter(username="ada").update(gpu_seconds=F("gpu_seconds") * 2)
    DailyUsage.objects.filter(username="grace").update(day=F("day") + timedelta(days=100))
    DailyUsage.objects.filter(day__lt=FIRST + timedelta(days=9)).delete()
    assert of_months() == of_days()
    used = SiteDay.objects.aggregate(total=Sum("gpu_seconds"))["total"]
    assert used == DailyUsage.objects.aggregate(total=Sum("gpu_seconds"))["total"]


def test_ends_of_jobs_are_counted_by_month_and_site(project: Project) -> None:
    site = Site.objects.get(code="zellik")
    for state, jobs in (("COMPLETED", 5), ("FAILED", 3), ("CANCELLED", 2), ("NODE_FAIL", 1)):
        JobOutcome.objects.create(
            project=project, site=site, username="ada", day=FIRST, state=state, jobs=jobs,
            gpu_seconds=10 * jobs,
        )  # fmt: skip
    JobOutcome.objects.filter(state="FAILED").update(jobs=4)
    month, day = ProjectMonth.objects.get(), SiteDay.objects.get()
    assert (month.jobs_ended, month.jobs_failed, month.failed_gpu_seconds) == (12, 5, 40)
    assert (day.jobs_ended, day.jobs_failed, day.track) == (12, 5, project.track)


def test_waits_are_summed_over_projects_months_and_years(project: Project) -> None:
    site = Site.objects.get(code="zellik")
    QueueWait.objects.create(project=project, site=site, day=FIRST, bucket=9, jobs=4)
    QueueWait.objects.filter(bucket=9).update(jobs=7)
    QueueWait.objects.create(
        project=project, site=site, day=FIRST + timedelta(days=5), bucket=9, jobs=2
    )
    assert [row.jobs for row in SiteWait.objects.order_by("day")] == [7, 2]
    assert SiteMonthWait.objects.get(month=FIRST.replace(day=1), bucket=9).jobs == 9
    assert ProjectWait.objects.get(project=project, month=FIRST.replace(day=1), bucket=9).jobs == 9
    assert ProjectYearWait.objects.get(year=FIRST.replace(month=1, day=1), bucket=9).jobs == 9
    QueueWait.objects.all().delete()
    for sums in (SiteWait, SiteMonthWait, ProjectWait, ProjectYearWait):
        assert {row.jobs for row in sums.objects.all()} == {0}
