"""`manage.py set_role EMAIL ROLE`: how the first administrator is made."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import change_role
from accounts.audit import SystemActor
from accounts.models import User
from accounts.permissions import Role


class Command(BaseCommand):
    """Gives somebody a role without the web pages."""

    help = "Give a person a role: applicant, reviewer, funder, staff or administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        """The person's address and the role."""
        parser.add_argument("email")
        parser.add_argument("role", choices=Role.values)

    def handle(self, *args: Any, **options: Any) -> None:
        """Change the role and say so."""
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(
                f"Nobody has the address {options['email']!r}; they must create an account first."
            )
        change_role(
            user_id=user.pk, role=Role(options["role"]), actor=SystemActor("manage.py set_role")
        )
        self.stdout.write(f"{user.email} is now {options['role']}")
