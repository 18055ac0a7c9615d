from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from allocations.actions.capacity import add_to_capacity
from allocations.actions.sync import record_heartbeat
from allocations.models import DailyCapacity, Site
from tests.portal.staff_world import BRIDGE, heartbeat

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def zellik(seeded: None) -> Site:
    return Site.objects.get(code="zellik")


def hear(site: Site, *seconds: int, **figures: int) -> None:
    for offset in seconds:
        beat = heartbeat(site).model_copy(update=figures)
        add_to_capacity(site, beat, at=NOON + timedelta(seconds=offset))


def test_time_between_heartbeats_counts_with_the_gpus_of_nodes_that_take_jobs(zellik: Site) -> None:
    hear(zellik, 0, 30, 60)
    row = DailyCapacity.objects.get()
    assert row.seen_seconds == 60
    assert row.available_gpu_seconds == 60 * 176 * 21 // 22
    assert row.allocated_gpu_seconds == 60 * 44


def test_a_silence_is_unknown_and_not_empty(zellik: Site) -> None:
    hear(zellik, 0, 3600, 3630)
    assert DailyCapacity.objects.get().seen_seconds == 30


def test_a_slurm_that_does_not_answer_has_no_figures(zellik: Site) -> None:
    hear(zellik, 0)
    hear(zellik, 30, nodes_total=0, gpus_total=0)
    assert DailyCapacity.objects.get().seen_seconds == 0


def test_a_clock_that_goes_back_takes_nothing_away(zellik: Site) -> None:
    hear(zellik, 0, 30, 10)
    assert DailyCapacity.objects.get().seen_seconds == 30


def test_each_utc_day_has_its_own_row(zellik: Site) -> None:
    hear(zellik, 12 * 3600 - 30, 12 * 3600)
    assert list(DailyCapacity.objects.order_by("day").values_list("seen_seconds", flat=True)) == [
        0,
        30,
    ]


def test_the_heartbeat_of_a_bridge_is_added(zellik: Site) -> None:
    record_heartbeat(site=zellik, heartbeat=heartbeat(zellik), actor=BRIDGE)
    assert DailyCapacity.objects.get().day == timezone.now().astimezone(UTC).date()
