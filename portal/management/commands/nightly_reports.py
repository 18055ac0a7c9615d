"""`manage.py nightly_reports`: monthly reports are ordered, and old files are removed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.audit import SystemActor
from portal.exports.nightly import remove_old_exports, send_monthly_reports

NIGHTLY = SystemActor("nightly")


class Command(BaseCommand):
    """Runs once a day; a second run on the same day changes nothing."""

    help = "Order the reports of the last month, and remove files whose time is over."

    def handle(self, *args: Any, **options: Any) -> None:
        """Each report and each file by itself, so that a fault with one leaves the others."""
        failed = send_monthly_reports(today=timezone.localdate(), actor=NIGHTLY)
        failed += remove_old_exports(actor=NIGHTLY)
        if failed:
            raise CommandError(f"{failed} reports or files could not be served; the log says why.")
