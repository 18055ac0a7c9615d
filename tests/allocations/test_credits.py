"""GPU time of lost jobs given back: exactly which, how much, once, and into Slurm's limit."""

import html
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from allocations.actions.budgets import refund_hours
from allocations.actions.credits import credit_lost_runs, reverse_credit
from allocations.desired_state import desired_state
from allocations.errors import AllocationsError, RefusedError, StateError
from allocations.lost_runs import LostRuns, find_lost_runs
from allocations.models import Allocation, CreditedRun, Job, LedgerEntry, Project
from allocations.rules.credits import (
    Verdict,
    digest_of,
)
from tests.allocations.budget_world import budget, count, end_yesterday
from tests.people import make_person
from tests.portal.member_world import allocation_at
from tests.portal.staff_world import job, now, read_accounting

HOUR = 3600


@pytest.fixture
def allocation(project: Project) -> Allocation:
    return allocation_at(project, "zellik")


def ran(
    allocation: Allocation,
    key: int,
    *,
    hours: float = 1,
    nodes: str = "zellik-gpu1",
    **changes: Any,
) -> None:
    """A run on four GPUs that ended ten minutes ago because its node failed."""
    seconds = int(hours * HOUR)
    ended = now() - 600
    row = job(allocation.project, db_index=key, seconds=seconds)
    values = {
        "state": "NODE_FAIL",
        "qos": allocation.qos_name,
        "submitted_at": ended - seconds - 60,
        "started_at": ended - seconds,
        "ended_at": ended,
        "nodes_used": nodes,
    }
    read_accounting(allocation.site, row.model_copy(update=values | changes))


def one(allocation: Allocation, key: int) -> LostRuns:
    return LostRuns(site=allocation.site, job=str(key))


def on_node(allocation: Allocation, node: str = "zellik-gpu1", **changes: Any) -> LostRuns:
    since, until = timezone.now() - timedelta(hours=5), timezone.now()
    return LostRuns(site=allocation.site, node=node, since=since, until=until, **changes)


def credit(selection: LostRuns, staff: User, **changes: Any) -> list[LedgerEntry]:
    seen = find_lost_runs(selection, staff).digest
    return credit_lost_runs(
        **{"selection": selection, "seen": seen, "reason": "GPU 3 fell off.", "actor": staff}
        | changes
    )


def limit_of(allocation: Allocation) -> int:
    wanted = desired_state(allocation.site).qos
    return next(qos.gpu_minutes for qos in wanted if qos.name == allocation.qos_name)


def test_one_lost_job_raises_the_limit_by_what_it_used_and_its_leader_is_told(
    allocation: Allocation, staff: User, applicant: User
) -> None:
    ran(allocation, 7)
    before = limit_of(allocation)
    mail.outbox.clear()
    (entry,) = credit(one(allocation, 7), staff)
    assert (entry.kind, entry.gpu_minutes, entry.actor) == ("refund", 240, staff)
    assert limit_of(allocation) == before + 240
    assert budget(allocation).left_minutes == 60_000
    run = CreditedRun.objects.get()
    assert (run.entry, run.db_index, run.job, run.gpu_seconds) == (entry, 7, "7", 4 * HOUR)
    assert [message.to for message in mail.outbox] == [[applicant.email]]
    assert "job 7 of apeeters, 4.00 GPU-hours" in mail.outbox[0].body
    trail = apps.get_model("allocations", "CreditedRunEvent").objects.get()
    assert trail.pgh_context.metadata["actor"] == staff.email


def test_a_run_is_never_given_back_twice(allocation: Allocation, staff: User) -> None:
    ran(allocation, 7)
    (entry,) = credit(one(allocation, 7), staff)
    with pytest.raises(RefusedError, match="No run was found"):
        credit(one(allocation, 7), staff)
    run = Job.objects.get()
    seen = digest_of({(7, run.submitted_at): 4 * HOUR})
    with pytest.raises(StateError, match="has changed"):
        credit(one(allocation, 7), staff, seen=seen)
    with pytest.raises(IntegrityError):
        CreditedRun.objects.create(
            entry=entry, site=allocation.site, db_index=7, submitted_at=run.submitted_at, job="7",
            username="x", ended_at=timezone.now(), gpu_seconds=1,
        )  # fmt: skip


def test_run_of_a_new_accounting_with_an_index_given_before_is_given_back_too(
    office: Client, allocation: Allocation, staff: User
) -> None:
    ran(allocation, 7)
    credit(one(allocation, 7), staff)
    ran(allocation, 7, submitted_at=now() - 2 * HOUR)
    old, new = Job.objects.order_by("-submitted_at")
    assert old.db_index == new.db_index
    listed = reverse("project_jobs", args=[allocation.project.name])
    shown = office.get(listed).content.decode()
    assert shown.count("given back") == 1
    [way] = re.findall(r'href="([^"]+run=7[^"]*)"', shown)
    found = office.get(html.unescape(way)).context["found"]
    assert [(run.job.submitted_at, run.verdict) for run in found.runs] == [
        (new.submitted_at, Verdict.CREDITABLE)
    ]
    (entry,) = credit(one(allocation, 7), staff)
    assert [run.submitted_at for run in entry.credited_runs.all()] == [new.submitted_at]
    assert limit_of(allocation) == 60_000 + 2 * 240


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"state": "RUNNING", "ended_at": None}, Verdict.RUNNING),
        ({"state": "CANCELLED", "started_at": None}, Verdict.RUNNING),
        ({"gpus": 0}, Verdict.NOTHING_USED),
        ({"qos": "another"}, Verdict.OTHER_BUDGET),
    ],
)
def test_what_was_not_used_of_this_budget_is_not_given_back(
    allocation: Allocation, staff: User, changes: dict[str, Any], verdict: Verdict
) -> None:
    ran(allocation, 7, **changes)
    (run,) = find_lost_runs(one(allocation, 7), staff).runs
    assert run.verdict == verdict
    with pytest.raises(RefusedError):
        credit(one(allocation, 7), staff)
    assert allocation.ledger.count() == 1


def test_a_suspended_run_gets_back_what_slurm_charged_it(
    allocation: Allocation, staff: User
) -> None:
    ran(allocation, 7, suspended_seconds=1800)
    (entry,) = credit(one(allocation, 7), staff)
    assert entry.gpu_minutes == 240


def test_everything_on_a_node_in_a_span_is_given_back_to_each_budget(
    project: Project, allocation: Allocation, staff: User
) -> None:
    ran(allocation, 1)
    ran(allocation, 2, nodes="zellik-gpu[1-3]", hours=2)
    ran(allocation, 3, nodes="zellik-gpu[2-10]")
    ran(allocation, 4, nodes="zellik-gpu11")
    ran(allocation, 5, state="COMPLETED")
    ran(allocation, 6, started_at=now() - 90_000, ended_at=now() - 80_000)
    ran(allocation, 8, nodes="")
    ran(allocation_at(project, "charleroi"), 9)
    found = find_lost_runs(on_node(allocation), staff)
    assert sorted(run.job.db_index for run in found.creditable) == [1, 2]
    (entry,) = credit(on_node(allocation), staff)
    assert entry.gpu_minutes == 3 * 240
    assert entry.credited_runs.count() == 2
    also = find_lost_runs(on_node(allocation, completed_too=True), staff)
    assert [run.job.db_index for run in also.creditable] == [5]


def test_nobody_gives_back_to_their_own_project(allocation: Allocation, applicant: User) -> None:
    applicant.role = Role.STAFF
    applicant.save()
    ran(allocation, 7)
    (run,) = find_lost_runs(one(allocation, 7), applicant).runs
    assert run.verdict == Verdict.OWN_PROJECT
    with pytest.raises(RefusedError):
        credit(one(allocation, 7), applicant)


def test_an_ended_allocation_is_renewed_first(allocation: Allocation, staff: User) -> None:
    ran(allocation, 7)
    end_yesterday(allocation)
    (run,) = find_lost_runs(one(allocation, 7), staff).runs
    assert run.verdict == Verdict.ENDED


def test_refunds_by_hand_and_by_job_together_are_never_more_than_was_used(
    allocation: Allocation, staff: User
) -> None:
    ran(allocation, 7)
    refund_hours(allocation_id=allocation.pk, gpu_hours=3, reason="x", actor=staff)
    with pytest.raises(RefusedError, match="at most 1 GPU-hours"):
        credit(one(allocation, 7), staff)
    assert not CreditedRun.objects.exists(), "all or nothing"


def test_what_slurm_forgot_stays_off_the_limit_when_a_run_is_given_back(
    allocation: Allocation, staff: User
) -> None:
    ran(allocation, 7)
    count(allocation, 240)
    count(allocation, 0, at=now() + 1)
    assert allocation.lost_minutes == 240
    assert limit_of(allocation) == 60_000 - 240
    credit(one(allocation, 7), staff)
    assert limit_of(allocation) == 60_000
    count(allocation, 0, at=now() + 2)
    assert allocation.lost_minutes == 240, "what was used is not changed by a refund"
    count(allocation, 240, at=now() + 3)
    assert (allocation.lost_minutes, limit_of(allocation)) == (0, 60_240)


def test_a_refund_is_taken_back_by_another_entry_once(allocation: Allocation, staff: User) -> None:
    ran(allocation, 7)
    (entry,) = credit(one(allocation, 7), staff)
    mail.outbox.clear()
    back = reverse_credit(entry_id=entry.pk, reason="It had not failed.", actor=staff)
    assert (back.gpu_minutes, back.counterpart) == (-240, entry)
    assert limit_of(allocation) == 60_000
    assert len(mail.outbox) == 1
    for again in (entry, back):
        with pytest.raises(StateError):
            reverse_credit(entry_id=again.pk, reason="x", actor=staff)
    assert allocation.ledger.count() == 3
    with pytest.raises(RefusedError, match="No run was found"):
        credit(one(allocation, 7), staff)


def test_only_hours_that_no_job_has_used_are_taken_back(
    allocation: Allocation, staff: User
) -> None:
    ran(allocation, 7)
    (entry,) = credit(one(allocation, 7), staff)
    count(allocation, 60_200)
    with pytest.raises(RefusedError, match="Jobs have used the hours"):
        reverse_credit(entry_id=entry.pk, reason="x", actor=staff)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_the_same_job_back_at_once_one_wins(
    allocation: Allocation, staff: User
) -> None:
    ran(allocation, 7)
    selection = one(allocation, 7)
    seen = find_lost_runs(selection, staff).digest
    others = [staff, make_person("Other", role=Role.STAFF)]
    outcomes: list[object] = []
    ready = threading.Barrier(2)

    def act(actor: User) -> None:
        try:
            ready.wait(timeout=30)
            outcomes.extend(
                credit_lost_runs(selection=selection, seen=seen, reason="x", actor=actor)
            )
        except AllocationsError as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(person,)) for person in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(type(item).__name__ for item in outcomes) == ["LedgerEntry", "StateError"]
    assert CreditedRun.objects.count() == 1
    assert limit_of(allocation) == 60_240


def page(allocation: Allocation, query: str = "") -> str:
    return reverse("lost_runs", args=[allocation.site.code]) + query


def test_staff_see_exactly_what_before_they_give_it_back(
    office: Client, allocation: Allocation
) -> None:
    ran(allocation, 7)
    shown = office.get(page(allocation, "?job=7"))
    assert "240 GPU-minutes (4 GPU-hours)" in " ".join(shown.content.decode().split())
    seen = shown.context["found"].digest
    refused = office.post(page(allocation, "?job=7"), {"seen": seen, "reason": " "})
    assert refused.status_code == 422
    stale = office.post(page(allocation, "?job=7"), {"seen": "0" * 64, "reason": "x"})
    assert stale.status_code == 302
    assert not CreditedRun.objects.exists()
    done = office.post(page(allocation, "?job=7"), {"seen": seen, "reason": "Power."})
    assert done.url == allocation.project.get_absolute_url()  # type: ignore[attr-defined]
    project = " ".join(office.get(done.url).content.decode().split())  # type: ignore[attr-defined]
    assert "4 GPU-hours were given back at Zellik. For 1 lost job." in project
    assert "Take back" in project
    jobs = office.get(reverse("project_jobs", args=[allocation.project.name])).content.decode()
    assert "given back" in jobs


@pytest.mark.parametrize(
    "query",
    [
        "?job=x", "?job=7'--", "?job=9999999999999999999", "?job=7&node=n1", "?node=n1",
        "?node=n[1-9]&since=2026-01-01T00:00&until=2026-01-02T00:00", "?job=%00", "?node=%00",
        "?node=n1&since=2026-01-02T00:00&until=2026-01-01T00:00",
        "?node=n1&since=2026-01-02T00:00&until=2026-09-01T00:00",
        "?node=n1&since=yesterday&until=2026-09-01T00:00",
        "?job=7&run=99999999999999999999", "?job=7&submitted=253402300800", "?job=7&submitted=-1",
    ],
)  # fmt: skip
def test_a_selection_that_means_nothing_is_refused(
    office: Client, allocation: Allocation, query: str
) -> None:
    assert office.get(page(allocation, query)).status_code == 422
    assert office.post(page(allocation, query), {"seen": "", "reason": "x"}).status_code == 422


def test_spoilt_lists_of_nodes_of_other_jobs_are_in_nobodys_way(
    office: Client, allocation: Allocation, staff: User
) -> None:
    ran(allocation, 1)
    ran(allocation, 2)
    Job.objects.filter(db_index=2).update(nodes_used="zellik-gpu[9999999999-1],@all")
    found = find_lost_runs(on_node(allocation), staff)
    assert [run.job.db_index for run in found.runs] == [1]


# The arithmetic, pure -----------------------------------------------------------------------
