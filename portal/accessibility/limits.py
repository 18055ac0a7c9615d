"""How often one address may send something without an account."""

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

MOST_AN_HOUR = 5
_AN_HOUR_SECONDS = 3600


def is_too_often(request: HttpRequest) -> bool:
    """Count this attempt; whether its address has made too many within an hour.

    The address itself is not kept: what is counted is a digest that changes with the secret key.
    """
    # Behind our own proxy that header is the proxy's word; without it, anybody's.
    name = "HTTP_X_REAL_IP" if settings.BEHIND_PROXY else "REMOTE_ADDR"
    address = f"{settings.SECRET_KEY}{request.META.get(name, '')}"
    key = f"accessibility-feedback-{hashlib.sha256(address.encode()).hexdigest()}"
    cache.add(key, 0, _AN_HOUR_SECONDS)
    try:
        return int(cache.incr(key)) > MOST_AN_HOUR
    except ValueError:  # it ran out between the two
        return False
