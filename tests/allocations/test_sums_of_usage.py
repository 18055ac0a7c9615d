"""Sums of months and sites are what the days add up to, whatever is written in whichever way."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from random import Random

import pytest
from django.db import IntegrityError, transaction
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


@pytest.fixture
def waits(project: Project) -> list[QueueWait]:
    """Of two sites, over three months of two years."""
    random = Random(4)
    return QueueWait.objects.bulk_create(
        QueueWait(
            project=project,
            site=site,
            day=date(2025, 12, 20) + timedelta(days=number),
            buckets=[9, 20 + number % 4, 40],
            jobs=[random.randrange(1, 90) for _bucket in range(3)],
        )
        for site in Site.objects.all()
        for number in range(0, 70, 3)
    )


def sums_of_days(step: str | None, *key: str) -> dict[tuple[object, ...], Counter[int]]:
    """What the waits of days add up to, by some of their columns and the first day of a time."""
    found: dict[tuple[object, ...], Counter[int]] = defaultdict(Counter)
    for row in QueueWait.objects.all():
        first = {None: row.day, "month": row.day.replace(day=1)}.get(step)
        first = first or row.day.replace(month=1, day=1)
        place = (*(getattr(row, name) for name in key), first)
        found[place] += Counter(dict(zip(row.buckets, row.jobs, strict=True)))
    return found


def kept_sums(
    model: type[ProjectWait | ProjectYearWait | SiteWait | SiteMonthWait], *key: str
) -> dict[tuple[object, ...], Counter[int]]:
    """What a table of sums has, less the rows in which nothing is left."""
    for row in model.objects.all():
        assert row.buckets == sorted(set(row.buckets))
        assert all(jobs > 0 for jobs in row.jobs)
    return {
        tuple(getattr(row, name) for name in key): Counter(
            dict(zip(row.buckets, row.jobs, strict=True))
        )
        for row in model.objects.exclude(buckets=[])
    }


def assert_sums_are_those_of_days() -> None:
    owner = ("project_id", "site_id")
    assert kept_sums(SiteWait, "site_id", "day") == sums_of_days(None, "site_id")
    assert kept_sums(SiteMonthWait, "site_id", "month") == sums_of_days("month", "site_id")
    assert kept_sums(ProjectWait, *owner, "month") == sums_of_days("month", *owner)
    assert kept_sums(ProjectYearWait, *owner, "year") == sums_of_days("year", *owner)


def test_waits_are_summed_over_projects_months_and_years(waits: list[QueueWait]) -> None:
    assert_sums_are_those_of_days()
    assert SiteMonthWait.objects.count() == 6
    assert ProjectYearWait.objects.count() == 4


def test_they_stay_so_when_waits_are_changed_moved_and_deleted(waits: list[QueueWait]) -> None:
    QueueWait.objects.filter(day__day__lt=9).update(jobs=[7, 1, 2])
    assert_sums_are_those_of_days()
    QueueWait.objects.filter(site__code="zellik").update(buckets=[2, 9, 90])
    assert_sums_are_those_of_days()
    QueueWait.objects.filter(day__year=2026).update(day=F("day") + timedelta(days=100))
    assert_sums_are_those_of_days()
    QueueWait.objects.filter(day__month=12).update(buckets=[40], jobs=[1])
    assert_sums_are_those_of_days()
    QueueWait.objects.filter(site__code="charleroi", day__month=12).delete()
    assert_sums_are_those_of_days()


def test_sums_of_which_nothing_is_left_are_empty(waits: list[QueueWait]) -> None:
    QueueWait.objects.all().delete()
    for sums in (SiteWait, SiteMonthWait, ProjectWait, ProjectYearWait):
        assert {(*row.buckets, *row.jobs) for row in sums.objects.all()} == {()}


def test_every_bucket_has_its_number_of_jobs(waits: list[QueueWait]) -> None:
    for model in (QueueWait, SiteWait, SiteMonthWait, ProjectWait, ProjectYearWait):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(buckets=[1, 2])
