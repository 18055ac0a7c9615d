"""Members are warned in time, once, and again when hours or days were added."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.audit import SystemActor
from accounts.models import User
from allocations.actions.allocations import change_budget
from allocations.actions.notices import warn_of_end
from allocations.management.commands import nightly
from allocations.management.commands.nightly import NIGHTLY
from allocations.models import Allocation, Project
from allocations.rules.notices import days_to_warn, shares_to_warn
from tests.allocations.budget_world import count, use_hours
from tests.portal.member_world import allocation_at

LAST_DAY = date(2031, 3, 31)


@pytest.fixture
def allocation(project: Project) -> Allocation:
    """The project's allocation at Zellik, with 1,000 GPU-hours."""
    allocation = allocation_at(project, "zellik")
    mail.outbox.clear()
    return allocation


def subjects() -> list[str]:
    found = [message.subject for message in mail.outbox]
    mail.outbox.clear()
    return found


def test_each_share_is_told_once(allocation: Allocation) -> None:
    name = allocation.project.name
    used = ((490, None), (20, 50), (280, None), (20, 80), (180, None), (10, 100), (1, None))
    for number, (hours, share) in enumerate(used):
        use_hours(allocation, hours, db_index=number)
        for _ in range(2):
            count(allocation, 60 * hours)
        told = [f"{name}: {share} % of the GPU-hours used at Zellik"] if share else []
        assert subjects() == told


def test_at_the_end_of_the_budget_members_read_that_nothing_is_stopped(
    allocation: Allocation,
) -> None:
    use_hours(allocation, 1000)
    count(allocation, 60_000)
    (message,) = mail.outbox
    assert "Jobs that run now go on to their end; nothing is stopped." in " ".join(
        message.body.split()
    )


def test_the_mail_says_what_happens_next(allocation: Allocation) -> None:
    use_hours(allocation, 850)
    count(allocation, 51_000)
    (message,) = mail.outbox
    words = " ".join(message.body.split())
    assert "has used more than 80 % of its GPU-hours at Zellik; 150 are left" in words
    assert "A job that runs is never stopped for it." in words


def test_a_supplement_warns_anew(allocation: Allocation, staff: User) -> None:
    use_hours(allocation, 850)
    count(allocation, 51_000)
    change_budget(allocation_id=allocation.pk, gpu_hours=1000, reason="More.", actor=staff)
    mail.outbox.clear()
    use_hours(allocation, 800, db_index=2)
    count(allocation, 99_000)
    assert len(subjects()) == 1


def test_the_end_is_told_once_for_each_threshold(allocation: Allocation) -> None:
    Allocation.objects.filter(pk=allocation.pk).update(
        starts_on=LAST_DAY - timedelta(days=80), ends_on=LAST_DAY
    )
    for left, told in ((31, 0), (30, 1), (20, 0), (14, 1), (7, 1), (2, 0), (1, 1), (0, 0)):
        today = LAST_DAY - timedelta(days=left)
        for _ in range(2):
            warn_of_end(allocation_id=allocation.pk, today=today, actor=NIGHTLY)
        assert len(subjects()) == told, left


def test_the_night_warns_of_an_end_that_is_near(allocation: Allocation) -> None:
    today = timezone.localdate()
    Allocation.objects.filter(pk=allocation.pk).update(
        starts_on=today - timedelta(days=80), ends_on=today + timedelta(days=6)
    )
    call_command("nightly")
    call_command("nightly")
    assert len(subjects()) == 1, "30 and 14 days are past: only the nearest is told"
    Allocation.objects.filter(pk=allocation.pk).update(ends_on=today + timedelta(days=7))
    call_command("nightly")
    assert len(subjects()) == 1, "another last day is told anew"


def test_a_fault_with_one_allocation_leaves_the_others(
    allocation: Allocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    Allocation.objects.update(starts_on=today - timedelta(days=80), ends_on=today)
    Allocation.objects.exclude(pk=allocation.pk).update(ends_on=today + timedelta(days=6))

    def warn(*, allocation_id: int, today: date, actor: SystemActor) -> None:
        if allocation_id == allocation.pk:
            raise RuntimeError("out of order")
        warn_of_end(allocation_id=allocation_id, today=today, actor=actor)

    monkeypatch.setattr(nightly, "warn_of_end", warn)
    with pytest.raises(CommandError, match="1 things"):
        call_command("nightly")
    assert len(subjects()) == Allocation.objects.count() - 1 > 0


@pytest.mark.parametrize(
    ("percent", "shares"),
    [(0, set()), (49, set()), (50, {50}), (80, {50, 80}), (100, {50, 80, 100})],
)
def test_shares(percent: int, shares: set[int]) -> None:
    assert shares_to_warn(percent) == shares


def test_a_short_project_is_not_warned_on_its_first_day() -> None:
    start = date(2026, 5, 1)
    end = start + timedelta(days=30)
    assert days_to_warn(starts_on=start, ends_on=end, today=start) == set()
    assert days_to_warn(starts_on=start, ends_on=end, today=end - timedelta(days=14)) == {14}
