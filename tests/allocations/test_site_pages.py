from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from allocations.actions.sync import record_report
from allocations.models import Site, SiteStatus, SlurmState, SyncCycle
from slurm_bridge.changes import AddMember
from slurm_bridge.wire import ChangeResult
from tests.portal.staff_world import BRIDGE, cycle, report_site


@pytest.fixture
def zellik(seeded: None) -> Site:
    """A site that reported a moment ago."""
    site = Site.objects.get(code="zellik")
    report_site(site)
    return site


def test_each_site_says_how_it_is(office: Client, zellik: Site) -> None:
    text = office.get(reverse("sites")).content.decode()
    for words in ("in touch", "22.05.8", "21 of 22 available", "44 of 176 allocated to jobs"):
        assert words in text
    assert "11 running, 1,234 waiting" in text
    assert "Keep NoDecay on every QOS" in text


def test_a_site_that_never_spoke_has_no_data(office: Client, zellik: Site) -> None:
    text = office.get(reverse("sites")).content.decode()
    charleroi = text[text.index('id="site-charleroi"') :]
    assert "never" in charleroi
    assert "no data" in charleroi
    assert "<progress" not in charleroi


def test_a_late_site_stands_out_in_words(office: Client, zellik: Site) -> None:
    SiteStatus.objects.update(last_seen_at=timezone.now() - timedelta(hours=3))
    text = office.get(reverse("sites")).content.decode()
    assert "late" in text
    assert "3 h ago" in text


def test_a_giant_cycle_does_not_make_a_giant_page(office: Client, zellik: Site) -> None:
    failed = ChangeResult(
        change=AddMember(account="aif", username="ada"), outcome="failed", reason="x" * 2000
    )
    results = (*[failed.model_copy(update={"outcome": "applied"})] * 3000, failed)
    SyncCycle.objects.update(finished_at=timezone.now() - timedelta(minutes=1))
    report = cycle(zellik, plan_id="9").model_copy(update={"results": results})
    record_report(site=zellik, report=report, actor=BRIDGE)
    for page in (reverse("sites"), reverse("site", args=["zellik"])):
        content = office.get(page).content
        assert len(content) < 1_000_000
        assert b"2801 more are not shown" in content
        assert b"1 change not done" in content


def test_a_site_page_shows_every_change_with_its_outcome(office: Client, zellik: Site) -> None:
    text = office.get(reverse("site", args=["zellik"])).content.decode()
    for words in ("create account aif_rs under aif", "put off", "failed", "does not resolve yet"):
        assert words in text
    assert "it belongs to somebody else" in text
    assert "physics" in text


def test_cycles_and_accounts_have_pages(office: Client, zellik: Site) -> None:
    for number in range(12):
        record_report(site=zellik, report=cycle(zellik, plan_id=f"p{number}"), actor=BRIDGE)
    text = office.get(reverse("site", args=["zellik"])).content.decode()
    assert text.count("2 changes not done") == 10
    beyond = office.get(reverse("site", args=["zellik"]), {"page": "99", "accounts": "-1"})
    assert beyond.content.decode().count("2 changes not done") == 3


def test_a_cycle_that_an_older_bridge_wrote_differently_breaks_nothing(
    office: Client, zellik: Site
) -> None:
    SyncCycle.objects.update(results=[{"odd": 1}], conflicts=["odd"])
    SiteStatus.objects.update(heartbeat={"odd": 1})
    SlurmState.objects.update(state={"read_at": 1, "accounts": {"a": 1}, "odd": 1})
    assert office.get(reverse("site", args=["zellik"])).status_code == 200
    assert office.get(reverse("sites")).status_code == 200


def test_the_sites_cost_a_fixed_number_of_queries(
    office: Client, zellik: Site, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        record_report(site=zellik, report=cycle(zellik, plan_id=f"p{number}"), actor=BRIDGE)
    with django_assert_max_num_queries(6):
        office.get(reverse("sites"))
    with django_assert_max_num_queries(12):
        office.get(reverse("site", args=["zellik"]))


def test_an_unknown_site_is_not_found(office: Client, zellik: Site) -> None:
    assert office.get("/staff/sites/nowhere/").status_code == 404
