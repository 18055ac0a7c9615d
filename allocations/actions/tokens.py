"""Gives sites' bridges their tokens, of which only the SHA-256 digest is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from accounts.audit import SystemActor, action
from allocations.models import Site, SiteToken

TOKEN_PREFIX = "belfry_"  # noqa: S105  # lets secret scanners recognise a leaked token


@action
def issue_token(*, site: Site, old_ones_last: timedelta, actor: SystemActor) -> str:
    """A new token, shown this once; earlier ones keep working for the time given."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    end = timezone.now() + old_ones_last
    for earlier in SiteToken.objects.filter(SiteToken.valid_at(end), site=site):
        earlier.expires_at = end
        earlier.save(update_fields=["expires_at"])
    SiteToken.objects.create(site=site, digest=digest_of(token))
    return token


def digest_of(token: str) -> str:
    """What is stored of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
