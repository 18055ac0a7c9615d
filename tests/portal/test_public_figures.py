import csv
import io
import json
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.models import Site
from portal.programme import public
from portal.programme.kpis import KPI
from portal.programme.public import Quarter, past_quarters, public_figures
from tests.allocations.measured_world import measured_day
from tests.portal.programme_world import make_programme


@pytest.fixture
def this_quarter(monkeypatch: pytest.MonkeyPatch) -> Quarter:
    """The quarter of today, as if it were over."""
    today = timezone.localdate()
    quarter = Quarter(today.year, (today.month + 2) // 3)
    monkeypatch.setattr("portal.programme.public_views.past_quarters", lambda _today: [quarter])
    cache.clear()
    return quarter


def figures(client: Client) -> dict[tuple[str, str, str], Any]:
    answer = json.loads(client.get(reverse("public_file", args=["json"])).content)
    return {
        (item["divided_by"], item["part"], item["key"]): (item["value"], item["is_hidden"])
        for item in answer["figures"]
    }


def test_figures_of_few_people_are_hidden_with_one_that_would_tell_them(
    client: Client, staff: User, this_quarter: Quarter
) -> None:
    make_programme(staff)
    found = figures(client)
    assert found["", "", "people"] == (8, False)
    assert found["", "", "granted"] == (3500, False)
    # One person in Flanders, and seven in Wallonia who would give them away.
    assert found["region", "flanders", "granted"] == (None, True)
    assert found["region", "wallonia", "granted"] == (None, True)
    assert found["region", "brussels", "granted"] == (0, False)
    # Two people applied, one of whom was refused.
    assert found["", "", "applications"] == (None, True)
    assert found["", "", "approval_rate"] == (None, True)


def test_a_figure_that_does_not_say_of_whom_it_speaks_is_hidden(
    client: Client, staff: User, this_quarter: Quarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_programme(staff)
    monkeypatch.setattr(public, "PUBLIC_KPIS", (KPI["wait_p50"], KPI["granted"]))
    found = figures(client)
    assert found["", "", "wait_p50"] == (None, True)
    assert found["", "", "granted"] == (3500, False)


def test_what_the_gpus_of_few_people_did_is_hidden(
    client: Client, staff: User, this_quarter: Quarter
) -> None:
    projects = make_programme(staff)
    zellik = Site.objects.get(code="zellik")
    for number in range(5):
        measured_day(projects[0], zellik, username=f"u{number}", busy=0.5, hours=10, kwh=5)
    measured_day(projects[1], zellik, username="u0", busy=0.1, hours=10, kwh=5)
    found = figures(client)
    for key in ("utilisation", "idle", "energy"):
        value, is_hidden = found["", "", key]
        assert not is_hidden
        assert value is not None
        assert found["track", "fl", key] == (None, True)
        assert found["track", "rs", key] == (None, True)
    assert found["", "", "telemetry"] == (None, True)


def test_a_quarter_without_anything_is_shown_and_hides_nothing(
    client: Client, seeded: None, this_quarter: Quarter
) -> None:
    found = figures(client)
    assert found["", "", "people"] == (0, False)
    assert found["", "", "used"] == (None, False)
    page = client.get(reverse("public_figures")).content.decode()
    today = timezone.localdate()
    assert f"Computed on {today.day} {today:%B %Y}" in page


def test_the_dataset_names_its_licence_and_defines_its_figures(
    client: Client, staff: User, this_quarter: Quarter
) -> None:
    make_programme(staff)
    answer = json.loads(client.get(reverse("public_file", args=["json"])).content)
    assert answer["licence"] == "CC-BY-4.0"
    assert {item["key"] for item in answer["definitions"]} == {
        item["key"] for item in answer["figures"]
    }
    text = client.get(reverse("public_file", args=["csv"])).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(answer["figures"])
    assert rows[0]["quarter"] == this_quarter.key


def test_a_quarter_is_computed_once_and_then_kept(
    client: Client, seeded: None, this_quarter: Quarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []
    real = public.compute_public_figures
    monkeypatch.setattr(
        public, "compute_public_figures", lambda quarter: (computed.append(1), real(quarter))[1]
    )
    for _time in range(3):
        assert client.get(reverse("public_file", args=["json"])).status_code == 200
    assert len(computed) == 1


def test_whoever_asks_while_the_first_is_computed_is_asked_to_wait(
    client: Client, seeded: None, this_quarter: Quarter
) -> None:
    cache.add(f"public-figures-2-{this_quarter.key}-building", True, 60)
    response = client.get(reverse("public_figures"))
    assert response.status_code == 503
    assert response["Retry-After"] == "5"


def test_old_figures_are_told_while_new_ones_are_computed(
    seeded: None, this_quarter: Quarter, settings: Any
) -> None:
    first = public_figures(this_quarter)
    settings.PUBLIC_FIGURES_MINUTES = 0
    cache.add(f"public-figures-2-{this_quarter.key}-building", True, 60)
    assert public_figures(this_quarter) == first


@pytest.mark.parametrize("wanted", ["2026Q5", "9999Q1", "", "\x00", "x" * 10_000, "' OR 1=1"])
def test_quarters_that_are_not_over_are_not_there(
    client: Client, seeded: None, wanted: str
) -> None:
    assert client.get(reverse("public_figures"), {"quarter": wanted}).status_code == 404
    address = reverse("public_file", args=["csv"])
    assert client.get(address, {"quarter": wanted}).status_code == 404


def test_quarters_follow_one_another_without_a_gap() -> None:
    quarters = past_quarters(date(2026, 1, 1))
    assert quarters[0] == Quarter(2025, 4)
    for later, earlier in pairwise(quarters):
        assert (later.first - earlier.last).days == 1
