"""Whatever people, sites and nights do with a project, in any order: nothing is paid twice."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.permissions import Role
from allocations.actions.aid import VALUED
from allocations.actions.allocations import (
    change_budget,
    change_end,
    remove_member,
    resume_allocation,
    suspend_allocation,
)
from allocations.actions.award_changes import ask_for_change, withdraw_change
from allocations.actions.budgets import refund_hours, renew_allocation, transfer_hours
from allocations.actions.change_decisions import approve_change, reject_change
from allocations.actions.claw_backs import answer_claw_back, apply_claw_back, dismiss_claw_back
from allocations.actions.drafts import submit_application
from allocations.actions.final_reports import (
    ReportText,
    accept_report,
    ask_for_more,
    hand_in_report,
    lift_block,
    save_report,
)
from allocations.actions.invitations import join_project
from allocations.actions.leaders import ask_for_leader
from allocations.actions.ledger import read_budget
from allocations.actions.pools import DRAWING, RETURNING
from allocations.actions.proposals import put_on_wait_list
from allocations.actions.wait_list import fill_wait_list
from allocations.errors import AllocationsError
from allocations.models import (
    AidGrant,
    Allocation,
    Application,
    AwardChange,
    BudgetCounter,
    ClawBack,
    FinalReport,
    LedgerEntry,
    Membership,
    PoolDraw,
    Project,
    Site,
    SiteStatus,
)
from allocations.rules.award_changes import ChangeKind, ChangeState
from allocations.rules.budgets import EntryKind
from allocations.states import ApplicationState, can_become
from tests.allocations.claw_back_world import proposed_claw_back
from tests.allocations.pool_world import make_pool
from tests.domain import ask_for_reviews, award_lines, make_draft, make_project
from tests.people import make_person
from tests.portal.member_world import make_ready

LIMIT_HOURS = 300
"""More than so many are decided by two people, in the runs that have a limit."""
REASON = "As it happens."
TEXT = ReportText("Bells.", "All of them.", "Much.", may_be_published=True, outputs=())
HOURS = (1, 100, 290, 400, 1_900)
_KINDS = (
    ChangeKind.EXTENSION, ChangeKind.SUPPLEMENT, ChangeKind.TRANSFER, ChangeKind.PAUSE,
    ChangeKind.RESUMPTION,
)  # fmt: skip
GRANTING = (ChangeKind.SUPPLEMENT, ChangeKind.EXTENSION)
STEPS = (
    "ready", "refused", "use", "ask", "ask", "ask", "ask_leader",
    "approve", "approve", "approve", "reject", "take_back", "suspend", "resume",
    "budget", "cut", "renew", "transfer", "refund", "end", "end", "end_later", "night", "night",
    "claw_back", "answer", "apply", "dismiss", "write", "hand_in", "ask_more", "accept", "lift",
    "leave",
)  # fmt: skip


class Life:
    """One project, and the people who do something with it."""

    def __init__(self, project: Project, staff: list[User]) -> None:
        self.project, self.staff = project, staff
        self.settled: dict[int, tuple[Any, ...]] = {}
        """What each change came to when it was decided."""

    def take(self, name: str, number: int = 0) -> None:
        """Do it at one of the sites; what is refused changes nothing."""
        before = self.picture()
        try:
            with transaction.atomic():
                getattr(self, name)(number)
        except (AllocationsError, ObjectDoesNotExist):
            assert self.picture() == before, name
        check(self)

    def picture(self) -> tuple[Any, ...]:
        project = self.project.pk
        return (
            self.application().state,
            list(
                Allocation.objects.filter(project=project)
                .order_by("pk")
                .values_list("pk", "ends_on", "suspended_because", "active_since")
            ),
            LedgerEntry.objects.count(),
            PoolDraw.objects.count(),
            AidGrant.objects.count(),
            list(AwardChange.objects.order_by("pk").values_list("pk", "state", "seconded_by")),
            list(ClawBack.objects.order_by("pk").values_list("pk", "state", "answer")),
            list(FinalReport.objects.values_list("state", "version", "lifted_at")),
            list(Membership.objects.order_by("pk").values_list("pk", "role", "left_at")),
        )

    def application(self) -> Application:
        return Application.objects.get(pk=self.project.application_id)

    def allocations(self) -> list[Allocation]:
        return list(
            Allocation.objects.filter(project=self.project)
            .select_related("site", "project")
            .order_by("pk")
        )

    # What sites tell

    def ready(self, number: int) -> None:
        make_ready(self.project, self._at(number).site.code)

    def refused(self, number: int) -> None:
        make_ready(self.project, self._at(number).site.code, accepted=False, reason="No node.")

    def use(self, number: int) -> None:
        """Half of what is left is used, and half of the rest is taken by what runs."""
        allocation = self._at(number)
        budget = read_budget(allocation)
        if not budget.free_minutes:
            return
        used = budget.use.used_minutes + budget.free_minutes // 2
        BudgetCounter.objects.update_or_create(
            allocation=allocation,
            defaults={"used_minutes": used, "reserved_minutes": budget.free_minutes // 4},
        )

    # What is asked for, and what staff decide

    def ask(self, number: int) -> None:
        allocation = self._at(number)
        kind = _KINDS[number % len(_KINDS)]
        ask_for_change(
            allocation_id=allocation.pk,
            kind=kind,
            reason=REASON,
            actor=self._leader(),
            gpu_hours=None
            if kind in (ChangeKind.PAUSE, ChangeKind.RESUMPTION) or number % 4 == 3
            else HOURS[number % len(HOURS)],
            ends_on=self._later(number) if kind == ChangeKind.EXTENSION else None,
            to_site=self._other_site(allocation) if kind == ChangeKind.TRANSFER else None,
        )

    def ask_leader(self, number: int) -> None:
        member = self.project.memberships.filter(left_at=None, role=Membership.Role.MEMBER)
        ask_for_leader(
            project=self.project,
            member=member.order_by("pk")[:1].get().user,
            reason=REASON,
            actor=self._leader(),
        )

    def approve(self, number: int) -> None:
        approve_change(
            change_id=self._change(number).pk, reason=REASON, actor=self._one_of_staff(number)
        )

    def reject(self, number: int) -> None:
        reject_change(
            change_id=self._change(number).pk, reason=REASON, actor=self._one_of_staff(number)
        )

    def take_back(self, number: int) -> None:
        withdraw_change(change_id=self._change(number).pk, actor=self._leader())

    # What staff do by themselves

    def suspend(self, number: int) -> None:
        suspend_allocation(
            allocation_id=self._at(number).pk, reason=REASON, actor=self._one_of_staff(number)
        )

    def resume(self, number: int) -> None:
        resume_allocation(
            allocation_id=self._at(number).pk, reason=REASON, actor=self._one_of_staff(number)
        )

    def budget(self, number: int, sign: int = 1) -> None:
        change_budget(
            allocation_id=self._at(number).pk,
            gpu_hours=sign * HOURS[number % len(HOURS)],
            reason=REASON,
            actor=self._one_of_staff(number),
        )

    def cut(self, number: int) -> None:
        self.budget(number, sign=-1)

    def renew(self, number: int) -> None:
        renew_allocation(
            allocation_id=self._at(number).pk,
            gpu_hours=HOURS[number % len(HOURS)],
            ends_on=self._later(number),
            reason=REASON,
            actor=self._one_of_staff(number),
        )

    def transfer(self, number: int) -> None:
        source = self._at(number)
        transfer_hours(
            allocation_id=source.pk,
            to_site=self._other_site(source),
            gpu_hours=HOURS[number % len(HOURS)],
            reason=REASON,
            actor=self._one_of_staff(number),
        )

    def refund(self, number: int) -> None:
        refund_hours(
            allocation_id=self._at(number).pk,
            gpu_hours=HOURS[number % len(HOURS)],
            reason=REASON,
            actor=self._one_of_staff(number),
        )

    def end(self, number: int) -> None:
        """Its last day is yesterday, everywhere or at one site."""
        yesterday = timezone.localdate() - timedelta(1)
        for allocation in self.allocations() if number % 2 else [self._at(number)]:
            if allocation.ends_on > yesterday:
                self._move_end(allocation, yesterday, number)

    def end_later(self, number: int) -> None:
        self._move_end(self._at(number), self._later(number), number)

    def leave(self, number: int) -> None:
        members = self.project.memberships.filter(left_at=None).order_by("pk")
        membership = members[number % members.count()]
        remove_member(membership_id=membership.pk, actor=self._leader())

    def night(self, number: int) -> None:
        call_command("nightly")

    # Hours that nobody uses, and what came of it all

    def claw_back(self, number: int) -> None:
        allocation = self._at(number)
        if not ClawBack.objects.filter(allocation=allocation, ends_on=allocation.ends_on):
            proposed_claw_back(allocation)

    def answer(self, number: int) -> None:
        proposal = ClawBack.objects.standing()[:1].get()
        answer_claw_back(claw_back_id=proposal.pk, answer=REASON, actor=self._leader())

    def apply(self, number: int) -> None:
        proposal = ClawBack.objects.order_by("-pk")[:1].get()
        apply_claw_back(
            claw_back_id=proposal.pk,
            gpu_hours=HOURS[number % 2],
            reason=REASON,
            actor=self._one_of_staff(number),
        )

    def dismiss(self, number: int) -> None:
        proposal = ClawBack.objects.order_by("-pk")[:1].get()
        dismiss_claw_back(claw_back_id=proposal.pk, reason=REASON, actor=self._one_of_staff(number))

    def write(self, number: int) -> None:
        report = FinalReport.objects.get(project=self.project)
        save_report(
            project_id=self.project.pk, version=report.version, text=TEXT, actor=self._leader()
        )

    def hand_in(self, number: int) -> None:
        hand_in_report(project_id=self.project.pk, actor=self._leader())

    def ask_more(self, number: int) -> None:
        ask_for_more(project_id=self.project.pk, reason=REASON, actor=self._one_of_staff(number))

    def accept(self, number: int) -> None:
        accept_report(project_id=self.project.pk, actor=self._one_of_staff(number))

    def lift(self, number: int) -> None:
        lift_block(project_id=self.project.pk, reason=REASON, actor=self._one_of_staff(number))

    def _move_end(self, allocation: Allocation, day: Any, number: int) -> None:
        change_end(
            allocation_id=allocation.pk,
            ends_on=day,
            reason=REASON,
            actor=self._one_of_staff(number),
        )

    def _at(self, number: int) -> Allocation:
        found = self.allocations()
        return found[number % len(found)]

    def _other_site(self, allocation: Allocation) -> Site:
        return Site.objects.exclude(pk=allocation.site_id).order_by("pk")[0]

    def _later(self, number: int) -> Any:
        return timezone.localdate() + timedelta(300 + number)

    def _change(self, number: int) -> AwardChange:
        changes = AwardChange.objects.order_by("-pk")
        if not changes:
            raise AwardChange.DoesNotExist
        return changes[number % changes.count()]

    def _leader(self) -> User:
        leads = self.project.memberships.get(left_at=None, role=Membership.Role.LEADER)
        return leads.user

    def _one_of_staff(self, number: int) -> User:
        return self.staff[number // 2 % len(self.staff)]


def check(life: Life) -> None:
    """What holds of a project at any time."""
    for allocation in life.allocations():
        check_hours(allocation)
    assert_the_pools_hold_what_they_gave()
    check_aid(life)
    check_changes(life)
    check_end(life)
    states = life.application().transitions.order_by("at", "pk").values_list("state", flat=True)
    for before, after in pairwise(states):
        assert can_become(before, ApplicationState(after)), (before, after)
    assert life.project.memberships.filter(left_at=None, role=Membership.Role.LEADER).count() == 1


def check_hours(allocation: Allocation) -> None:
    """The ledger's entries are what the pools gave, and no job has used what was taken away."""
    budget, drawn, returned = read_budget(allocation), 0, 0
    for entry in allocation.ledger.order_by("pk"):
        if entry.kind in DRAWING:
            drawn += entry.gpu_minutes
        elif entry.kind in RETURNING:
            # What was given back for lost jobs was drawn before, and only what was drawn returns.
            drawn = max(drawn + entry.gpu_minutes, 0)
        if entry.kind == EntryKind.TRANSFER_IN and entry.counterpart:
            assert entry.counterpart.gpu_minutes == -entry.gpu_minutes
            returned += 1
    there = PoolDraw.objects.filter(entry__allocation=allocation)
    assert there.aggregate(total=Sum("gpu_minutes", default=0))["total"] == drawn
    assert budget.granted_minutes >= budget.use.used_minutes
    assert returned == allocation.ledger.filter(kind=EntryKind.TRANSFER_IN).count()


def assert_the_pools_hold_what_they_gave() -> None:
    for pool in PoolDraw.objects.values("pool", "pool__gpu_hours").annotate(
        total=Sum("gpu_minutes")
    ):
        assert 0 <= pool["total"] <= pool["pool__gpu_hours"] * 60


def check_aid(life: Life) -> None:
    """What is granted is valued as aid once, where it is aid."""
    grants = Counter(
        AidGrant.objects.filter(entry__allocation__project=life.project).values_list(
            "entry", "gpu_minutes"
        )
    )
    entries = LedgerEntry.objects.filter(allocation__project=life.project, kind__in=VALUED)
    is_aid = life.application().is_economic
    assert grants == Counter(entries.values_list("pk", "gpu_minutes") if is_aid else ())


def check_changes(life: Life) -> None:
    """What was decided stays so, was carried out once, and by as many as the track asks for."""
    limit = life.application().rules().four_eyes_above_gpu_hours
    for change in AwardChange.objects.select_related("entry"):
        said = (change.state, change.entry_id, change.decided_by_id)
        if change.is_open:
            assert change.entry is None
            continue
        assert life.settled.setdefault(change.pk, said) == said
        if change.state != ChangeState.APPROVED:
            assert change.entry is None
        elif change.kind in GRANTING and change.gpu_hours:
            assert change.entry is not None
            assert change.entry.gpu_minutes == change.gpu_hours * 60
            needs_two = limit is not None and change.gpu_hours > limit
            assert (change.seconded_by_id is not None) == needs_two
            assert change.seconded_by_id != change.decided_by_id


def check_end(life: Life) -> None:
    """A report is due of what ended, and what is closed is over."""
    state = life.application().state
    report = FinalReport.objects.filter(project=life.project).first()
    today = timezone.localdate()
    if state == ApplicationState.CLOSED:
        assert report is not None
        assert report.state == FinalReport.State.ACCEPTED
        assert not life.project.allocations.running_on(today).exists(), "closed, and goes on"
    elif state == ApplicationState.REPORT_DUE:
        assert report is not None
        assert report.state != FinalReport.State.ACCEPTED
    else:
        assert state == ApplicationState.ACCEPTED
    for proposal in ClawBack.objects.all():
        assert (proposal.entry is not None) == (proposal.state == ClawBack.State.APPLIED)


def bring_to_an_end(life: Life) -> None:
    """From wherever it stands people who do their part get it closed."""
    for number in range(AwardChange.objects.open().count()):
        life.take("reject", number)
    SiteStatus.objects.update(accounting_until=timezone.now(), counters_read_at=timezone.now())
    BudgetCounter.objects.update(reserved_minutes=0)
    life.take("end", 1)
    life.take("night")
    for step in ("write", "hand_in", "accept"):
        life.take(step)
    assert life.application().state == ApplicationState.CLOSED
    for number in range(len(_KINDS)):
        for step in ("ask", "approve", "renew", "end_later", "night"):
            life.take(step, number)
    assert life.application().state == ApplicationState.CLOSED
    for allocation in life.allocations():
        assert not read_budget(allocation).free_minutes, "what nobody used has lapsed"


@pytest.fixture
def life(seeded: None) -> Life:
    """An accepted project with a member, and an application that waits for hours of its pool."""
    staff = [make_person(name, role=Role.STAFF) for name in ("Staf", "Second", "Third")]
    ask_for_reviews(0)
    make_pool("zellik", gpu_hours=8_400)
    make_pool("charleroi", gpu_hours=5_100)
    leader, waiter = make_person("Ada"), make_person("Wait")
    first = submit_application(application_id=make_draft(leader).pk, actor=leader)
    project = make_project(first, staff[0])
    join_project(project, make_person("Mem"), Membership.Role.MEMBER)
    join_project(project, make_person("Nel"), Membership.Role.MEMBER)
    draft = make_draft(waiter, hours={"zellik": 1_900})
    waits = submit_application(application_id=draft.pk, actor=waiter)
    put_on_wait_list(
        application_id=waits.pk, awards=award_lines(waits), reason=REASON, actor=staff[0]
    )
    began = timezone.localdate() - timedelta(90)
    Allocation.objects.filter(project=project).update(starts_on=began)
    for site in Site.objects.all():
        now = timezone.now()
        SiteStatus.objects.update_or_create(
            site=site,
            defaults={"accounting_until": now, "counters_read_at": now, "last_seen_at": now},
        )
    return Life(project, staff)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    limit=st.sampled_from([None, LIMIT_HOURS]),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11)), min_size=8, max_size=25),
)
def test_no_path_of_a_project_pays_twice_or_skips_a_second_person_or_ends_nowhere(
    life: Life, limit: int | None, steps: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        played = Life(life.project, life.staff)
        ask_for_reviews(0, four_eyes_above_gpu_hours=limit)
        for name, number in steps:
            played.take(name, number)
        fill_wait_list()
        check(played)
        bring_to_an_end(played)
        transaction.set_rollback(True)
