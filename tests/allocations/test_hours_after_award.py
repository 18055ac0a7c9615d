"""Renewal, transfer, refund and lapse, as staff make them and members see them."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.allocations import change_budget, change_end
from allocations.actions.budgets import refund_hours, renew_allocation, transfer_hours
from allocations.actions.drafts import submit_application
from allocations.desired_state import desired_state
from allocations.errors import AllocationsError, RefusedError
from allocations.models import Allocation, LedgerEntry, Project, Site
from allocations.states import AllocationState
from tests.allocations.budget_world import budget, count, end_yesterday, use_hours
from tests.domain import make_draft, make_project
from tests.portal.member_world import allocation_at

LATER = timedelta(days=60)


@pytest.fixture
def allocation(project: Project) -> Allocation:
    """The project's allocation at Zellik, with 1,000 GPU-hours."""
    return allocation_at(project, "zellik")


def send(office: Client, route: str, allocation: Allocation, **typed: Any) -> Any:
    return office.post(reverse(route, args=[allocation.pk]), {"reason": "Because."} | typed)


def later() -> str:
    return (timezone.localdate() + 4 * LATER).isoformat()


def limit_of(allocation: Allocation) -> int:
    wanted = desired_state(allocation.site).qos
    return next(qos.gpu_minutes for qos in wanted if qos.name == allocation.qos_name)


def kinds(allocation: Allocation) -> list[str]:
    return list(allocation.ledger.values_list("kind", flat=True))


def test_a_renewal_before_the_end_keeps_what_is_left(
    office: Client, allocation: Allocation
) -> None:
    use_hours(allocation, 100)
    answer = send(office, "renew", allocation, gpu_hours="50", ends_on=later())
    assert answer.status_code == 302
    assert budget(allocation).left_minutes == 950 * 60
    assert kinds(allocation) == ["award", "renewal"]


def test_a_renewal_after_the_end_grants_just_its_own_hours(
    office: Client, allocation: Allocation
) -> None:
    use_hours(allocation, 100)
    count(allocation, 6000)
    end_yesterday(allocation)
    mail.outbox.clear()
    send(office, "renew", allocation, gpu_hours="50", ends_on=later())
    assert kinds(allocation) == ["award", "lapse", "renewal"]
    assert budget(allocation).left_minutes == 50 * 60
    assert limit_of(allocation) == 150 * 60, "Slurm's counter is never reset"
    allocation.refresh_from_db()
    assert allocation.state != AllocationState.EXPIRED
    assert "renewed at Zellik with 50 GPU-hours" in " ".join(mail.outbox[0].body.split())


def test_a_later_last_day_brings_lapsed_hours_not_back(
    office: Client, allocation: Allocation
) -> None:
    use_hours(allocation, 100)
    count(allocation, 6000)
    end_yesterday(allocation)
    send(office, "change_end", allocation, ends_on=later())
    assert budget(allocation).left_minutes == 0
    send(office, "change_budget", allocation, gpu_hours="7")
    assert budget(allocation).left_minutes == 7 * 60


@pytest.mark.parametrize("route", ["renew", "change_end"])
def test_an_ended_allocation_is_not_reopened_before_its_site_has_told_all(
    office: Client, allocation: Allocation, route: str
) -> None:
    end_yesterday(allocation)
    answer = send(office, route, allocation, gpu_hours="50", ends_on=later())
    assert answer.status_code == 422
    assert "has not told yet what was used" in answer.content.decode()
    assert kinds(allocation) == ["award"]


def test_the_night_books_what_lapsed_and_a_second_run_nothing(allocation: Allocation) -> None:
    use_hours(allocation, 100)
    end_yesterday(allocation)
    call_command("nightly")
    assert kinds(allocation) == ["award"], "the site has not told its counters since the end"
    count(allocation, 6000, reserved=600)
    call_command("nightly")
    assert budget(allocation).granted_minutes == 6600, "running jobs keep what they may still use"
    count(allocation, 6200)
    for _ in range(2):
        call_command("nightly")
    assert kinds(allocation) == ["award", "lapse", "lapse"]
    assert limit_of(allocation) == 6200
    assert allocation.ledger.last().actor is None  # type: ignore[union-attr]


@pytest.mark.parametrize(("hours", "fits"), [(890, True), (891, False)])
def test_only_free_hours_move_to_another_site(
    office: Client, allocation: Allocation, hours: int, fits: bool
) -> None:
    use_hours(allocation, 100)
    count(allocation, 6000, reserved=600)
    target = allocation_at(allocation.project, "charleroi")
    before = limit_of(allocation) + limit_of(target)
    mail.outbox.clear()
    answer = send(office, "transfer_hours", allocation, gpu_hours=hours, to_site=target.site_id)
    assert answer.status_code == (302 if fits else 422)
    assert limit_of(allocation) + limit_of(target) == before
    assert limit_of(target) == (500 + hours if fits else 500) * 60
    assert len(mail.outbox) == int(fits)
    if not fits:
        assert "At most 890 GPU-hours are free" in answer.content.decode()
        assert answer.context["form"].errors.keys() == {"gpu_hours"}


def test_a_transfer_opens_the_project_where_it_is_new(
    office: Client, applicant: User, staff: User
) -> None:
    project = make_project(make_draft_submitted(applicant, {"zellik": 1000}), staff)
    allocation = project.allocations.get()
    charleroi = Site.objects.get(code="charleroi")
    typed = {"gpu_hours": "10", "to_site": charleroi.pk}
    refused = send(office, "transfer_hours", allocation, **typed)
    assert refused.context["form"].errors.keys() == {"partitions"}
    partition = charleroi.partitions.first()
    assert partition
    assert (
        send(office, "transfer_hours", allocation, partitions=[partition.pk], **typed).status_code
        == 302
    )
    opened = allocation_at(project, "charleroi")
    assert limit_of(opened) == 600
    assert list(opened.partitions.all()) == [partition]
    assert opened.ends_on == allocation.ends_on
    arrived = opened.ledger.get()
    assert arrived.counterpart == allocation.ledger.get(kind="transfer_out")


def make_draft_submitted(applicant: User, hours: dict[str, int]) -> Any:
    draft = make_draft(applicant, track="fl", hours=hours)
    return submit_application(application_id=draft.pk, actor=applicant)


def test_hours_do_not_move_to_the_site_they_are_at(staff: User, allocation: Allocation) -> None:
    with pytest.raises(RefusedError, match="at this site already"):
        transfer_hours(
            allocation_id=allocation.pk,
            to_site=allocation.site,
            gpu_hours=1,
            reason="x",
            actor=staff,
        )


def test_no_more_is_given_back_than_was_used(office: Client, allocation: Allocation) -> None:
    use_hours(allocation, 100)
    assert send(office, "refund_hours", allocation, gpu_hours="80").status_code == 302
    assert budget(allocation).left_minutes == 980 * 60
    answer = send(office, "refund_hours", allocation, gpu_hours="21")
    assert "At most 20 GPU-hours were used" in answer.content.decode()


@pytest.mark.parametrize("route", ["change_budget", "transfer_hours", "refund_hours"])
def test_an_ended_allocation_is_renewed_and_not_otherwise_changed(
    office: Client, allocation: Allocation, route: str
) -> None:
    use_hours(allocation, 100)
    end_yesterday(allocation)
    target = Site.objects.get(code="charleroi")
    answer = send(office, route, allocation, gpu_hours="1", to_site=target.pk)
    assert "renew the allocation" in answer.content.decode()


@pytest.mark.parametrize("route", ["renew", "transfer_hours", "refund_hours"])
def test_a_form_sent_twice_counts_once(office: Client, allocation: Allocation, route: str) -> None:
    use_hours(allocation, 100)
    target = Site.objects.get(code="charleroi")
    typed = {"gpu_hours": "1", "ends_on": later(), "to_site": target.pk, "seen_minutes": "60000"}
    for _ in range(2):
        send(office, route, allocation, **typed)
    assert allocation.ledger.count() == 2


def test_hours_that_jobs_have_used_cannot_be_taken_away(
    office: Client, allocation: Allocation
) -> None:
    use_hours(allocation, 100)
    answer = send(office, "change_budget", allocation, gpu_hours="-901")
    assert "At most 900 GPU-hours are free" in answer.content.decode()


@pytest.mark.parametrize("ends_on", ["2001-01-01", "today"])
def test_a_renewal_ends_later_than_now(
    office: Client, allocation: Allocation, ends_on: str
) -> None:
    day = timezone.localdate().isoformat() if ends_on == "today" else ends_on
    answer = send(office, "renew", allocation, gpu_hours="1", ends_on=day)
    assert answer.context["form"].errors.keys() == {"ends_on"}


def test_the_page_tells_where_the_hours_come_from(
    office: Client, allocation: Allocation, staff: User
) -> None:
    use_hours(allocation, 100)
    count(allocation, 6000)
    transfer_hours(
        allocation_id=allocation.pk,
        to_site=Site.objects.get(code="charleroi"),
        gpu_hours=10,
        reason="Nearer to the data.",
        actor=staff,
    )
    refund_hours(allocation_id=allocation.pk, gpu_hours=5, reason="Node 3 broke.", actor=staff)
    end_yesterday(allocation)
    renew_allocation(
        allocation_id=allocation.pk,
        gpu_hours=20,
        ends_on=timezone.localdate() + LATER,
        reason="Phase two.",
        actor=staff,
    )
    page = " ".join(office.get(allocation.project.get_absolute_url()).content.decode().split())
    for sentence in (
        "1,000 GPU-hours were granted at Zellik.",
        "10 GPU-hours left Zellik for another site.",
        "10 GPU-hours came to Charleroi from another site.",
        "5 GPU-hours were given back at Zellik.",
        "895 unspent GPU-hours lapsed at Zellik.",
        "Renewed with 20 GPU-hours at Zellik.",
        "895 GPU-hours lapsed unspent",
    ):
        assert sentence in page


@pytest.mark.django_db(transaction=True)
def test_transfers_both_ways_at_once_neither_wait_for_ever_nor_lose_a_minute(
    project: Project, staff: User
) -> None:
    zellik, charleroi = (allocation_at(project, code) for code in ("zellik", "charleroi"))
    faults: list[Exception] = []

    def move(source: Allocation, target: Allocation) -> None:
        try:
            for _ in range(5):
                transfer_hours(
                    allocation_id=source.pk,
                    to_site=target.site,
                    gpu_hours=1,
                    reason="x",
                    actor=staff,
                )
        except Exception as error:  # noqa: BLE001  # shown by the assertion
            faults.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=move, args=pair)
        for pair in ((zellik, charleroi), (charleroi, zellik))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert faults == []
    assert LedgerEntry.objects.filter(allocation__project=project).count() == 2 + 20
    assert (limit_of(zellik), limit_of(charleroi)) == (60_000, 30_000)


def test_each_change_needs_a_reason(staff: User, allocation: Allocation) -> None:
    common: dict[str, Any] = {"allocation_id": allocation.pk, "reason": " ", "actor": staff}
    with pytest.raises(AllocationsError, match="Give a reason"):
        refund_hours(gpu_hours=1, **common)
    with pytest.raises(AllocationsError, match="Give a reason"):
        change_budget(gpu_hours=1, **common)
    with pytest.raises(AllocationsError, match="Give a reason"):
        change_end(ends_on=timezone.localdate(), **common)
