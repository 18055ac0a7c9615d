"""Adds up a day's use anew from the runs themselves, where its sum is not what they say.

Sums follow each change of a run. One that was spoilt by hand, or in a restored database, would stay
spoilt, since telling a run again changes nothing.
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from allocations.actions.job_months import dropped_months, following
from allocations.actions.rollups import COUNTED_OF_JOBS, count_use
from allocations.models import Allocation, DailyUsage
from slurm_bridge.wire_accounting import DayOfAccounts

# No run reaches so far out of the month of its submission, with its waiting.
LONGEST_REACH = timedelta(days=92)

_ALIVE = f"""
    CREATE TEMPORARY TABLE fresh_job ON COMMIT DROP AS
    SELECT {COUNTED_OF_JOBS} FROM allocations_job
    WHERE site_id = %(site)s AND project_id = ANY(%(projects)s)
      AND started_at < %(day)s::timestamp AT TIME ZONE 'UTC' + interval '1 day'
      AND counted_until > %(day)s::timestamp AT TIME ZONE 'UTC'
"""


def recount_day(*, site_id: int, named: DayOfAccounts) -> None:
    """Count a past day of some accounts from nothing; what runs that have left used stays.

    The caller holds the site, and no month leaves meanwhile.
    """
    if _may_lack_runs(named.day):
        return
    projects = list(
        Allocation.objects.current()
        .filter(site=site_id, account_name__in=named.accounts)
        .values_list("project", flat=True)
    )
    parameters: dict[str, Any] = {"site": site_id, "projects": projects, "day": named.day}
    DailyUsage.objects.filter(site=site_id, project__in=projects, day=named.day).delete()
    with connection.cursor() as cursor:
        cursor.execute(_ALIVE, parameters)
        cursor.execute("CREATE TEMPORARY TABLE known_job (LIKE fresh_job) ON COMMIT DROP")
        count_use(cursor, site_id=site_id, only_day=named.day)
        cursor.execute("DROP TABLE fresh_job, known_job")


def _may_lack_runs(day: date) -> bool:
    """Whether runs of the day may be among those that have left."""
    return any(day < following(month) + LONGEST_REACH for month in dropped_months())
