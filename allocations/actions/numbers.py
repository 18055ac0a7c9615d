"""Gives out references of applications, names of projects and of accounts, each once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Length

from allocations.models import Allocation, Application, Project, Site
from allocations.rules.naming import (
    QOS_MARK,
    account_names,
    next_project_name,
    project_prefix,
    qos_name,
)
from allocations.slurm_states import observed_states
from slurm_bridge.ownership import carries_mark
from slurm_bridge.wire import ActualState


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


@dataclass(frozen=True)
class NextName:
    """What the next project of a track is called, and what its accounts cannot be called."""

    name: str
    given: frozenset[str]
    """Names that its account could bear, and another account of Belfry's bears."""


def hold_names() -> None:
    """Until the transaction ends nobody else gives out a name of a project or an account."""
    _one_at_a_time("project_name")


def next_name(*, year: int, track_code: str) -> NextName:
    """The name of the next project of a track: aif26fl0042; whoever gives it out holds names."""
    prefix = project_prefix(year=year, track_code=track_code)
    ours = f"^{prefix}[0-9]{{4}}$"
    others = f"^{prefix}[0-9]{{4}}[b-z]$"
    accounts = Allocation.objects.filter(account_name__startswith=prefix).order_by()
    found = (
        Project.objects.filter(name__regex=ours)
        .order_by("-name")
        .values_list("name")[:1]
        .union(
            accounts.filter(account_name__regex=ours)
            .order_by("-account_name")
            .values_list("account_name")[:1],
            accounts.filter(account_name__regex=others).values_list("account_name"),
            all=True,
        )
    )
    given = {name for (name,) in found}
    plain = [name for name in given if len(name) == len(prefix) + 4]
    name = next_project_name(prefix=prefix, last=max(plain, default=None))
    return NextName(name=name, given=frozenset(given & set(account_names(name))))


def free_account_name(*, project: Project, site: Site, after: str = "") -> str | None:
    """What the project's account can be called at a site, as far as the site has told.

    With `after`, only the names that come later than that one; None where all are taken.
    """
    hold_names()
    names = list(account_names(project.name))
    given = Allocation.objects.filter(account_name__in=names).exclude(project=project)
    state = observed_states([site], slurm_names(project, [site])).get(site.pk)
    taken = {*given.values_list("account_name", flat=True), *foreign_names(project, site, state)}
    later = names[names.index(after) + 1 :] if after in names else names
    return next((name for name in later if name not in taken), None)


def slurm_names(project: Project, sites: Iterable[Site]) -> set[str]:
    """All names that accounts and QOS of the project could bear at some sites."""
    names = list(account_names(project.name))
    return {*names, *(qos_name(name, site.code) for site in sites for name in names)}


def foreign_names(project: Project, site: Site, state: ActualState | None) -> set[str]:
    """Of all names that the project's account could bear, those that something else bears there."""
    if state is None:
        return set()
    own = project.owner_mark
    accounts = {item.name for item in state.accounts if not carries_mark(item.description, own)}
    qos = {
        item.name
        for item in state.qos
        if not (carries_mark(item.description, QOS_MARK) or carries_mark(item.description, own))
    }
    return {
        name
        for name in account_names(project.name)
        if name in accounts or qos_name(name, site.code) in qos
    }


def _one_at_a_time(what: str) -> None:
    """Hold a lock until the end of the transaction, so that two never get the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])
