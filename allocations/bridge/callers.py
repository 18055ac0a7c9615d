"""Who calls the API: a site, by its token, and its bridge as an actor."""

from typing import cast

from django.http import HttpRequest
from ninja.errors import HttpError

from accounts.audit import SystemActor
from allocations.models import Site


def site_of(request: HttpRequest) -> Site:
    """The site whose token the request carries."""
    return cast(Site, request.auth)  # type: ignore[attr-defined]  # ninja sets what auth returned


def bridge_of(site: Site) -> SystemActor:
    """How the audit trail names the site's bridge."""
    return SystemActor(f"bridge@{site.code}")


def refuse_other_cluster(site: Site, cluster: str) -> None:
    """Raise 403 where a report is about another cluster than the token's."""
    if cluster != site.cluster:
        raise HttpError(
            403, f"This token belongs to cluster {site.cluster}, not to {cluster[:80]}."
        )
