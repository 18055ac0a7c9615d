"""What was counted at a site in a span of days, for the site's bridge to check."""

from datetime import date

from django.db.models import Min, Sum

from allocations.models import Allocation, DailyUsage, Site, UsageDifference
from slurm_bridge.wire_audit import MOST_OPEN_DAYS, MOST_SECONDS, UsageDays, UsedSeconds


def usage_days(site: Site, first: date, last: date) -> UsageDays:
    """The seconds of each user of each account that Belfry looks after at the site, summed."""
    accounts = dict(
        Allocation.objects.current().filter(site=site).values_list("project_id", "account_name")
    )
    use = DailyUsage.objects.filter(site=site, project__in=accounts)
    sums = (
        use.filter(day__gte=first, day__lte=last)
        .order_by("project_id", "username")
        .values_list("project_id", "username")
        .annotate(gpu=Sum("gpu_seconds"), cpu=Sum("cpu_seconds"))
    )
    return UsageDays(
        first_day=first,
        last_day=last,
        since=use.aggregate(since=Min("day"))["since"],
        accounts=tuple(sorted(accounts.values())),
        rows=tuple(
            UsedSeconds(
                account=accounts[project],
                username=username,
                gpu_seconds=min(int(gpu), MOST_SECONDS),
                cpu_seconds=min(int(cpu), MOST_SECONDS),
            )
            for project, username, gpu, cpu in sums
        ),
        open_days=_open_days(site),
    )


def _open_days(site: Site) -> tuple[date, ...]:
    remaining = UsageDifference.objects.remaining().filter(allocation__site=site)
    days = remaining.order_by("-day").values_list("day", flat=True).distinct()
    return tuple(sorted(days[:MOST_OPEN_DAYS]))
