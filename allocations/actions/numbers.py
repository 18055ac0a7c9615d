"""Gives out references of applications, names of projects and of accounts, each once."""

from django.db import connection
from django.db.models import Max
from django.db.models.functions import Length

from allocations.models import Allocation, Application, Project, Site
from allocations.rules.naming import (
    QOS_MARK,
    account_names,
    next_project_name,
    project_prefix,
    qos_name,
)
from allocations.site_overview import observed_state
from slurm_bridge.ownership import carries_mark


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
    ours = f"^{prefix}[0-9]{{4}}$"
    named = Project.objects.filter(name__regex=ours).aggregate(last=Max("name"))
    used = Allocation.objects.filter(account_name__regex=ours).aggregate(last=Max("account_name"))
    last = max(filter(None, (named["last"], used["last"])), default=None)
    return next_project_name(prefix=prefix, last=last)


def free_account_name(*, project: Project, site: Site, after: str = "") -> str | None:
    """What the project's account can be called at a site, as far as the site has told.

    With `after`, only the names that come later than that one; None where all are taken.
    """
    names = list(account_names(project.name))
    later = names[names.index(after) + 1 :] if after in names else names
    _one_at_a_time("project_name")
    given = Allocation.objects.filter(account_name__in=names).exclude(project=project)
    taken = set(given.values_list("account_name", flat=True)) | foreign_names(project, site)
    return next((name for name in later if name not in taken), None)


def foreign_names(project: Project, site: Site) -> set[str]:
    """Of all names that the project's account could bear, those that something else bears."""
    qos_names = {name: qos_name(name, site.code) for name in account_names(project.name)}
    state = observed_state(getattr(site, "status", None), {*qos_names, *qos_names.values()})
    if state is None:
        return set()
    own = project.owner_mark
    accounts = {item.name for item in state.accounts if not carries_mark(item.description, own)}
    qos = {
        item.name
        for item in state.qos
        if not (carries_mark(item.description, QOS_MARK) or carries_mark(item.description, own))
    }
    return {name for name in qos_names if name in accounts or qos_names[name] in qos}


def _one_at_a_time(what: str) -> None:
    """Hold a lock until the end of the transaction, so that two never get the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])
