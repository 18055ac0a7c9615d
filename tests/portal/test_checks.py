import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import Error
from django.db import connection

from portal import checks
from tests.production import manage, production_environment


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_a_portal_without_its_front_end_packages_says_what_to_run(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.STATICFILES_DIRS = [("bootstrap", tmp_path), ("htmx", tmp_path / "absent")]
    (message,) = checks.frontend_is_installed(None)
    assert "htmx" in message.msg
    assert "bootstrap" not in message.msg
    assert "npm ci" in str(message.hint)


def test_production_without_collected_files_is_refused(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    assert ids(checks.static_files_are_collected(None)) == ["portal.E001"]
    (tmp_path / "staticfiles.json").write_text("{}")
    assert checks.static_files_are_collected(None) == []


def test_a_catalogue_that_is_not_compiled_as_it_is_now_is_told(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    catalogue = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text("")
    assert ids(checks.catalogues_are_compiled(None)) == ["portal.W002"]
    catalogue.with_suffix(".mo").write_bytes(b"")
    assert checks.catalogues_are_compiled(None) == []
    os.utime(catalogue, (2**31, 2**31))
    (message,) = checks.catalogues_are_compiled(None)
    assert "fr" in message.msg


def test_a_required_second_factor_that_nobody_can_add_is_refused(settings: LazySettings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert checks.second_factor_can_be_required(None) == []
    settings.MFA_SUPPORTED_TYPES = ["recovery_codes"]
    assert ids(checks.second_factor_can_be_required(None)) == ["portal.E002"]


def test_a_required_second_factor_that_nobody_asks_for_is_refused(settings: LazySettings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    order = [name for name in settings.MIDDLEWARE if name != checks.SECOND_FACTOR_MIDDLEWARE]
    for middleware in (order, [checks.SECOND_FACTOR_MIDDLEWARE, *order], []):
        settings.MIDDLEWARE = middleware
        assert ids(checks.second_factor_can_be_required(None)) == ["portal.E003"]


def test_a_cache_for_each_process_alone_is_refused(settings: LazySettings) -> None:
    assert checks.cache_is_shared(None) == []
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert ids(checks.cache_is_shared(None)) == ["portal.E004"]


def test_an_old_postgresql_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.postgresql_is_new_enough(None, databases=[connection.alias]) == []
    monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", 99)
    (message,) = checks.postgresql_is_new_enough(None, databases=[connection.alias])
    assert isinstance(message, Error)
    assert message.id == "portal.E005"


def test_the_deployment_check_is_clean_under_production_settings(tmp_path: Path) -> None:
    (tmp_path / "staticfiles.json").write_text("{}")
    environment = production_environment(static_root=tmp_path)
    ended = manage(environment, "check", "--deploy", "--fail-level", "DEBUG")
    assert ended.returncode == 0, ended.stderr
    assert "no issues (0 silenced)" in ended.stdout


def test_the_deployment_check_fails_before_the_files_are_collected(tmp_path: Path) -> None:
    environment = production_environment(static_root=tmp_path)
    ended = manage(environment, "check", "--deploy", "--fail-level", "WARNING")
    assert ended.returncode == 1
    assert "portal.E001" in ended.stderr
    assert "collectstatic" in ended.stderr
