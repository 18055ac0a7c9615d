"""A Slurm that forgot what was used gets a lower limit, and nobody else does."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from allocations.actions.counters import record_counters
from allocations.actions.drafts import submit_application
from allocations.models import Allocation, BudgetCounter, Project, SiteStatus
from slurm_bridge.wire_accounting import CounterReading, QosCounter
from tests.allocations.bridge_caller import BridgeCaller, now, refusal
from tests.allocations.budget_world import budget, count, use_hours
from tests.allocations.test_hours_after_award import limit_of
from tests.domain import make_draft, make_project
from tests.portal.member_world import allocation_at
from tests.portal.staff_world import BRIDGE, job, read_accounting


@pytest.fixture
def allocation(project: Project) -> Allocation:
    """The project's allocation at Zellik, with 1,000 GPU-hours; 100 of them are used."""
    allocation = allocation_at(project, "zellik")
    use_hours(allocation, 100)
    count(allocation, 6000)
    return allocation


def test_a_counter_that_agrees_changes_nothing(allocation: Allocation) -> None:
    assert allocation.lost_minutes == 0
    assert limit_of(allocation) == 60_000


def test_a_lost_counter_lowers_the_limit_by_what_was_used(allocation: Allocation) -> None:
    count(allocation, 0)
    assert allocation.lost_minutes == 6000
    assert limit_of(allocation) == 54_000
    assert budget(allocation).left_minutes == 54_000, "what the project has left is the same"
    count(allocation, 120)
    use_hours(allocation, 2, db_index=2)
    count(allocation, 120)
    assert allocation.lost_minutes == 6000, "what is used since then is counted by Slurm again"


def test_a_counter_that_comes_back_raises_the_limit_again(allocation: Allocation) -> None:
    count(allocation, 0)
    count(allocation, 5000)
    assert allocation.lost_minutes == 1000
    count(allocation, 6000)
    assert allocation.lost_minutes == 0


def test_the_site_and_the_trail_say_who_changed_it(allocation: Allocation) -> None:
    count(allocation, 0)
    trail = apps.get_model("allocations", "AllocationEvent").objects.order_by("pgh_id").last()
    assert trail.lost_minutes == 6000
    assert trail.pgh_context.metadata == {"actor": "bridge@test", "action": "record_counters"}


def test_staff_read_on_the_page_what_slurm_forgot(
    allocation: Allocation, staff: User, applicant: User, client: object
) -> None:
    count(allocation, 0)
    for person, sees in ((staff, True), (applicant, False)):
        client.force_login(person)  # type: ignore[attr-defined]
        page = client.get(allocation.project.get_absolute_url())  # type: ignore[attr-defined]
        assert ("has forgotten 100 GPU-hours" in page.content.decode()) is sees


@pytest.mark.parametrize("counted", [5998, 5999])
def test_a_difference_of_rounding_is_no_loss(allocation: Allocation, counted: int) -> None:
    count(allocation, counted)
    assert allocation.lost_minutes == 0


def test_a_job_that_has_just_ended_is_no_loss_yet(allocation: Allocation) -> None:
    use_hours(allocation, 1, db_index=2, ago=5)
    count(allocation, 6000)
    assert allocation.lost_minutes == 0
    count(allocation, 6000, at=now() + 60)
    assert allocation.lost_minutes == 0, "a clock that runs ahead hurries nothing"


def test_a_running_job_counts_as_far_as_slurm_has_surely_counted_it(
    allocation: Allocation,
) -> None:
    row = job(allocation.project, db_index=2, seconds=3600 + 900).model_copy(
        update={"qos": allocation.qos_name, "ended_at": None, "state": "RUNNING"}
    )
    read_accounting(allocation.site, row)
    count(allocation, 6000 + 238)
    assert allocation.lost_minutes == 0
    count(allocation, 0)
    assert abs(allocation.lost_minutes - 6238) <= 2


def test_what_runs_meanwhile_does_not_hide_a_loss(allocation: Allocation) -> None:
    row = job(allocation.project, db_index=2, seconds=600).model_copy(
        update={"qos": allocation.qos_name, "ended_at": None, "state": "RUNNING"}
    )
    read_accounting(allocation.site, row)
    count(allocation, 0)
    count(allocation, 30)
    assert allocation.lost_minutes == 6000, "30 of the 40 minutes that still run are counted"


def test_nothing_is_taken_as_found_again_while_accounting_lags(allocation: Allocation) -> None:
    count(allocation, 0)
    SiteStatus.objects.update(accounting_until=timezone.now() - timedelta(hours=1))
    count(allocation, 5000)
    assert allocation.lost_minutes == 6000
    SiteStatus.objects.update(accounting_until=timezone.now())
    count(allocation, 5000)
    assert allocation.lost_minutes == 1000


def test_a_counter_that_a_stranger_had_under_this_name_was_never_ours(project: Project) -> None:
    allocation = allocation_at(project, "zellik")
    count(allocation, 5000)
    count(allocation, 0)
    assert allocation.lost_minutes == 0


def test_jobs_under_another_qos_were_never_in_this_counter(allocation: Allocation) -> None:
    row = job(allocation.project, db_index=2, seconds=7200).model_copy(update={"qos": "physics"})
    read_accounting(allocation.site, row)
    count(allocation, 6000)
    assert allocation.lost_minutes == 0


def test_suspended_time_is_in_slurms_counter_as_in_ours(allocation: Allocation) -> None:
    ended = now() - 600
    row = job(allocation.project, db_index=2, seconds=7200, gpus=1).model_copy(
        update={
            "qos": allocation.qos_name,
            "started_at": ended - 7200,
            "ended_at": ended,
            "suspended_seconds": 3600,
        }
    )
    read_accounting(allocation.site, row)
    count(allocation, 6000 + 60)
    assert allocation.lost_minutes == 60


def test_a_late_reading_does_not_undo_a_newer_one(allocation: Allocation) -> None:
    count(allocation, 0, at=now())
    count(allocation, 6000, at=now() - 300)
    assert allocation.lost_minutes == 6000


def test_a_limit_is_never_below_zero(allocation: Allocation, staff: User) -> None:
    use_hours(allocation, 1200, db_index=3)
    count(allocation, 0)
    assert limit_of(allocation) == 0


def test_counters_come_over_the_contract(zellik: BridgeCaller, allocation: Allocation) -> None:
    counter = {"qos": allocation.qos_name, "used_minutes": 0, "reserved_minutes": 0}
    foreign = {"qos": "physics", "used_minutes": 7, "reserved_minutes": 0}
    body = {"read_at": now(), "counters": [counter, foreign]}
    assert zellik.post("/budget-counters", body).status_code == 204
    allocation.refresh_from_db()
    assert allocation.lost_minutes == 6000


def test_a_site_cannot_speak_of_anothers_budget(
    charleroi: BridgeCaller, allocation: Allocation
) -> None:
    counter = {"qos": allocation.qos_name, "used_minutes": 0, "reserved_minutes": 0}
    assert (
        charleroi.post("/budget-counters", {"read_at": now(), "counters": [counter]}).status_code
        == 204
    )
    allocation.refresh_from_db()
    assert allocation.lost_minutes == 0


def test_counters_of_the_future_are_refused(zellik: BridgeCaller) -> None:
    answer = zellik.post("/budget-counters", {"read_at": now() + 10**6})
    assert "clock" in refusal(answer, 422)


def test_counters_read_by_a_clock_that_runs_ahead_hide_no_later_ones(
    allocation: Allocation, zellik: BridgeCaller
) -> None:
    counter = {"qos": allocation.qos_name, "reserved_minutes": 0}
    for read_at, used in ((now() + 3600, 5000), (now(), 6000)):
        reading = {"read_at": read_at, "counters": [counter | {"used_minutes": used}]}
        assert zellik.post("/budget-counters", reading).status_code == 204
    assert BudgetCounter.objects.get().used_minutes == 6000


def test_a_busy_site_costs_no_query_more_for_each_project(
    allocation: Allocation, applicant: User, staff: User
) -> None:
    site = allocation.site

    def start_another(number: int) -> None:
        draft = make_draft(applicant, title=f"Bells {number}")
        submitted = submit_application(application_id=draft.pk, actor=applicant)
        project = make_project(submitted, staff)
        running = job(project, db_index=number, seconds=3600).model_copy(
            update={"qos": allocation_at(project, "zellik").qos_name, "ended_at": None}
        )
        read_accounting(site, running)

    def queries_of_a_reading() -> int:
        """Of the 240 minutes of each that runs, Slurm has counted 200."""
        told = {item.qos_name: 200 for item in Allocation.objects.filter(site=site)}
        told[allocation.qos_name] = 6000
        reading = CounterReading(
            read_at=now(),
            counters=tuple(
                QosCounter(qos=name, used_minutes=minutes, reserved_minutes=0)
                for name, minutes in told.items()
            ),
        )
        with CaptureQueriesContext(connection) as queries:
            record_counters(site=site, reading=reading, actor=BRIDGE)
        return len(queries)

    start_another(11)
    few = queries_of_a_reading()
    for number in (12, 13, 14):
        start_another(number)

    assert queries_of_a_reading() == few
    assert not Allocation.objects.filter(lost_minutes__gt=0).exists()
