"""Whatever people do with an application, in any order: no path leads where it must not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.audit import SystemActor
from accounts.models import User
from accounts.permissions import Role
from allocations.actions.award_changes import appeal
from allocations.actions.change_decisions import approve_change, reject_change
from allocations.actions.decisions import (
    approve_application,
    reject_application,
    request_information,
)
from allocations.actions.drafts import submit_application, withdraw_application
from allocations.actions.offers import accept_offer, decline_offer, lapse_offer
from allocations.actions.proposals import (
    confirm_award,
    decline_award,
    propose_award,
    put_on_wait_list,
)
from allocations.actions.review_steps import record_step
from allocations.actions.reviewers import assign_reviewers, declare_conflict, remove_reviewer
from allocations.actions.reviews import Mark, hand_in_review, reopen_review
from allocations.actions.wait_list import fill_wait_list
from allocations.errors import AllocationsError
from allocations.models import (
    Allocation,
    Application,
    AwardChange,
    DeclarationText,
    LedgerEntry,
    ProposedAward,
    Review,
    ReviewStep,
)
from allocations.review_figures import progress_of
from allocations.rules.review_steps import StepKind
from allocations.states import AWARDED_STATES, OFFERED_STATES, UNDECIDED_STATES, ApplicationState
from tests.allocations.review_world import make_reviewer
from tests.domain import ask_for_reviews, award_lines, make_draft
from tests.people import make_person

ASKED_HOURS = 1_500
REASON = "As it happens."
NIGHT = SystemActor("tests")
Step = tuple[str, int]
STEPS = (
    "check", "ask", "hand_in", "hand_in_low", "reopen", "remove", "conflict", "propose", "confirm",
    "decline", "approve", "waitlist", "fill", "question", "answer", "reject", "ineligible",
    "withdraw", "accept", "refuse", "lapse",
    "appeal", "uphold", "dismiss",
)  # fmt: skip
RULES = st.fixed_dictionaries(
    {
        "number": st.integers(0, 2),
        "is_blind": st.booleans(),
        "four_eyes_above_gpu_hours": st.sampled_from([None, 1_000, ASKED_HOURS]),
        "has_admin_check": st.booleans(),
        "has_technical_review": st.booleans(),
        "has_gate": st.booleans(),
    }
)
"""What a track asks for: so many reviews, blind or not, such steps, two people for so much."""
NO_STEPS = {
    "number": 0,
    "is_blind": False,
    "has_admin_check": False,
    "has_technical_review": False,
    "has_gate": False,
}
# What moves an application on comes more often, or few runs would get far.
LIKELY = (
    *STEPS, *["check"] * 4, "ask", "ask", *["hand_in"] * 3, "propose", "confirm", "approve",
)  # fmt: skip


class Play:
    """One application, and the people who do something with it."""

    def __init__(self, people: dict[str, list[User]], application: Application) -> None:
        self.staff, self.judges = people["staff"], people["judges"]
        self.application = application

    def take(self, step: Step) -> None:
        """Do it as one of the people; what is refused changes nothing."""
        name, number = step
        before = self.picture()
        try:
            with transaction.atomic():
                getattr(self, name)(number)
        except (AllocationsError, ObjectDoesNotExist):
            assert self.picture() == before
        self.application = Application.objects.get(pk=self.application.pk)

    def picture(self) -> tuple[Any, ...]:
        return (
            Application.objects.values_list("state", "version").get(pk=self.application.pk),
            list(Review.objects.values_list("pk", "submitted_at", "ended_at", "edits")),
            list(ProposedAward.objects.values_list("pk", "closed_at", "confirmed_by")),
            LedgerEntry.objects.count(),
            list(ReviewStep.objects.values_list("kind", "read_number", "done_by")),
        )

    def ask(self, number: int) -> None:
        judge = self.judges[number % len(self.judges)]
        assign_reviewers(
            application_id=self.application.pk, reviewers=[judge], actor=self._staff(number)
        )

    def hand_in(self, number: int, score: int = 4) -> None:
        review = self._review(number)
        marks = {item.code: Mark(score, "So.") for item in self.application.rules().criteria}
        hand_in_review(
            review_id=review.pk,
            edits=review.edits,
            marks=marks,
            comment="",
            actor=review.reviewer,
        )

    def hand_in_low(self, number: int) -> None:
        self.hand_in(number, score=1)

    def reopen(self, number: int) -> None:
        review = self._review(number)
        reopen_review(review_id=review.pk, reason=REASON, actor=self._staff(number))

    def remove(self, number: int) -> None:
        remove_reviewer(review_id=self._review(number).pk, actor=self._staff(number))

    def conflict(self, number: int) -> None:
        declare_conflict(
            application_id=self.application.pk,
            reason=REASON,
            actor=self.judges[number % len(self.judges)],
        )

    def check(self, number: int) -> None:
        kind = list(StepKind)[number % len(StepKind)]
        record_step(
            application_id=self.application.pk, kind=kind, note="So.", actor=self._staff(number)
        )

    def propose(self, number: int) -> None:
        self._award(propose_award, number)

    def approve(self, number: int) -> None:
        self._award(approve_application, number)

    def waitlist(self, number: int) -> None:
        self._award(put_on_wait_list, number)

    def confirm(self, number: int) -> None:
        proposal = ProposedAward.objects.order_by("-pk")[:1].get()
        confirm_award(proposal_id=proposal.pk, actor=self._staff(number))

    def decline(self, number: int) -> None:
        proposal = ProposedAward.objects.order_by("-pk")[:1].get()
        decline_award(proposal_id=proposal.pk, reason=REASON, actor=self._staff(number))

    def fill(self, number: int) -> None:
        fill_wait_list()

    def question(self, number: int) -> None:
        request_information(
            application_id=self.application.pk, question=REASON, actor=self._staff(number)
        )

    def answer(self, number: int) -> None:
        submit_application(application_id=self.application.pk, actor=self.application.applicant)

    def reject(self, number: int) -> None:
        reject_application(
            application_id=self.application.pk, reason=REASON, actor=self._staff(number)
        )

    def ineligible(self, number: int) -> None:
        reject_application(
            application_id=self.application.pk,
            reason=REASON,
            is_ineligible=True,
            actor=self._staff(number),
        )

    def withdraw(self, number: int) -> None:
        withdraw_application(application_id=self.application.pk, actor=self.application.applicant)

    def accept(self, number: int) -> None:
        decision = Application.objects.select_related("decision").get(pk=self.application.pk)
        texts = DeclarationText.objects.of_award(decision.decision, timezone.localdate())
        accept_offer(
            application_id=self.application.pk,
            text_ids=[text.pk for text in texts],
            actor=self.application.applicant,
        )

    def refuse(self, number: int) -> None:
        decline_offer(
            application_id=self.application.pk, reason=REASON, actor=self.application.applicant
        )

    def lapse(self, number: int) -> None:
        later = timezone.localdate() + timedelta(1_000)
        lapse_offer(application_id=self.application.pk, today=later, actor=NIGHT)

    def appeal(self, number: int) -> None:
        appeal(application_id=self.application.pk, reason=REASON, actor=self.application.applicant)

    def uphold(self, number: int) -> None:
        change = AwardChange.objects.open().get()
        approve_change(change_id=change.pk, reason=REASON, actor=self._staff(number))

    def dismiss(self, number: int) -> None:
        change = AwardChange.objects.open().get()
        reject_change(change_id=change.pk, reason=REASON, actor=self._staff(number))

    def _award(self, decide: Callable[..., object], number: int) -> None:
        decide(
            application_id=self.application.pk,
            awards=award_lines(self.application),
            reason=REASON,
            actor=self._staff(number),
        )

    def _staff(self, number: int) -> User:
        return self.staff[number % len(self.staff)]

    def _review(self, number: int) -> Review:
        reviews = list(self.application.reviews.standing().select_related("reviewer"))
        if not reviews:
            raise Review.DoesNotExist
        return reviews[number % len(reviews)]


def check(play: Play) -> None:
    """What holds of an application at any time."""
    application = play.application
    progress = progress_of(application)
    granted = LedgerEntry.objects.aggregate(total=Sum("gpu_minutes", default=0))["total"]
    state = application.state
    if state in AWARDED_STATES | {ApplicationState.DECLINED, ApplicationState.LAPSED}:
        assert progress.is_complete
        assert not progress.below_threshold
        assert every_step_is_done(application)
        check_who_awarded(application)
    assert granted == (ASKED_HOURS * 60 if state in AWARDED_STATES else 0)
    assert Allocation.objects.taken_up().exists() == (state == ApplicationState.ACCEPTED)
    if state == ApplicationState.REJECTED and not application.decision.is_ineligible:
        assert progress.is_complete
    if state == ApplicationState.WAITLISTED:
        assert progress.is_complete
        assert every_step_is_done(application)
        proposal = ProposedAward.objects.standing().get()
        if needs_two(application):
            assert proposal.confirmed_by not in (None, proposal.proposed_by)
    if state not in UNDECIDED_STATES:
        assert not ProposedAward.objects.standing().exists()
    is_appealed = state == ApplicationState.APPEALED
    assert AwardChange.objects.open().exists() == is_appealed
    bound = application.declared_conflicts.values_list("reviewer", flat=True)
    assert not application.reviews.standing().filter(reviewer__in=bound).exists()


def check_who_awarded(application: Application) -> None:
    """It was granted once, and above the track's limit by two people."""
    granted = ProposedAward.objects.filter(ending=ProposedAward.Ending.GRANTED)
    assert granted.count() <= 1
    if needs_two(application):
        assert granted.get().confirmed_by not in (None, granted.get().proposed_by)


def needs_two(application: Application) -> bool:
    limit = application.rules().four_eyes_above_gpu_hours
    return limit is not None and limit < ASKED_HOURS


def every_step_is_done(application: Application) -> bool:
    """Of the text that was handed in last, those that the track asks for and no others."""
    done = application.steps.filter(read_number=application.snapshots.count())
    return set(done.values_list("kind", flat=True)) == set(application.rules().steps)


def bring_to_an_end(play: Play) -> None:
    """From wherever it stands people who do their part get it decided, and hours return."""
    if play.application.state == ApplicationState.INFO_REQUESTED:
        play.take(("answer", 0))
    if play.application.state != ApplicationState.WAITLISTED:
        do_their_part(play)
    # What waited for a second person may have been a place on the wait-list.
    if play.application.state == ApplicationState.WAITLISTED:
        play.take(("fill", 0))


def do_their_part(play: Play) -> None:
    """Whatever the track asks for, and what only one of two wanted is declined."""
    required = play.application.rules().peer_reviewers
    play.judges = [make_reviewer(f"Late{number}") for number in range(required)]
    for number in range(required):
        play.take(("ask", number))
    hurry(play)
    for number in range(play.application.reviews.standing().count()):
        play.take(("reopen", number))
        play.take(("hand_in", number))
    take_each_step(play)
    play.take(("question", 0))
    play.take(("answer", 0))
    take_each_step(play)
    play.take(("decline", 0))
    hurry(play)


def take_each_step(play: Play) -> None:
    """With somebody who would rather not wait for it."""
    for number in range(len(StepKind)):
        hurry(play)
        play.take(("check", number))


def hurry(play: Play) -> None:
    """One and two people try to award it as it stands."""
    play.take(("approve", 0))
    play.take(("propose", 0))
    play.take(("confirm", 1))
    check(play)


@pytest.fixture
def people(seeded: None) -> dict[str, list[User]]:
    """Two of staff, three reviewers."""
    return {
        "staff": [make_person(name, role=Role.STAFF) for name in ("Staf", "Second")],
        "judges": [make_reviewer(f"Judge{number}") for number in range(3)],
    }


@pytest.fixture
def written(people: dict[str, list[User]]) -> Application:
    """A draft that can be handed in."""
    draft: Application = make_draft(make_person("Ada"))
    return draft


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rules=RULES, steps=st.lists(st.tuples(st.sampled_from(LIKELY), st.integers(0, 5)), max_size=14)
)
@example(rules=NO_STEPS | {"four_eyes_above_gpu_hours": 1_000}, steps=[("waitlist", 0)])
def test_no_path_skips_a_step_or_a_review_or_four_eyes_or_the_signature_pays_twice_or_ends_nowhere(
    people: dict[str, list[User]], written: Application, rules: dict[str, Any], steps: list[Step]
) -> None:
    with transaction.atomic():
        ask_for_reviews(**rules)
        applicant = written.applicant
        play = Play(people, submit_application(application_id=written.pk, actor=applicant))
        for step in steps:
            play.take(step)
            check(play)
        for number in range(2 * (play.application.state == ApplicationState.APPEALED)):
            play.take(("dismiss", number))
            check(play)
        assert play.application.state != ApplicationState.APPEALED
        if play.application.state in UNDECIDED_STATES:
            bring_to_an_end(play)
            check(play)
            assert play.application.state in AWARDED_STATES
        if play.application.state in OFFERED_STATES:
            play.take(("accept", 0))
            check(play)
            assert play.application.state == ApplicationState.ACCEPTED
        transaction.set_rollback(True)
