"""Gives out references of applications and names of projects, each once."""

from django.db import connection
from django.db.models.functions import Length

from allocations.models import Application, Project
from allocations.rules.naming import next_project_name, project_prefix


def next_reference(year: int) -> str:
    """The reference of the next application: A26-00042."""
    prefix = f"A{year % 100:02d}-"
    _one_at_a_time("application_reference")
    last = (
        Application.objects.filter(reference__startswith=prefix)
        .order_by(Length("reference").desc(), "-reference")
        .values_list("reference", flat=True)
        .first()
    )
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"


def next_name(*, year: int, track_code: str) -> str:
    """The name of the next project of a track: aif26fl0042."""
    prefix = project_prefix(year=year, track_code=track_code)
    _one_at_a_time("project_name")
    last = (
        Project.objects.filter(name__startswith=prefix)
        .order_by("-name")
        .values_list("name", flat=True)
        .first()
    )
    return next_project_name(prefix=prefix, last=last)


def _one_at_a_time(what: str) -> None:
    """Hold a lock until the end of the transaction, so that two never get the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])
