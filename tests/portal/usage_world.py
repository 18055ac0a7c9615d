"""A project with weeks of use behind it: two sites, some members, jobs of every end."""

from datetime import UTC, datetime, time, timedelta
from random import Random

from django.utils import timezone

from allocations.models import LedgerEntry, Project, Site, SiteStatus
from slurm_bridge.wire_accounting import JobRow
from tests.portal.staff_world import read_accounting

DAYS = 60
USERS = ("apeeters", "gpeeters", "lpeeters")
ENDS = ("COMPLETED",) * 8 + ("FAILED", "TIMEOUT", "CANCELLED")


def used_project(project: Project, *, seed: int = 1) -> Project:
    """Sixty days of jobs at Zellik and Charleroi, fewer at weekends; started sixty days ago."""
    random = Random(seed)
    today = timezone.now().date()
    first = today - timedelta(days=DAYS)
    project.allocations.update(starts_on=first, ends_on=today + timedelta(days=90))
    LedgerEntry.objects.filter(allocation__project=project).update(
        at=datetime.combine(first, time.min, UTC)
    )
    number = 1000
    for code, share in (("zellik", 1.0), ("charleroi", 0.5)):
        rows = []
        for past in range(DAYS, 0, -1):
            day = today - timedelta(days=past)
            for user in USERS:
                if random.random() > share * (0.4 if day.weekday() > 4 else 0.9):
                    continue
                number += 1
                rows.append(_row(project, number, user, day.toordinal(), random))
        read_accounting(Site.objects.get(code=code), *rows)
    return project


def _row(project: Project, number: int, user: str, ordinal: int, random: Random) -> JobRow:
    day = datetime.fromordinal(ordinal).date()
    submitted = datetime.combine(day, time(8 + number % 8), UTC)
    started = submitted + timedelta(seconds=random.expovariate(1 / 900))
    ended = started + timedelta(seconds=random.randrange(600, 5_000))
    return JobRow(
        db_index=number,
        job_id=number,
        account=project.name,
        username=user,
        partition="h200",
        state=random.choice(ENDS),
        submitted_at=int(submitted.timestamp()),
        started_at=int(started.timestamp()),
        ended_at=int(ended.timestamp()),
        gpus=random.choice((1, 2, 4, 8)),
        cpus=16,
        nodes=1,
        name=f"train-{number}",
    )


def never_read(code: str) -> None:
    """The site has not sent any accounting yet."""
    SiteStatus.objects.filter(site__code=code).update(accounting_until=None)
