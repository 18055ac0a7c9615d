"""What Django's `check` says of this portal beyond `portal.environment_rules`.

`manage.py check --deploy` runs all of it; the portal's systemd unit does so before each start.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connections

OLDEST_POSTGRESQL = 15
SECOND_FACTORS = frozenset({"totp", "webauthn"})
SECOND_FACTOR_MIDDLEWARE = "accounts.middleware.SecondFactorMiddleware"
AUTHENTICATION_MIDDLEWARE = "django.contrib.auth.middleware.AuthenticationMiddleware"
SHARED_CACHE = "django.core.cache.backends.db.DatabaseCache"


@register(Tags.staticfiles)
def frontend_is_installed(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Every package that pages load from npm lies where collectstatic looks for it."""
    missing = [name for name, folder in settings.STATICFILES_DIRS if not Path(folder).is_dir()]
    if not missing:
        return []
    return [
        Caution(
            f"The front-end packages {', '.join(missing)} are not installed.",
            hint="Run `npm ci` in portal/frontend, or `make install`.",
            id="portal.W001",
        )
    ]


@register(Tags.security, deploy=True)
def static_files_are_collected(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The folder that production serves from has been filled, or every page would be bare."""
    root = settings.STATIC_ROOT
    if root is not None and (Path(root) / "staticfiles.json").is_file():
        return []
    return [
        Error(
            f"No static files have been collected in {root}.",
            hint="Run `manage.py collectstatic --no-input`, and see that BELFRY_STATIC_ROOT"
            " can be read by the portal's user.",
            id="portal.E001",
        )
    ]


@register(Tags.translation, deploy=True)
def catalogues_are_compiled(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Each catalogue of translations has been compiled as it is now, or English is shown."""
    catalogues = [path for folder in settings.LOCALE_PATHS for path in folder.glob("*/*/*.po")]
    stale = [path.parts[-3] for path in catalogues if not _is_compiled(path)]
    if not stale:
        return []
    return [
        Caution(
            f"The catalogues of these languages are not compiled: {', '.join(sorted(stale))}.",
            hint="Run `deploy/catalogues`, or `make install`.",
            id="portal.W002",
        )
    ]


@register(Tags.security)
def second_factor_can_be_required(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Where a second factor is required, people can add one and are led to it."""
    if not settings.REQUIRE_SECOND_FACTOR:
        return []
    problems: list[CheckMessage] = []
    if not SECOND_FACTORS & set(settings.MFA_SUPPORTED_TYPES):
        hint = "Put totp or webauthn into MFA_SUPPORTED_TYPES."
        problems.append(Error("No second factor can be added.", hint=hint, id="portal.E002"))
    order = settings.MIDDLEWARE
    if SECOND_FACTOR_MIDDLEWARE not in order[_place(order, AUTHENTICATION_MIDDLEWARE) :]:
        hint = f"Put {SECOND_FACTOR_MIDDLEWARE} after {AUTHENTICATION_MIDDLEWARE}."
        problems.append(Error("Nobody asks for the second factor.", hint=hint, id="portal.E003"))
    return problems


@register(Tags.caches)
def cache_is_shared(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """All processes count attempts to sign in together, and take each one-time code once."""
    if settings.CACHES["default"]["BACKEND"] == SHARED_CACHE:
        return []
    return [
        Error(
            "The default cache is not shared among processes, so that limits on signing in count"
            " for each of them alone and a one-time code works once in each.",
            hint=f"Set its BACKEND to {SHARED_CACHE}.",
            id="portal.E004",
        )
    ]


@register(Tags.database)
def postgresql_is_new_enough(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The database is a release that Belfry is tested with; asked for with `--database`."""
    problems: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        connection.ensure_connection()
        release = connection.connection.server_version // 10_000
        if release < OLDEST_POSTGRESQL:
            said = f"PostgreSQL is {release}; Belfry needs {OLDEST_POSTGRESQL} or newer."
            problems.append(Error(said, id="portal.E005"))
    return problems


def _is_compiled(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return compiled.is_file() and compiled.stat().st_mtime >= catalogue.stat().st_mtime


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
