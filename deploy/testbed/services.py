"""All services of a testbed, in the order in which they start."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.testbed.errors import UsageError
from deploy.testbed.layout import SITES, Layout, Site
from deploy.testbed.mariadb import mariadb_service
from deploy.testbed.munge import munge_service
from deploy.testbed.postgres import postgres_service
from deploy.testbed.processes import Service
from deploy.testbed.settings import Settings
from deploy.testbed.slurm import slurmctld_service, slurmd_service, slurmdbd_service


def all_services(layout: Layout, settings: Settings) -> Iterator[Service]:
    """Every service that belongs to this testbed."""
    yield postgres_service(layout)
    if settings.only_postgres:
        return
    yield munge_service(layout)
    yield mariadb_service(layout)
    for owner in slurmdbd_owners(settings):
        yield slurmdbd_service(layout, owner)
    for site in SITES:
        yield slurmctld_service(layout, site)
        for node in site.nodes:
            yield slurmd_service(layout, site, node)


def slurmdbd_owners(settings: Settings) -> tuple[Site | None, ...]:
    """Whom each slurmdbd belongs to: nobody in particular when it is shared."""
    return SITES if settings.slurmdbd == "each" else (None,)


def service_named(layout: Layout, settings: Settings, name: str) -> Service:
    """The service of that name, or an error that lists the names there are."""
    services = {service.name: service for service in all_services(layout, settings)}
    if name not in services:
        raise UsageError(f"There is no service {name!r}.", f"Name one of: {', '.join(services)}.")
    return services[name]
