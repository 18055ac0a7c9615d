"""What settings must not say, alone or together; each rule has the sentence that a person reads."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http.request import validate_host
from pydantic import SecretStr

from portal.environment import DEVELOPMENT_KEY, Environment

SHORTEST_KEY = 50
SHORTEST_METRICS_TOKEN = 20


@dataclass(frozen=True)
class Rule:
    """A sentence, and when it applies."""

    sentence: str
    is_broken: Callable[[Environment], bool]
    only_in_production: bool = False


def broken_rules(env: Environment) -> list[str]:
    """The sentences of all rules that these settings break."""
    return [
        rule.sentence
        for rule in RULES
        if (env.is_production or not rule.only_in_production) and rule.is_broken(env)
    ]


def _key(env: Environment) -> str:
    return env.secret_key.get_secret_value()


def _scheme_is_foreign(address: SecretStr | None) -> bool:
    schemes = ("postgresql://", "postgres://")
    return address is not None and not address.get_secret_value().startswith(schemes)


def _name_is_missing(address: SecretStr | None) -> bool:
    return address is not None and not urlsplit(address.get_secret_value()).path.strip("/")


def _public_host_is_not_allowed(env: Environment) -> bool:
    host = urlsplit(env.public_url).hostname or ""
    return bool(env.allowed_hosts) and not validate_host(host, env.allowed_hosts)


def _provider_ids_repeat(env: Environment) -> bool:
    ids = [provider.provider_id for provider in env.oidc_providers]
    return len(ids) != len(set(ids))


def _provider_is_in_clear(env: Environment) -> bool:
    return any(not provider.server_url.startswith("https://") for provider in env.oidc_providers)


def _public_url_has_path(env: Environment) -> bool:
    parts = urlsplit(env.public_url)
    return bool(parts.path.strip("/") or parts.query or parts.fragment or parts.username)


RULES = (
    Rule(
        "BELFRY_DATABASE_URL must start with postgresql://",
        lambda env: _scheme_is_foreign(env.database_url),
    ),
    Rule(
        "BELFRY_DATABASE_URL must end in the name of the database",
        lambda env: _name_is_missing(env.database_url),
    ),
    Rule(
        "BELFRY_REPORTS_DATABASE_URL must start with postgresql://",
        lambda env: _scheme_is_foreign(env.reports_database_url),
    ),
    Rule(
        "BELFRY_REPORTS_DATABASE_URL must end in the name of the database",
        lambda env: _name_is_missing(env.reports_database_url),
    ),
    Rule(
        "BELFRY_REPORTS_DATABASE_URL is BELFRY_DATABASE_URL: name a replica, or nothing",
        lambda env: env.reports_database_url == env.database_url,
    ),
    Rule(
        "BELFRY_PUBLIC_URL must start with https:// (or http:// in development)",
        lambda env: not env.public_url.startswith(("http://", "https://")),
    ),
    Rule("BELFRY_PUBLIC_URL must be a scheme and a host, without a path", _public_url_has_path),
    Rule(
        "BELFRY_ALLOWED_HOSTS does not hold the host of BELFRY_PUBLIC_URL",
        _public_host_is_not_allowed,
    ),
    Rule(
        "BELFRY_SMTP_HOST and BELFRY_MAIL_FOLDER exclude each other: set one",
        lambda env: bool(env.smtp_host and env.mail_folder),
    ),
    Rule(
        "BELFRY_SMTP_USERNAME and BELFRY_SMTP_PASSWORD need each other: set both or neither",
        lambda env: bool(env.smtp_username) != bool(env.smtp_password.get_secret_value()),
    ),
    Rule(
        "BELFRY_METRICS_TOKEN is shorter than 20 characters",
        lambda env: 0 < len(env.metrics_token.get_secret_value()) < SHORTEST_METRICS_TOKEN,
    ),
    Rule("BELFRY_OIDC_PROVIDERS names one provider_id twice", _provider_ids_repeat),
    Rule(
        "BELFRY_UNIX_UID_MIN and BELFRY_UNIX_GROUP_GID_MIN must differ: numbers are given once",
        lambda env: env.unix_uid_min == env.unix_group_gid_min,
    ),
    Rule(
        "BELFRY_GPU_MEMORY_EMPTY_PERCENT must be less than BELFRY_GPU_MEMORY_FULL_PERCENT",
        lambda env: env.gpu_memory_empty_percent >= env.gpu_memory_full_percent,
    ),
    Rule(
        "BELFRY_SECRET_KEY is missing",
        lambda env: _key(env) == DEVELOPMENT_KEY,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_SECRET_KEY is shorter than 50 characters, or repeats a few",
        lambda env: (
            _key(env) != DEVELOPMENT_KEY
            and (len(_key(env)) < SHORTEST_KEY or len(set(_key(env))) < 5)  # noqa: PLR2004
        ),
        only_in_production=True,
    ),
    Rule(
        "BELFRY_PUBLIC_URL must start with https:// in production",
        lambda env: not env.public_url.startswith("https://"),
        only_in_production=True,
    ),
    Rule(
        "BELFRY_ALLOWED_HOSTS is missing",
        lambda env: not env.allowed_hosts,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_ALLOWED_HOSTS must name hosts, not * for all of them",
        lambda env: "*" in env.allowed_hosts,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_DATABASE_URL is missing",
        lambda env: "database_url" not in env.model_fields_set,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_BEHIND_PROXY must be true in production: the portal itself speaks no TLS",
        lambda env: not env.behind_proxy,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_STATIC_ROOT is missing",
        lambda env: env.static_root is None,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_EXPORT_FOLDER is missing",
        lambda env: env.export_folder is None,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_ATTACHMENT_FOLDER is missing, which BELFRY_CLAMD needs",
        lambda env: bool(env.clamd) and env.attachment_folder is None,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_SMTP_HOST is missing",
        lambda env: not env.smtp_host,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_MAIL_FROM is missing",
        lambda env: "mail_from" not in env.model_fields_set,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_SMTP_STARTTLS must be true where BELFRY_SMTP_PASSWORD is sent",
        lambda env: bool(env.smtp_password.get_secret_value()) and not env.smtp_starttls,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_REQUIRE_SECOND_FACTOR must be true in production",
        lambda env: not env.require_second_factor,
        only_in_production=True,
    ),
    Rule(
        "BELFRY_OIDC_PROVIDERS needs https:// in every server_url in production",
        _provider_is_in_clear,
        only_in_production=True,
    ),
)
