"""What each night does for the months of jobs: makes the next ones, lets old ones leave."""

import logging
from datetime import date

from accounts.audit import SystemActor
from allocations.actions.job_months import ensure_months, following, kept_months
from allocations.actions.month_export import drop_month
from allocations.errors import StateError

log = logging.getLogger(__name__)


def keep_months(*, today: date, months_kept: int, actor: SystemActor) -> list[date]:
    """Make this month and the next; drop those older than so many, if any number is set.

    A month with jobs that have not ended stays until they have. Returns the months that left.
    """
    this = today.replace(day=1)
    ensure_months([this, following(this)])
    if not months_kept:
        return []
    left = []
    for month in kept_months():
        age = (this.year - month.year) * 12 + this.month - month.month
        if age > months_kept:
            try:
                drop_month(month=month, actor=actor)
            except StateError as error:
                log.warning("%s stays: %s", f"{month:%Y-%m}", error)
            else:
                left.append(month)
    return left
