"""Waits of somebody's jobs come by bar, as one reads them off the jobs."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from allocations.models import Job, Project, Site
from allocations.rules.waits import wait_bucket
from portal.reports import my_waits as module
from portal.reports.my_waits import my_waits
from portal.reports.ranges import TimeRange, utc_today
from tests.portal.staff_world import job, read_accounting

HOUR = 3600


@pytest.fixture
def jobs(project: Project) -> list[Job]:
    """Some on every fifth day, that waited ever longer; one in three could not begin at once."""
    began = int(datetime.combine(utc_today(), datetime.min.time(), UTC).timestamp())
    rows = []
    for number in range(30):
        submitted = began - 5 * number * 24 * HOUR + 23 * HOUR if number else began - HOUR
        times = {
            "submitted_at": submitted,
            "eligible_at": submitted + 600 if number % 3 == 0 else None,
            "started_at": submitted + 700 + number * number * 10,
            "ended_at": submitted + 700 + number * number * 10 + 60,
        }
        rows.append(job(project, db_index=number + 1, seconds=60).model_copy(update=times))
    read_accounting(Site.objects.get(code="zellik"), *rows)
    return list(Job.objects.filter(username="apeeters"))


def read_off(jobs: list[Job], time: TimeRange) -> dict[date, Counter[int]]:
    found: dict[date, Counter[int]] = defaultdict(Counter)
    for one in jobs:
        started = one.started_at
        inside = time.starts_at <= one.submitted_at < time.ends_at
        if started is None or not inside or not time.starts_at <= started < time.ends_at:
            continue
        waited = (started - max(one.submitted_at, one.eligible_at or one.submitted_at)).seconds
        found[time.start_of(started.astimezone(UTC).date())][wait_bucket(waited)] += 1
    return found


@pytest.mark.parametrize("days", [7, 90, 120, 365, 700])
def test_waits_are_added_up_by_bar(jobs: list[Job], days: int) -> None:
    time = TimeRange(utc_today() - timedelta(days=days - 1), utc_today())
    expected = read_off(jobs, time)
    assert expected
    assert my_waits("apeeters", time) == expected


def test_of_many_jobs_the_newest_are_counted(
    jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITS", 4)
    time = TimeRange(utc_today() - timedelta(days=364), utc_today())
    newest = sorted(jobs, key=lambda one: one.submitted_at or timezone.now())[-4:]
    assert my_waits("apeeters", time) == read_off(newest, time)


def test_nobody_has_no_waits(jobs: list[Job]) -> None:
    assert my_waits("", TimeRange(utc_today(), utc_today())) == {}
