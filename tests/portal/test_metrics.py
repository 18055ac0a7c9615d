import os
import re
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from allocations.models import SetAsideRow, Site
from tests.portal.staff_world import report_site

TOKEN = "a-token-for-tests-only"
RULES = Path(django_settings.BASE_DIR) / "deploy" / "prometheus" / "belfry.rules.yml"
DOCUMENT = Path(django_settings.BASE_DIR) / "docs" / "metrics.md"


def read(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    response = client.get(reverse("metrics"), headers=headers)
    assert response.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


@pytest.fixture
def guarded(settings: Any) -> dict[str, str]:
    settings.METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer \udcff", "x" * 5000]
)
def test_without_the_token_there_are_no_metrics(
    client: Client, db: None, guarded: dict[str, str], header: str
) -> None:
    headers = {"Authorization": header.encode("utf-8", "surrogateescape").decode("latin-1")}
    assert client.get(reverse("metrics"), headers=headers).status_code == 404


def test_without_a_setting_there_are_no_metrics(client: Client, db: None) -> None:
    assert client.get(reverse("metrics"), headers={"Authorization": "Bearer "}).status_code == 404


def test_an_allowed_address_needs_no_token(client: Client, db: None, settings: Any) -> None:
    settings.METRICS_NETWORKS = [ip_network("10.1.2.0/24")]
    for address, status in (("10.1.2.3", 200), ("10.1.3.3", 404), ("nonsense", 404)):
        assert client.get(reverse("metrics"), REMOTE_ADDR=address).status_code == status
    forged = client.get(reverse("metrics"), REMOTE_ADDR="1.2.3.4", HTTP_X_REAL_IP="10.1.2.3")
    assert forged.status_code == 404
    settings.BEHIND_PROXY = True
    told = client.get(reverse("metrics"), REMOTE_ADDR="127.0.0.1", HTTP_X_REAL_IP="10.1.2.3")
    assert told.status_code == 200


def test_sites_cycles_and_tasks_are_told(
    client: Client, seeded: None, guarded: dict[str, str]
) -> None:
    report_site(Site.objects.get(code="zellik"))
    found = read(client, **guarded)
    assert 0 <= found["belfry_site_contact_age_seconds", "zellik"] < 60
    assert ("belfry_site_contact_age_seconds", "charleroi") not in found
    assert ("belfry_site_accounting_age_seconds", "zellik") not in found
    assert found["belfry_site_cycle_changes", "failed", "zellik"] == 1
    assert found["belfry_site_cycle_changes", "applied", "zellik"] == 1
    assert found["belfry_site_cycle_refused", "zellik"] == 0
    assert found["belfry_tasks_waiting",] == 0


def test_requests_are_counted_by_route(
    client: Client, seeded: None, guarded: dict[str, str]
) -> None:
    key = ("belfry_request_seconds_count", "GET", "health", "2xx")
    before = read(client, **guarded).get(key, 0)
    client.get(reverse("health"))
    client.get("/" + "x" * 50)
    found = read(client, **guarded)
    assert found[key] == before + 1
    assert found["belfry_request_seconds_count", "GET", "none", "4xx"] >= 1


def test_a_scrape_asks_few_queries(
    client: Client, seeded: None, guarded: dict[str, str], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        read(client, **guarded)


def test_requests_of_all_processes_are_added_up(tmp_path: Path) -> None:
    count = (
        "from portal.metrics.latency import REQUESTS;"
        "REQUESTS.labels(method='GET', route='home', status='2xx').observe(0.1)"
    )
    for _process in range(2):
        subprocess.run(
            [sys.executable, "-c", count],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            cwd=django_settings.BASE_DIR,
            check=True,
        )
    add = (
        "from prometheus_client import CollectorRegistry, generate_latest;"
        "from prometheus_client.multiprocess import MultiProcessCollector;"
        "registry = CollectorRegistry(); MultiProcessCollector(registry);"
        "print(generate_latest(registry).decode())"
    )
    told = subprocess.run(
        [sys.executable, "-c", add],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert re.search(r"belfry_request_seconds_count\{.*route=\"home\".*\} 2\.0", told)


def test_alerts_and_document_name_metrics_that_exist(
    client: Client, seeded: None, guarded: dict[str, str]
) -> None:
    report_site(Site.objects.get(code="zellik"))
    told = client.get(reverse("metrics"), headers=guarded).content.decode()
    known = set(re.findall(r"# TYPE (belfry_\w+)", told)) | {"belfry_site_accounting_age_seconds"}
    for path in (RULES, DOCUMENT):
        named = set(re.findall(r"\bbelfry_(?!metrics)\w+", path.read_text()))
        assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in named} <= known


def test_rows_that_could_not_be_taken_in_are_counted_by_site(
    client: Client, seeded: None, guarded: dict[str, str]
) -> None:
    zellik = Site.objects.get(code="zellik")
    now = timezone.now()
    for key in ("1", "2"):
        SetAsideRow.objects.create(
            site=zellik, key=key, reason="no account", first_seen_at=now, last_seen_at=now
        )
    found = read(client, **guarded)
    assert found["belfry_rows_set_aside", "zellik"] == 2
    assert found["belfry_rows_set_aside", "charleroi"] == 0
