"""`manage.py send_digests`: what could wait goes out, to those who get it together."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.mail_digests import send_digests


class Command(BaseCommand):
    """Runs at seven each morning; a second run, or a late one, sends nothing twice."""

    help = "Send each person the mails that could wait, as one, where it is due."

    def handle(self, *args: Any, **options: Any) -> None:
        """Have the worker deliver them."""
        failed = send_digests(timezone.now())
        if failed:
            raise CommandError(f"{failed} digests could not be written; the log says why.")
