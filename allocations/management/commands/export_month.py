"""`manage.py export_month 2026-03 --to FOLDER [--drop]`: a month of jobs as a Parquet file."""

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.audit import SystemActor
from allocations.actions.month_export import drop_month, export_month, file_of
from allocations.errors import StateError


class Command(BaseCommand):
    """Writes the file first; only a whole one lets the month leave."""

    help = "Write the jobs submitted in a month to a Parquet file, and perhaps drop them."

    def add_arguments(self, parser: CommandParser) -> None:
        """The month, the folder, and whether the jobs leave."""
        parser.add_argument("month", type=_month, help="such as 2026-03, in UTC")
        parser.add_argument("--to", type=_folder, required=True, help="a folder that is there")
        parser.add_argument("--drop", action="store_true", help="let them leave the database")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many jobs went where."""
        month, folder = options["month"], options["to"]
        actor = SystemActor("manage.py export_month")
        try:
            if options["drop"]:
                jobs = drop_month(month=month, export_to=folder, actor=actor)
            else:
                jobs = export_month(month, folder)
        except (StateError, OSError) as error:
            raise CommandError(str(error)) from error
        left = ", which have left the database" if options["drop"] else ""
        self.stdout.write(f"{file_of(folder, month)}: {jobs} jobs{left}")


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise ArgumentTypeError("write a month as 2026-03") from error


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise ArgumentTypeError(f"there is no folder {text}")
    return Path(text)
