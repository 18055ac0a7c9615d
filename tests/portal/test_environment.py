import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from portal.configuration import ConfigurationError, load_environment
from portal.environment import Environment
from portal.environment_rules import RULES
from tests.production import manage, production_environment

PROVIDER = {
    "provider_id": "uni",
    "name": "University",
    "server_url": "https://login.example.org/realms/uni",
    "client_id": "belfry",
    "secret": "hush-hush",
}

# What breaks each rule: changes to settings that work in production. None takes a variable away.
BREAKS: dict[str, dict[str, str | None]] = {
    "BELFRY_DATABASE_URL must start with postgresql://": {
        "BELFRY_DATABASE_URL": "mysql://belfry@127.0.0.1/belfry"
    },
    "BELFRY_DATABASE_URL must end in the name of the database": {
        "BELFRY_DATABASE_URL": "postgresql://belfry@127.0.0.1/"
    },
    "BELFRY_REPORTS_DATABASE_URL must start with postgresql://": {
        "BELFRY_REPORTS_DATABASE_URL": "mysql://belfry@127.0.0.1/belfry"
    },
    "BELFRY_REPORTS_DATABASE_URL must end in the name of the database": {
        "BELFRY_REPORTS_DATABASE_URL": "postgresql://belfry@127.0.0.1"
    },
    "BELFRY_REPORTS_DATABASE_URL is BELFRY_DATABASE_URL: name a replica, or nothing": {
        "BELFRY_REPORTS_DATABASE_URL": "postgresql://belfry@127.0.0.1:1/belfry"
    },
    "BELFRY_PUBLIC_URL must start with https:// (or http:// in development)": {
        "BELFRY_PUBLIC_URL": "portal.belfry.example"
    },
    "BELFRY_PUBLIC_URL must be a scheme and a host, without a path": {
        "BELFRY_PUBLIC_URL": "https://portal.belfry.example/belfry"
    },
    "BELFRY_ALLOWED_HOSTS does not hold the host of BELFRY_PUBLIC_URL": {
        "BELFRY_ALLOWED_HOSTS": "other.example.org"
    },
    "BELFRY_SMTP_HOST and BELFRY_MAIL_FOLDER exclude each other: set one": {
        "BELFRY_MAIL_FOLDER": "/var/mail"
    },
    "BELFRY_SMTP_USERNAME and BELFRY_SMTP_PASSWORD need each other: set both or neither": {
        "BELFRY_SMTP_USERNAME": "belfry"
    },
    "BELFRY_UNIX_UID_MIN and BELFRY_UNIX_GROUP_GID_MIN must differ: numbers are given once": {
        "BELFRY_UNIX_UID_MIN": "30000",
        "BELFRY_UNIX_GROUP_GID_MIN": "30000",
    },
    "BELFRY_OIDC_PROVIDERS names one provider_id twice": {
        "BELFRY_OIDC_PROVIDERS": json.dumps([PROVIDER, PROVIDER])
    },
    "BELFRY_SECRET_KEY is missing": {"BELFRY_SECRET_KEY": None},
    "BELFRY_SECRET_KEY is shorter than 50 characters, or repeats a few": {
        "BELFRY_SECRET_KEY": "short"
    },
    "BELFRY_PUBLIC_URL must start with https:// in production": {
        "BELFRY_PUBLIC_URL": "http://portal.belfry.example"
    },
    "BELFRY_ALLOWED_HOSTS is missing": {"BELFRY_ALLOWED_HOSTS": None},
    "BELFRY_ALLOWED_HOSTS must name hosts, not * for all of them": {"BELFRY_ALLOWED_HOSTS": "*"},
    "BELFRY_DATABASE_URL is missing": {"BELFRY_DATABASE_URL": None},
    "BELFRY_BEHIND_PROXY must be true in production: the portal itself speaks no TLS": {
        "BELFRY_BEHIND_PROXY": "false"
    },
    "BELFRY_STATIC_ROOT is missing": {"BELFRY_STATIC_ROOT": ""},
    "BELFRY_EXPORT_FOLDER is missing": {"BELFRY_EXPORT_FOLDER": ""},
    "BELFRY_GPU_MEMORY_EMPTY_PERCENT must be less than BELFRY_GPU_MEMORY_FULL_PERCENT": {
        "BELFRY_GPU_MEMORY_EMPTY_PERCENT": "99"
    },
    "BELFRY_ATTACHMENT_FOLDER is missing, which BELFRY_CLAMD needs": {
        "BELFRY_ATTACHMENT_FOLDER": ""
    },
    "BELFRY_METRICS_TOKEN is shorter than 20 characters": {"BELFRY_METRICS_TOKEN": "short"},
    "BELFRY_SMTP_HOST is missing": {"BELFRY_SMTP_HOST": ""},
    "BELFRY_MAIL_FROM is missing": {"BELFRY_MAIL_FROM": None},
    "BELFRY_SMTP_STARTTLS must be true where BELFRY_SMTP_PASSWORD is sent": {
        "BELFRY_SMTP_USERNAME": "belfry",
        "BELFRY_SMTP_PASSWORD": "hush-hush",
        "BELFRY_SMTP_STARTTLS": "false",
    },
    "BELFRY_REQUIRE_SECOND_FACTOR must be true in production": {
        "BELFRY_REQUIRE_SECOND_FACTOR": "false"
    },
    "BELFRY_OIDC_PROVIDERS needs https:// in every server_url in production": {
        "BELFRY_OIDC_PROVIDERS": json.dumps([PROVIDER | {"server_url": "http://login.example.org"}])
    },
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The settings of a portal in production, in this process."""
    for name in [name for name in os.environ if name.startswith("BELFRY_")]:
        monkeypatch.delenv(name)
    for name, value in production_environment(static_root=tmp_path).items():
        if name.startswith("BELFRY_"):
            monkeypatch.setenv(name, value)
    return monkeypatch


def change(monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, str | None]) -> None:
    for name, value in changes.items():
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)


def problems() -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load_environment()
    return refused.value.problems


def test_each_rule_has_settings_that_break_it() -> None:
    assert set(BREAKS) == {rule.sentence for rule in RULES}


@pytest.mark.parametrize("sentence", BREAKS)
def test_what_a_rule_forbids_stops_the_start_with_the_rules_sentence(
    production: pytest.MonkeyPatch, sentence: str
) -> None:
    change(production, BREAKS[sentence])
    assert sentence in problems()


def test_every_rule_names_a_variable_that_exists() -> None:
    names = {f"BELFRY_{name.upper()}" for name in Environment.model_fields}
    for rule in RULES:
        assert rule.sentence.split()[0] in names


def test_settings_that_break_no_rule_are_taken(production: pytest.MonkeyPatch) -> None:
    production.setenv("BELFRY_OIDC_PROVIDERS", json.dumps([PROVIDER]))
    environment = load_environment()
    assert environment.is_production
    assert environment.allowed_hosts == ["portal.belfry.example", "other.belfry.example"]
    assert environment.oidc_providers[0].origin == "https://login.example.org"


def test_development_needs_no_setting_at_all(production: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BELFRY_")]:
        production.delenv(name)
    assert not load_environment().is_production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BELFRY_ENVIRONMENT", "staging"),
        ("BELFRY_UNIX_UID_MIN", "abc"),
        ("BELFRY_UNIX_UID_MIN", "999"),
        ("BELFRY_UNIX_USERNAME_PREFIX", "Bad Prefix"),
        ("BELFRY_SMTP_PORT", "0"),
        ("BELFRY_SMTP_PORT", "smtp"),
        ("BELFRY_BEHIND_PROXY", "perhaps"),
        ("BELFRY_LOG_LEVEL", "LOUD"),
        ("BELFRY_SITE_LATE_AFTER_SECONDS", "1"),
        ("BELFRY_MAX_BRIDGE_BODY_MB", "0"),
        ("BELFRY_ALLOWED_HOSTS", '["unfinished"'),
        ("BELFRY_ASSOCIATED_COUNTRIES", "NO,Norway"),
        ("BELFRY_ASSOCIATED_COUNTRIES", "no"),
        ("BELFRY_ASSOCIATED_COUNTRIES", "NO,LU"),
        ("BELFRY_ASSOCIATED_COUNTRIES", "EL"),
        ("BELFRY_OIDC_PROVIDERS", '[{"secret": "hush-hush"'),
        ("BELFRY_OIDC_PROVIDERS", '{"secret": "hush-hush"}'),
        ("BELFRY_OIDC_PROVIDERS", '[{"secret": "hush-hush"}]'),
        ("BELFRY_OIDC_PROVIDERS", json.dumps([PROVIDER | {"server_url": "https://a b;c"}])),
        ("BELFRY_OIDC_PROVIDERS", json.dumps([PROVIDER | {"colour": "blue"}])),
    ],
)
def test_a_malformed_value_is_refused_by_its_name_and_never_repeated(
    production: pytest.MonkeyPatch, name: str, value: str
) -> None:
    production.setenv(name, value)
    said = problems()
    assert any(sentence.startswith(name) for sentence in said)
    assert "hush-hush" not in str(said)


def test_hosts_may_be_a_json_list_too(production: pytest.MonkeyPatch) -> None:
    production.setenv("BELFRY_ALLOWED_HOSTS", '["portal.belfry.example"]')
    assert load_environment().allowed_hosts == ["portal.belfry.example"]


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("BELFRY_SECRETKEY", "BELFRY_SECRET_KEY"),
        ("BELFRY_ALLOWED_HOST", "BELFRY_ALLOWED_HOSTS"),
        ("BELFRY_REQUIRE_2ND_FACTOR", "BELFRY_REQUIRE_SECOND_FACTOR"),
        ("BELFRY_THREAD", "BELFRY_THREADS"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_name_that_was_meant(
    production: pytest.MonkeyPatch, misspelt: str, meant: str
) -> None:
    production.setenv(misspelt, "x")
    assert problems() == [f"{misspelt} is no setting of Belfry; did you mean {meant}?"]


def test_a_variable_like_no_other_is_refused_without_a_guess(
    production: pytest.MonkeyPatch,
) -> None:
    production.setenv("BELFRY_QQQ", "x")
    assert problems() == ["BELFRY_QQQ is no setting of Belfry"]


@pytest.mark.parametrize(
    "name",
    ["BELFRY_STATE", "BELFRY_PORT_BASE", "BELFRY_BIND", "BELFRY_KEEP", "BELFRY_FAULTS"],
)
def test_variables_of_the_testbed_and_of_gunicorn_may_stand_beside(
    production: pytest.MonkeyPatch, name: str
) -> None:
    production.setenv(name, "/x")
    load_environment()


def test_all_problems_are_told_at_once_with_exit_status_78(tmp_path: Path) -> None:
    environment = production_environment(static_root=tmp_path)
    del environment["BELFRY_SECRET_KEY"]
    environment["BELFRY_PUBLIC_URL"] = "http://portal.belfry.example"
    environment["BELFRY_SECRETKEY"] = "hush-hush"
    ended = manage(environment, "check")
    assert ended.returncode == os.EX_CONFIG
    assert ended.stderr.splitlines() == [
        "belfry: BELFRY_SECRETKEY is no setting of Belfry; did you mean BELFRY_SECRET_KEY?",
        "belfry: BELFRY_SECRET_KEY is missing",
        "belfry: BELFRY_PUBLIC_URL must start with https:// in production",
    ]
