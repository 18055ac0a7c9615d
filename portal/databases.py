"""Addresses of databases, as Django wants them."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# To compile a statement over all months of jobs takes a second, to run it some milliseconds.
_WITHOUT_COMPILING = "-c jit=off"


def database(address: str, *, options: str = "") -> dict[str, Any]:
    """Django's settings for `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?libpq=options`."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    every = (_WITHOUT_COMPILING, options, query.pop("options", ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": " ".join(option for option in every if option),
            **query,
        },
    }
