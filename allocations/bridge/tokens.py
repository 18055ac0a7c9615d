"""How a bridge signs in: a bearer token for each site, stored as its SHA-256 digest."""

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from allocations.actions.tokens import digest_of
from allocations.models import Site, SiteToken


class SiteTokenAuth(HttpBearer):
    """Answers the site whose token the request carries; ninja answers 401 otherwise."""

    def authenticate(self, request: HttpRequest, token: str) -> Site | None:
        """The token's site, if the token is one that holds now."""
        found = (
            SiteToken.objects.select_related("site")
            .filter(SiteToken.valid_at(timezone.now()), digest=digest_of(token))
            .first()
        )
        return found.site if found else None
