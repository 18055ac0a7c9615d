"""Forms after a decision that are sent twice, by two people at once, or after all has moved on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from allocations.actions.allocations import remove_member, suspend_allocation
from allocations.actions.award_changes import ask_for_change, withdraw_change
from allocations.actions.change_decisions import approve_change, reject_change
from allocations.actions.claw_backs import apply_claw_back, dismiss_claw_back
from allocations.actions.final_reports import (
    ReportText,
    accept_report,
    ask_for_more,
    ask_for_report,
    hand_in_report,
    lift_block,
    save_report,
)
from allocations.actions.invitations import join_project
from allocations.actions.leaders import ask_for_leader
from allocations.management.commands.nightly import NIGHTLY
from allocations.models import (
    Allocation,
    Application,
    AwardChange,
    ClawBack,
    FinalReport,
    LedgerEntry,
    Membership,
    Project,
)
from allocations.rules.award_changes import ChangeKind
from tests.allocations.budget_world import end_yesterday
from tests.allocations.claw_back_world import proposed_claw_back
from tests.allocations.together import together
from tests.people import make_person

REASON = "So it was decided."
TEXT = ReportText("Bells.", "All of them.", "Much.", may_be_published=True, outputs=())
SENT = {
    "version": "0", "results": "Bells.", "use_of_hours": "All.", "meaning": "Much.",
    "may_be_published": "yes", "outputs-TOTAL_FORMS": "0", "outputs-INITIAL_FORMS": "0",
}  # fmt: skip
Acts = list[Callable[[User], object]]
"""What is done at once, each by somebody else."""


class World:
    """A project with a member, and what can be decided of it."""

    def __init__(self, project: Project) -> None:
        self.project, self.leader = project, project.application.applicant
        self.allocation = project.allocations.get(site__code="zellik")
        with transaction.atomic():
            self.member = join_project(project, make_person("Mem"), Membership.Role.MEMBER)

    def change(self) -> AwardChange:
        return ask_for_change(
            allocation_id=self.allocation.pk,
            kind=ChangeKind.SUPPLEMENT,
            gpu_hours=300,
            reason=REASON,
            actor=self.leader,
        )

    def claw_back(self) -> ClawBack:
        proposal: ClawBack = proposed_claw_back(self.allocation)
        ClawBack.objects.update(answer_due_on=timezone.localdate() - timedelta(1))
        return proposal

    def report(self, *, is_handed_in: bool = False, is_late: bool = False) -> FinalReport:
        for allocation in self.project.allocations.all():
            end_yesterday(allocation)
        today = timezone.localdate()
        report = ask_for_report(project_id=self.project.pk, today=today, actor=NIGHTLY)
        save_report(project_id=self.project.pk, version=0, text=TEXT, actor=self.leader)
        if is_handed_in:
            hand_in_report(project_id=self.project.pk, actor=self.leader)
        if is_late:
            FinalReport.objects.update(due_on=today - timedelta(1))
        return report


def picture() -> tuple[Any, ...]:
    """What such a form could have changed, and the mails that went out."""
    return (
        list(Application.objects.values_list("state", flat=True)),
        list(Allocation.objects.order_by("pk").values_list("suspended_because", "ends_on")),
        list(LedgerEntry.objects.order_by("pk").values_list("kind", "gpu_minutes")),
        list(AwardChange.objects.order_by("pk").values_list("state", "decided_by", "asked_by")),
        list(ClawBack.objects.values_list("state", "answer")),
        list(FinalReport.objects.values_list("state", "version", "lifted_at", "due_on")),
        list(Membership.objects.order_by("pk").values_list("role", "left_at")),
        len(mail.outbox),
    )


def of_change(world: World) -> Acts:
    """Two approve it, one rejects it, and its leader takes it back."""
    number = world.change().pk
    return [
        lambda actor: approve_change(change_id=number, reason=REASON, actor=actor),
        lambda actor: approve_change(change_id=number, reason=REASON, actor=actor),
        lambda actor: reject_change(change_id=number, reason=REASON, actor=actor),
        lambda _actor: withdraw_change(change_id=number, actor=world.leader),
    ]


def of_claw_back(world: World) -> Acts:
    number = world.claw_back().pk

    def apply(actor: User) -> LedgerEntry:
        return apply_claw_back(claw_back_id=number, gpu_hours=100, reason=REASON, actor=actor)

    def dismiss(actor: User) -> ClawBack:
        return dismiss_claw_back(claw_back_id=number, reason=REASON, actor=actor)

    return [apply, apply, dismiss]


def of_report(world: World) -> Acts:
    number = world.report().project_id
    return [lambda _actor: hand_in_report(project_id=number, actor=world.leader)] * 2


def of_handed_in_report(world: World) -> Acts:
    number = world.report(is_handed_in=True).project_id
    return [
        lambda actor: accept_report(project_id=number, actor=actor),
        lambda actor: accept_report(project_id=number, actor=actor),
        lambda actor: ask_for_more(project_id=number, reason=REASON, actor=actor),
    ]


def of_late_report(world: World) -> Acts:
    number = world.report(is_late=True).project_id
    return [lambda actor: lift_block(project_id=number, reason=REASON, actor=actor)] * 2


def of_leader(world: World) -> Acts:
    def ask(actor: User) -> AwardChange:
        member = world.member.user
        return ask_for_leader(project=world.project, member=member, reason=REASON, actor=actor)

    return [ask] * 2


def of_use(world: World) -> Acts:
    def suspend(actor: User) -> Allocation:
        return suspend_allocation(allocation_id=world.allocation.pk, reason=REASON, actor=actor)

    return [suspend] * 2


def of_member(world: World) -> Acts:
    return [lambda actor: remove_member(membership_id=world.member.pk, actor=actor)] * 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "prepare",
    [
        of_change,
        of_claw_back,
        of_report,
        of_handed_in_report,
        of_late_report,
        of_leader,
        of_use,
        of_member,
    ],
)
def test_of_those_who_decide_at_once_one_is_heard(
    project: Project, prepare: Callable[[World], Acts]
) -> None:
    world = World(project)
    acts = prepare(world)
    staff = [make_person(f"Staf{number}", role=Role.STAFF) for number, _act in enumerate(acts)]
    before = LedgerEntry.objects.exclude(gpu_minutes=0).count()

    refused = together(*(partial(act, actor) for act, actor in zip(acts, staff, strict=True)))

    assert len(refused) == len(acts) - 1
    assert not any("Error(" in sentence for sentence in refused), refused
    assert LedgerEntry.objects.exclude(gpu_minutes=0).count() <= before + 1


def approve_form(world: World) -> tuple[str, dict[str, str]]:
    return reverse("approve_change", args=[world.change().pk]), {"approve-reason": REASON}


def reject_form(world: World) -> tuple[str, dict[str, str]]:
    return reverse("reject_change", args=[world.change().pk]), {"reject-reason": REASON}


def withdraw_form(world: World) -> tuple[str, dict[str, str]]:
    return reverse("withdraw_change", args=[world.change().pk]), {}


def leader_form(world: World) -> tuple[str, dict[str, str]]:
    sent = {"member": str(world.member.user_id), "reason": REASON}
    return reverse("ask_for_leader", args=[world.project.name]), sent


def apply_form(world: World) -> tuple[str, dict[str, str]]:
    sent = {"apply-gpu_hours": "50", "apply-reason": REASON}
    return reverse("apply_claw_back", args=[world.claw_back().pk]), sent


def dismiss_form(world: World) -> tuple[str, dict[str, str]]:
    return reverse("dismiss_claw_back", args=[world.claw_back().pk]), {"dismiss-reason": REASON}


def report_form(world: World) -> tuple[str, dict[str, str]]:
    world.report()
    sent = {**SENT, "version": "1", "step": "hand_in"}
    return reverse("final_report", args=[world.project.name]), sent


def accept_form(world: World) -> tuple[str, dict[str, str]]:
    world.report(is_handed_in=True)
    return reverse("accept_report", args=[world.project.name]), {}


def more_form(world: World) -> tuple[str, dict[str, str]]:
    world.report(is_handed_in=True)
    return reverse("ask_for_more", args=[world.project.name]), {"more-reason": REASON}


def lift_form(world: World) -> tuple[str, dict[str, str]]:
    world.report(is_late=True)
    return reverse("lift_report_block", args=[world.project.name]), {"lift-reason": REASON}


def suspend_form(world: World) -> tuple[str, dict[str, str]]:
    address = reverse("suspend", args=[world.allocation.pk])
    return address, {"reason": REASON}


def remove_form(world: World) -> tuple[str, dict[str, str]]:
    return reverse("remove_member", args=[world.member.pk]), {}


OF_LEADER = {withdraw_form, leader_form, report_form, remove_form}


@pytest.mark.parametrize(
    "prepare",
    [
        approve_form,
        reject_form,
        withdraw_form,
        leader_form,
        apply_form,
        dismiss_form,
        report_form,
        accept_form,
        more_form,
        lift_form,
        suspend_form,
        remove_form,
    ],
)
def test_a_form_that_is_sent_again_after_all_has_moved_on_changes_nothing_and_says_why(
    client: Client,
    project: Project,
    staff: User,
    prepare: Callable[[World], tuple[str, dict[str, str]]],
) -> None:
    world = World(project)
    address, sent = prepare(world)
    client.force_login(world.leader if prepare in OF_LEADER else staff)
    before = picture()
    assert client.post(address, sent).status_code == 302
    after = picture()
    assert after != before

    again = client.post(address, sent, follow=True)

    assert picture() == after
    assert "alert-warning" in again.text or "alert-danger" in again.text
