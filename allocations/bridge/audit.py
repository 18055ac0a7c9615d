"""The endpoints of the self-check: what the portal counted, and how it stands to Slurm."""

from datetime import UTC, timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from ninja.errors import HttpError

from allocations.actions.usage_checks import record_usage_check
from allocations.bridge.callers import bridge_of, refuse_other_cluster, site_of
from allocations.bridge.errors import ERRORS
from allocations.rules.accounting_rows import ALLOWED_AHEAD_SECONDS
from allocations.usage_days import usage_days
from slurm_bridge.wire_audit import UsageCheck, UsageDays
from slurm_bridge.wire_terms import Day

router = Router()

FirstDay = Annotated[Day, Query(alias="from", description="The first UTC day.")]
LastDay = Annotated[Day, Query(alias="to", description="The last UTC day, included.")]


@router.get("/usage-days", response={200: UsageDays, **ERRORS})
def get_usage_days(request: HttpRequest, first: FirstDay, last: LastDay) -> UsageDays:
    """What the portal counted at the site from one day to another, for each account and user."""
    if first > last:
        raise HttpError(422, "from lies after to.")
    return usage_days(site_of(request), first, last)


@router.post("/usage-checks", response={204: None, **ERRORS})
def post_usage_check(request: HttpRequest, check: UsageCheck) -> Status[None]:
    """What came of a check; an older one, or the same again, changes nothing."""
    site = site_of(request)
    refuse_other_cluster(site, check.cluster)
    _refuse_impossible_days(check)
    record_usage_check(site=site, check=check, actor=bridge_of(site))
    return Status(204, None)


def _refuse_impossible_days(check: UsageCheck) -> None:
    """Raise 422 where a check lies in the future, or speaks of days that it cannot know."""
    ahead = timezone.now() + timedelta(seconds=ALLOWED_AHEAD_SECONDS)
    if check.checked_at > ahead.timestamp():
        raise HttpError(422, "checked_at lies in the future: the site's clock is wrong.")
    if not check.first_day <= check.last_day < ahead.astimezone(UTC).date():
        raise HttpError(422, "Only whole past days can be checked, the first before the last.")
    if any(day > check.last_day for day in check.older_days) or any(
        item.day > check.last_day for item in check.differences
    ):
        raise HttpError(422, "A day lies after the last day of the check.")
