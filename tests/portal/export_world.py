"""Files that somebody asked for."""

from datetime import date

from accounts.models import User
from portal.exports.actions import request_export, subscribe
from portal.models import Export, FileFormat, ReportKind, ReportSubscription


def own_export(person: User) -> Export:
    """A small file of the person's, which is ready where tasks run at once."""
    return request_export(
        kind=ReportKind.USAGE, file_format=FileFormat.JSON, query={}, actor=person
    )


def own_subscription(person: User) -> ReportSubscription:
    """A report of each month, PDF left out: it takes seconds."""
    return subscribe(
        file_format=FileFormat.CSV, query={"by": "site"}, today=date(2026, 3, 2), actor=person
    )
