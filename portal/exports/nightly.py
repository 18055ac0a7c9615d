"""What the calendar brings: reports of the last month, and files whose time is over."""

import logging
from collections.abc import Callable
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.audit import SystemActor
from portal.exports.actions import forget_export, order_monthly_report
from portal.exports.folder import EXPORTS
from portal.models import Export, ExportState, ReportSubscription

log = logging.getLogger(__name__)


def send_monthly_reports(*, today: date, actor: SystemActor) -> int:
    """Order the reports that are due; how many could not be."""
    due = ReportSubscription.objects.filter(last_month__lt=today.replace(day=1))
    return _each(
        [subscription.pk for subscription in due],
        lambda pk: order_monthly_report(subscription_id=pk, today=today, actor=actor),
    )


def remove_old_exports(*, actor: SystemActor) -> int:
    """Remove files that were ready for longer than the setting allows; how many could not be."""
    limit = timezone.now() - timedelta(days=settings.EXPORT_DAYS)
    old = Export.objects.filter(state=ExportState.DONE, finished_at__lt=limit)
    return _each(
        [export.pk for export in old],
        lambda pk: EXPORTS.remove(forget_export(export_id=pk, actor=actor)),
    )


def _each(keys: list[int], act: Callable[[int], None]) -> int:
    failed = 0
    for key in keys:
        try:
            act(key)
        except Exception:  # the others must not wait for somebody to mend this one
            log.exception("report or file %d was left out tonight", key)
            failed += 1
    return failed
