"""Hours that nobody uses are proposed to be taken back; people decide, with an answer."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Organisation, User
from allocations.actions.claw_backs import answer_claw_back, apply_claw_back, dismiss_claw_back
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import join_project
from allocations.actions.proposals import put_on_wait_list
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, ClawBack, Membership, Project
from allocations.rules.budgets import Budget, Use
from allocations.rules.claw_backs import Thresholds, Unused, unused_hours
from tests.allocations.budget_world import budget, use_hours
from tests.allocations.claw_back_world import proposed_claw_back
from tests.allocations.pool_world import drawn_hours, make_pool
from tests.domain import award_lines, make_draft, make_project
from tests.people import make_person
from tests.portal.member_world import allocation_at, make_ready
from tests.portal.staff_world import read_accounting

BEGAN = date(2031, 1, 1)
LAST = date(2031, 4, 10)
THRESHOLDS = Thresholds(after_percent=25, used_percent=20)


def held(used: int, *, granted: int = 60_000, before: int = 0, reserved: int = 0) -> Budget:
    return Budget(
        granted_minutes=granted + before,
        lapsed_minutes=0,
        refunded_minutes=0,
        before_minutes=before,
        use=Use(used + before, reserved),
    )


def found(budget: Budget, days: int) -> Unused | None:
    today = BEGAN + timedelta(days=days)
    return unused_hours(budget, began_on=BEGAN, ends_on=LAST, today=today, thresholds=THRESHOLDS)


@pytest.mark.parametrize(
    ("used", "days", "proposed"),
    [
        (0, 24, None),
        (0, 25, 15_000),
        (11_999, 25, 3_000),
        (12_000, 25, None),
        (11_999, 50, 18_000),
        (0, 0, None),
        (0, -5, None),
        (0, 500, 60_000),
    ],
)
def test_hours_behind_an_even_pace_are_proposed_from_a_quarter_of_the_time_on(
    used: int, days: int, proposed: int | None
) -> None:
    unused = found(held(used), days)
    assert (unused.proposed_minutes if unused else None) == proposed


def test_never_more_than_is_free_and_nothing_of_an_earlier_period() -> None:
    assert found(held(0, reserved=59_000), 50) == Unused(60_000, 0, 30_000, 960)
    assert found(held(0, reserved=60_000), 50) is None
    assert found(held(0, granted=0), 50) is None
    assert found(held(0, before=90_000), 50) == found(held(0), 50)


@pytest.fixture
def seldom_used(project: Project) -> Allocation:
    """The allocation at Zellik: 1,000 GPU-hours, 40 of 100 days gone, 100 hours used."""
    make_ready(project, "zellik")
    allocation = allocation_at(project, "zellik")
    today = timezone.localdate()
    Allocation.objects.filter(pk=allocation.pk).update(
        starts_on=today - timedelta(days=40), ends_on=today + timedelta(days=59)
    )
    allocation.refresh_from_db()
    use_hours(allocation, 100)
    mail.outbox.clear()
    return allocation


@pytest.fixture
def proposal(seldom_used: Allocation) -> ClawBack:
    return proposed_claw_back(seldom_used)


def answered(proposal: ClawBack, leader: User) -> ClawBack:
    return answer_claw_back(claw_back_id=proposal.pk, answer="Take them.", actor=leader)


def test_the_night_proposes_once_and_takes_nothing(seldom_used: Allocation) -> None:
    call_command("nightly")
    call_command("nightly")
    proposal = ClawBack.objects.get()
    assert (proposal.granted_minutes, proposal.used_minutes) == (60_000, 6_000)
    assert (proposal.expected_minutes, proposal.proposed_minutes) == (24_000, 18_000)
    (message,) = mail.outbox
    assert message.to == [seldom_used.project.application.applicant.email]
    assert "take 300 GPU-hours back" in " ".join(message.body.split())
    assert budget(seldom_used).granted_minutes == 60_000


def test_the_leader_reads_on_the_projects_page_and_at_home_what_waits_and_what_was_decided(
    client: Client, proposal: ClawBack, staff: User, django_assert_max_num_queries: Any
) -> None:
    project, day = proposal.allocation.project, date_format(proposal.answer_due_on, "DATE_FORMAT")
    leader = project.application.applicant

    def page(user: User = leader) -> str:
        client.force_login(user)
        with django_assert_max_num_queries(15):
            return client.get(project.get_absolute_url()).content.decode()

    def home(user: User = leader) -> str:
        client.force_login(user)
        with django_assert_max_num_queries(15):
            return client.get("/").content.decode()

    link = f'href="{proposal.get_absolute_url()}"'
    assert "to take 100 GPU-hours back" in page()
    assert f"Please say by {day}" in page()
    assert "You can answer until" in home()
    assert link in home()
    member = make_person("Mem")
    join_project(project, member, Membership.Role.MEMBER)
    assert link not in page(member) + home(member) + home(staff)
    ClawBack.objects.update(answer_due_on=timezone.localdate() - timedelta(days=1))
    assert "staff may decide at any time" in page()
    assert "The day to answer was" in home()
    answered(proposal, leader)
    assert "You answered on" in page()
    assert link not in home()

    apply_claw_back(claw_back_id=proposal.pk, gpu_hours=60, reason="<b>They</b> wait.", actor=staff)
    assert "staff took 60 GPU-hours back at Zellik" in page()
    assert "&lt;b&gt;They&lt;/b&gt; wait." in page()
    ClawBack.objects.update(state=ClawBack.State.DISMISSED, entry=None)
    assert "not to take 100 GPU-hours back at Zellik" in page()
    ClawBack.objects.update(settled_at=timezone.now() - timedelta(days=31))
    assert link not in page()


@pytest.mark.parametrize(
    "changes",
    [
        {"suspended_because": "Paused."},
        {"active_since": None},
        {"starts_on": timezone.localdate() - timedelta(days=10)},
    ],
)
def test_who_could_not_use_hours_is_left_alone(
    seldom_used: Allocation, changes: dict[str, Any]
) -> None:
    Allocation.objects.filter(pk=seldom_used.pk).update(**changes)
    call_command("nightly")
    assert not ClawBack.objects.exists()


def test_what_a_silent_site_did_not_tell_is_not_unused(seldom_used: Allocation) -> None:
    status = seldom_used.site.status
    status.accounting_until = timezone.now() - timedelta(days=2)
    status.save()
    call_command("nightly")
    assert not ClawBack.objects.exists()
    read_accounting(seldom_used.site)
    call_command("nightly")
    assert ClawBack.objects.exists()


def test_hours_are_taken_after_an_answer_or_its_day_and_once(
    proposal: ClawBack, applicant: User, staff: User
) -> None:
    take = {"claw_back_id": proposal.pk, "reason": "Others wait.", "actor": staff}
    with pytest.raises(StateError, match="time to answer"):
        apply_claw_back(gpu_hours=100, **take)
    answered(proposal, applicant)
    assert "Take them." in mail.outbox[-1].body
    with pytest.raises(RefusedError):
        apply_claw_back(gpu_hours=101, **take)
    entry = apply_claw_back(gpu_hours=60, **take)
    assert (entry.kind, entry.gpu_minutes) == ("reduction", -3_600)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.entry, proposal.settled_by) == ("applied", entry, staff)
    with pytest.raises(StateError, match="settled already"):
        apply_claw_back(gpu_hours=40, **take)
    assert budget(proposal.allocation).granted_minutes == 60_000 - 3_600


def test_hours_that_were_used_meanwhile_are_not_taken(
    proposal: ClawBack, applicant: User, staff: User
) -> None:
    answered(proposal, applicant)
    use_hours(proposal.allocation, 860, db_index=2)
    with pytest.raises(RefusedError, match="At most 40"):
        apply_claw_back(claw_back_id=proposal.pk, gpu_hours=100, reason="R.", actor=staff)
    proposal.refresh_from_db()
    assert proposal.stands


def test_a_dismissed_proposal_is_told_and_does_not_come_again(
    seldom_used: Allocation, staff: User
) -> None:
    call_command("nightly")
    with pytest.raises(RefusedError):
        dismiss_claw_back(claw_back_id=ClawBack.objects.get().pk, reason=" ", actor=staff)
    mail.outbox.clear()
    dismiss_claw_back(claw_back_id=ClawBack.objects.get().pk, reason="Data is late.", actor=staff)
    assert "Data is late." in mail.outbox[-1].body
    call_command("nightly")
    assert ClawBack.objects.get().state == "dismissed"
    later = timezone.localdate() + timedelta(days=70)
    ClawBack.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    Allocation.objects.filter(pk=seldom_used.pk).update(ends_on=later)
    call_command("nightly")
    assert ClawBack.objects.count() == 2, "another last day is another period"


def test_a_proposal_ends_with_its_allocation(proposal: ClawBack) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Allocation.objects.filter(pk=proposal.allocation_id).update(ends_on=yesterday)
    call_command("nightly")
    proposal.refresh_from_db()
    assert proposal.state == "overtaken"


def test_hours_that_are_taken_back_go_to_who_waits_for_them(applicant: User, staff: User) -> None:
    pool = make_pool("zellik", gpu_hours=1_200)
    for title in ("First", "Second"):
        draft = make_draft(applicant, hours={"zellik": 1_000}, title=title)
        Organisation.objects.update(kind=Organisation.Kind.RESEARCH)
        submit_application(application_id=draft.pk, actor=applicant)
    first, second = applicant.applications.order_by("pk")
    project = make_project(first, staff)
    lines = award_lines(second)
    put_on_wait_list(application_id=second.pk, awards=lines, reason="Later.", actor=staff)
    proposal = proposed_claw_back(project.allocations.get(), hours=900)
    answered(proposal, applicant)
    apply_claw_back(claw_back_id=proposal.pk, gpu_hours=900, reason="They wait.", actor=staff)
    second.refresh_from_db()
    assert second.state == "approved"
    assert drawn_hours(pool) == 1_100


def test_leader_and_staff_settle_it_on_its_page(
    client: Client, office: Client, proposal: ClawBack, applicant: User
) -> None:
    url = proposal.get_absolute_url()
    assert b"when the leader has answered" in office.get(url).content
    browser = Client()
    browser.force_login(applicant)
    assert browser.post(f"{url}answer", {"answer-answer": ""}).status_code == 422
    assert browser.post(f"{url}answer", {"answer-answer": "a" * 10**6}).status_code == 422
    browser.post(f"{url}answer", {"answer-answer": "<b>We</b> train in May."})
    page = office.get(url).content.decode()
    assert "&lt;b&gt;We&lt;/b&gt; train in May." in page
    for hours in ("", "0", "-5", "101", "1e9", "9" * 40):
        data = {"apply-gpu_hours": hours, "apply-reason": "Others wait."}
        assert office.post(f"{url}apply", data).status_code == 422, hours
    office.post(f"{url}apply", {"apply-gpu_hours": "100", "apply-reason": "Others wait."})
    assert b"Taken back" in browser.get(url).content
    browser.force_login(make_person("Eve"))
    assert browser.get(url).status_code == 404


def test_the_list_asks_no_more_for_more_proposals(
    office: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for allocation in project.allocations.all():
        proposed_claw_back(allocation)
    with django_assert_max_num_queries(6):
        page = office.get("/staff/claw-backs/", {"q": "Bells", "state": "proposed"})
    assert page.content.decode().count(project.name) == 2
