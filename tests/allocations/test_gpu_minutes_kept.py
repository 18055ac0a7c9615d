"""Where minutes of GPUs are kept: the block that runs apart, and each once, whatever comes late."""

import pytest

from accounts.audit import SystemActor
from allocations.actions.gpu_minutes import put_away_minutes
from allocations.models import GpuMinutes, Project, RunningGpuMinutes, Site
from tests.allocations.gpu_world import BEGAN, MINUTE, counter, minutes_from, piece, tell
from tests.allocations.usage_world import MIDNIGHT, push, row

NIGHTLY = SystemActor("nightly")


@pytest.fixture
def zellik(seeded: None, project: Project) -> Site:
    """A run of job 1001 from an hour before midnight to half an hour after."""
    site = Site.objects.get(code="zellik")
    push(site, row(1, project, nodes_used="zn01"))
    return site


def tell_minutes(site: Site, starts_at: int, *utilisation: int | None) -> None:
    tell(site, counter(seconds=5000, minutes=(piece(starts_at, *utilisation),)))


def kept() -> tuple[int, int]:
    """How many blocks are over, and how many run."""
    return GpuMinutes.objects.count(), RunningGpuMinutes.objects.count()


def test_a_block_is_put_with_the_others_when_the_next_begins(zellik: Site) -> None:
    tell_minutes(zellik, MIDNIGHT - 2 * MINUTE, 1, 2)
    assert kept() == (0, 1)
    tell_minutes(zellik, MIDNIGHT, 3)
    assert kept() == (1, 1)
    assert minutes_from(MIDNIGHT - 2 * MINUTE, 3) == [1, 2, 3]


def test_a_piece_over_the_border_of_a_block_is_parted(zellik: Site) -> None:
    tell_minutes(zellik, MIDNIGHT - 2 * MINUTE, 1, 2, 3, 4)
    assert kept() == (1, 1)
    assert minutes_from(MIDNIGHT - 2 * MINUTE, 4) == [1, 2, 3, 4]


def test_late_minutes_fill_a_block_that_is_over(zellik: Site) -> None:
    tell_minutes(zellik, MIDNIGHT - MINUTE, 2, 3)
    tell_minutes(zellik, BEGAN, 7, 8)
    assert kept() == (1, 1)
    assert minutes_from(BEGAN, 2) == [7, 8]
    assert minutes_from(MIDNIGHT - MINUTE, 2) == [2, 3]


def test_nothing_is_lost_of_blocks_that_were_put_away(zellik: Site) -> None:
    tell_minutes(zellik, MIDNIGHT, 3)
    assert put_away_minutes(actor=NIGHTLY) == 1
    assert kept() == (1, 0)
    for _time in range(2):
        tell_minutes(zellik, BEGAN, 7)
        tell_minutes(zellik, MIDNIGHT + MINUTE, 4)
        assert kept() == (1, 1)
    put_away_minutes(actor=NIGHTLY)
    assert kept() == (2, 0)
    assert minutes_from(BEGAN, 1) == [7]
    assert minutes_from(MIDNIGHT, 2) == [3, 4]
