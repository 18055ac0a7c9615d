"""Takes in what came of holding a site's usage against Slurm's own figures."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from accounts.audit import SystemActor, action
from allocations.actions.mails import mail_administrators
from allocations.actions.moments import moment
from allocations.models import Allocation, CheckedTotal, Site, SiteCheck, UsageDifference
from slurm_bridge import wire_audit
from slurm_bridge.wire_audit import UsageCheck

MOST_IN_A_MAIL = 20
MOST_REMAINING = 2**31 - 1
_SECONDS = (
    "portal_gpu_seconds",
    "portal_cpu_seconds",
    "slurm_gpu_seconds",
    "slurm_cpu_seconds",
)
_FOUND = (*_SECONDS, "records_gpu_seconds", "records_cpu_seconds", "reason", "detail")


@action
def record_usage_check(*, site: Site, check: UsageCheck, actor: SystemActor) -> None:
    """Keep the newest check; differences that it no longer found are resolved, new ones mailed."""
    checked_at = moment(check.checked_at)
    Site.objects.select_for_update().get(pk=site.pk)
    known = SiteCheck.objects.filter(site=site).first()
    if known is not None and known.checked_at >= checked_at:
        return
    SiteCheck.objects.update_or_create(
        site=site,
        defaults={
            "checked_at": checked_at,
            "first_day": check.first_day,
            "last_day": check.last_day,
            "rolled_up_until": moment(check.rolled_up_until) if check.rolled_up_until else None,
        },
    )
    current = Allocation.objects.current().filter(site=site)
    allocations = {item.account_name: item for item in current.select_related("project", "site")}
    _keep_totals(allocations, check, checked_at)
    fresh = _keep_differences(allocations, check.differences, checked_at)
    _resolve(site, check, checked_at)
    remaining = UsageDifference.objects.remaining().filter(allocation__site=site).count()
    SiteCheck.objects.filter(site=site).update(
        remaining=min(remaining + check.differences_left_out, MOST_REMAINING)
    )
    if fresh:
        mail_administrators(
            "usage_differs",
            {"site": site, "differences": fresh[:MOST_IN_A_MAIL], "count": len(fresh)},
        )


def _keep_totals(
    allocations: Mapping[str, Allocation], check: UsageCheck, checked_at: datetime
) -> None:
    """A row for each project, also for one that used nothing by either count."""
    by_account = {item.account: item for item in check.totals}
    CheckedTotal.objects.bulk_create(
        [
            CheckedTotal(
                allocation=allocation,
                checked_at=checked_at,
                until_day=check.last_day,
                **{name: getattr(by_account.get(account), name, 0) for name in _SECONDS},
            )
            for account, allocation in allocations.items()
        ],
        update_conflicts=True,
        unique_fields=["allocation"],
        update_fields=["checked_at", "until_day", *_SECONDS],
    )


def _keep_differences(
    allocations: Mapping[str, Allocation],
    found: Iterable[wire_audit.UsageDifference],
    checked_at: datetime,
) -> list[UsageDifference]:
    """Write down what differs; returns what was not known, each once."""
    fresh = []
    for item in found:
        if item.account not in allocations:
            continue
        row, is_new = UsageDifference.objects.update_or_create(
            allocation=allocations[item.account],
            day=item.day,
            username=item.username,
            defaults={
                "seen_at": checked_at,
                "resolved_at": None,
                **{name: getattr(item, name) for name in _FOUND},
            },
            create_defaults={
                "found_at": checked_at,
                "seen_at": checked_at,
                **{name: getattr(item, name) for name in _FOUND},
            },
        )
        if is_new:
            fresh.append(row)
    return fresh


def _resolve(site: Site, check: UsageCheck, checked_at: datetime) -> None:
    """What a check looked at by itself, and did not find, is no difference any more."""
    if check.differences_left_out:
        return
    looked_at = Q(day__gte=check.first_day, day__lte=check.last_day) | Q(day__in=check.older_days)
    gone = UsageDifference.objects.remaining().filter(
        looked_at, allocation__site=site, seen_at__lt=checked_at
    )
    gone.update(resolved_at=checked_at)
