"""Tells waiting bridges that their desired state may have changed."""

from collections.abc import Iterable

from django.db import connection

from allocations.models import Project, Site

CHANNEL = "belfry_site"


def wake_sites(sites: Iterable[Site]) -> None:
    """Wake the long polls of these sites' bridges once the transaction has been committed."""
    with connection.cursor() as cursor:
        for site in sites:
            # PostgreSQL delivers a notification at commit, never for what was rolled back.
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, site.code])


def wake_sites_of(project: Project) -> None:
    """Wake the bridges of every site where the project has an allocation."""
    wake_sites(Site.objects.filter(allocations__project=project))
