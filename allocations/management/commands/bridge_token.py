"""`manage.py bridge_token SITE`: a new token for a site's bridge."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.audit import SystemActor
from allocations.actions.tokens import issue_token
from allocations.models import Site


class Command(BaseCommand):
    """Prints the token once; the earlier ones keep working for a while, so nothing stops."""

    help = "Issue a new token for a site's bridge; earlier tokens end after --old-ones-last hours."

    def add_arguments(self, parser: CommandParser) -> None:
        """The site, and how long its earlier tokens still hold."""
        parser.add_argument("site", help="the site's code, such as zellik")
        parser.add_argument(
            "--old-ones-last",
            type=float,
            default=24.0,
            metavar="HOURS",
            help="how long earlier tokens keep working (default 24; 0 ends them now)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue and print."""
        site = Site.objects.filter(code=options["site"]).first()
        if site is None:
            known = ", ".join(Site.objects.values_list("code", flat=True))
            raise CommandError(f"There is no site {options['site']!r}. Known sites: {known}.")
        if options["old_ones_last"] < 0:
            raise CommandError("--old-ones-last cannot be negative.")
        token = issue_token(
            site=site,
            old_ones_last=timedelta(hours=options["old_ones_last"]),
            actor=SystemActor("manage.py bridge_token"),
        )
        self.stdout.write(token)
