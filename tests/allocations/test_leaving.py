"""Jobs of leaving members: told by a site, confirmed by staff, wanted by the desired state."""

from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import transaction

from accounts.models import User
from allocations.actions.invitations import join_project
from allocations.actions.leaving import confirm_cancel
from allocations.desired_state import desired_state
from allocations.errors import RefusedError, StateError
from allocations.models import JobCancel, LeavingMember, Membership, Project, Site
from allocations.views.history import history
from slurm_bridge.wire_leaving import ConfirmedCancel, QueuedJob
from tests.allocations.bridge_caller import BridgeCaller, now, refusal
from tests.allocations.leaving_world import HOSTILE, leaver, queued, told_jobs

BOTH = ("7", "8")


def report(members: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {
        "revision": "r",
        "plan_id": "p",
        "started_at": now(),
        "finished_at": now(),
        "leaving": members,
    }


def tell(bridge: BridgeCaller, *members: dict[str, Any], looked: bool = True) -> None:
    answer = bridge.post("/sync-results", report(list(members) if looked else None))
    assert answer.status_code == 204, answer.content


@pytest.fixture
def grace(project: Project, staff: User) -> User:
    """Somebody who has just left."""
    return leaver(project, staff)


def name_of(person: User) -> str:
    username: str = person.unix_identity.username
    return username


@pytest.fixture
def waiting(project: Project, grace: User, zellik: BridgeCaller) -> LeavingMember:
    """Her removal, which waits for two jobs."""
    tell(zellik, told_jobs(project, name_of(grace), queued("7"), queued("8", "PENDING")))
    return LeavingMember.objects.get()


def confirm(
    waiting: LeavingMember, staff: User, seen: tuple[str, ...] = BOTH, reason: str = "Urgent."
) -> JobCancel:
    return confirm_cancel(leaving_id=waiting.pk, seen=seen, reason=reason, actor=staff)


def wanted() -> tuple[ConfirmedCancel, ...]:
    return desired_state(Site.objects.get(code="zellik")).confirmed_cancels


def test_removal_that_waits_is_kept_with_its_jobs_and_their_age(
    waiting: LeavingMember, grace: User, project: Project
) -> None:
    assert waiting.user == grace
    assert waiting.allocation == project.allocations.get(site__code="zellik")
    assert [job.job_id for job in waiting.queued_jobs] == ["7", "8"]
    assert abs(waiting.read_at.timestamp() - now()) < 60


def test_next_report_replaces_the_list_and_the_last_one_takes_it_away(
    waiting: LeavingMember, grace: User, project: Project, zellik: BridgeCaller
) -> None:
    tell(zellik, looked=False)
    assert LeavingMember.objects.count() == 1
    tell(zellik, told_jobs(project, name_of(grace), queued("8")))
    again = LeavingMember.objects.get()
    assert (again.pk, again.waiting_since) == (waiting.pk, waiting.waiting_since)
    assert [job.job_id for job in again.queued_jobs] == ["8"]
    tell(zellik)
    assert not LeavingMember.objects.exists()


def test_other_site_takes_nothing_away(waiting: LeavingMember, charleroi: BridgeCaller) -> None:
    tell(charleroi)
    assert LeavingMember.objects.get() == waiting


def test_account_that_the_portal_does_not_know_is_left_out(
    project: Project, zellik: BridgeCaller
) -> None:
    tell(zellik, told_jobs(project, "bob", queued("7")) | {"account": "physics"})
    assert not LeavingMember.objects.exists()


@pytest.mark.parametrize(
    "job",
    [
        {"job_id": "--user=root", "state": "RUNNING"},
        {"job_id": "7", "state": "<b>"},
        {"job_id": "7", "state": "RUNNING", "name": "x" * 201},
        {"job_id": "7", "state": "RUNNING", "gpus": -1},
    ],
)
def test_list_that_cannot_be_is_refused_whole(
    project: Project, grace: User, zellik: BridgeCaller, job: dict[str, Any]
) -> None:
    member = told_jobs(project, name_of(grace), queued("9")) | {"jobs": [job]}
    refusal(zellik.post("/sync-results", report([member])), 422)
    assert not LeavingMember.objects.exists()


def test_confirmed_jobs_are_wanted_cancelled_and_no_others(
    waiting: LeavingMember, staff: User, grace: User, project: Project
) -> None:
    before = desired_state(Site.objects.get(code="zellik")).revision
    confirm(waiting, staff)
    assert wanted() == (
        ConfirmedCancel(account=project.name, username=name_of(grace), job_ids=BOTH),
    )
    assert desired_state(Site.objects.get(code="zellik")).revision != before
    assert desired_state(Site.objects.get(code="charleroi")).confirmed_cancels == ()


def test_job_that_came_after_the_list_was_opened_is_asked_about_again(
    waiting: LeavingMember, staff: User, grace: User, project: Project, zellik: BridgeCaller
) -> None:
    jobs = (queued("7"), queued("8"), queued("9", "PENDING"))
    tell(zellik, told_jobs(project, name_of(grace), *jobs))
    with pytest.raises(StateError, match="Other jobs have come"):
        confirm(waiting, staff)
    assert wanted() == ()
    confirm(waiting, staff, ("7", "8", "9"))
    assert wanted()[0].job_ids == ("7", "8", "9")


def test_job_that_comes_after_the_confirmation_is_not_covered_by_it(
    waiting: LeavingMember, staff: User, grace: User, project: Project, zellik: BridgeCaller
) -> None:
    confirm(waiting, staff)
    tell(zellik, told_jobs(project, name_of(grace), queued("8"), queued("9", "PENDING")))
    waiting.refresh_from_db()
    assert [job.job_id for job in waiting.undecided_jobs()] == ["9"]
    assert [item.job_ids for item in wanted()] == [BOTH]
    confirm(waiting, staff, ("9",))
    assert [item.job_ids for item in wanted()] == [BOTH, ("9",)]


def test_job_that_ended_meanwhile_is_simply_left_out(
    waiting: LeavingMember, staff: User, grace: User, project: Project, zellik: BridgeCaller
) -> None:
    tell(zellik, told_jobs(project, name_of(grace), queued("8")))
    confirm(waiting, staff)
    assert wanted()[0].job_ids == ("8",)


def test_number_that_no_list_named_is_never_cancelled(waiting: LeavingMember, staff: User) -> None:
    confirm(waiting, staff, (*BOTH, "999"))
    assert wanted()[0].job_ids == BOTH


def test_confirming_twice_changes_nothing_more(waiting: LeavingMember, staff: User) -> None:
    confirm(waiting, staff)
    with pytest.raises(StateError, match="No job is left"):
        confirm(waiting, staff)
    assert JobCancel.objects.count() == 1


def test_confirmation_needs_a_reason(waiting: LeavingMember, staff: User) -> None:
    with pytest.raises(RefusedError, match="reason"):
        confirm(waiting, staff, reason=" \n")
    assert wanted() == ()


def test_jobs_of_somebody_who_is_back_are_not_cancelled(
    waiting: LeavingMember, staff: User, grace: User, project: Project
) -> None:
    with transaction.atomic():
        join_project(project, grace, Membership.Role.MEMBER)
    with pytest.raises(StateError, match="member of the project again"):
        confirm(waiting, staff)
    assert wanted() == ()


def test_cancel_is_over_when_none_of_its_jobs_is_left(
    waiting: LeavingMember, staff: User, grace: User, project: Project, zellik: BridgeCaller
) -> None:
    confirm(waiting, staff)
    tell(zellik, told_jobs(project, name_of(grace), queued("8", "COMPLETING")))
    tell(zellik, looked=False)
    assert len(wanted()) == 1
    tell(zellik)
    assert wanted() == ()
    assert JobCancel.objects.get().ended_at is not None


def test_audit_trail_history_and_mail_tell_who_and_why(
    waiting: LeavingMember, staff: User, grace: User, project: Project
) -> None:

    mail.outbox.clear()
    confirm(waiting, staff)

    event = apps.get_model("allocations", "JobCancelEvent").objects.latest("pgh_id")
    assert event.pgh_context.metadata["action"] == "confirm_cancel"
    assert event.pgh_context.metadata["user"] == staff.pk
    newest = history(project)[0]
    assert newest.sentence.startswith(f"2 jobs of {grace.full_name}")
    assert (newest.actor, newest.reason) == (staff.full_name, "Urgent.")
    leader = project.application.applicant
    assert {m.to[0] for m in mail.outbox} == {leader.email, grace.email}
    body = str(mail.outbox[0].body)
    assert "7, 8" in body
    assert "Urgent." in body
    assert f"jobs of {grace.full_name} at Zellik are cancelled" in str(mail.outbox[0].subject)


def test_member_whom_the_portal_does_not_know_can_be_dealt_with(
    project: Project, zellik: BridgeCaller, staff: User
) -> None:
    tell(zellik, told_jobs(project, "by-hand", queued("7")))
    mail.outbox.clear()
    confirm(LeavingMember.objects.get(), staff, ("7",))
    assert [m.to[0] for m in mail.outbox] == [project.application.applicant.email]
    assert "by-hand" in str(mail.outbox[0].subject)


def test_list_with_hostile_names_comes_back_as_it_was_told(
    project: Project, grace: User, zellik: BridgeCaller
) -> None:
    hostile = queued("7", name=HOSTILE)
    tell(zellik, told_jobs(project, name_of(grace), hostile))
    found: tuple[QueuedJob, ...] = LeavingMember.objects.get().queued_jobs
    assert found == (hostile,)
