"""Conflicts of interest of those who decide: found as a reviewer's are, or declared."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import LinkedEnterprise, User
from accounts.permissions import Role
from allocations.actions.allocations import change_budget, change_end
from allocations.actions.award_changes import appeal
from allocations.actions.budgets import refund_hours, renew_allocation
from allocations.actions.change_decisions import approve_change
from allocations.actions.decisions import reject_application, request_information
from allocations.actions.invitations import accept_invitation, invite_member, join_project
from allocations.actions.proposals import confirm_award, propose_award, put_on_wait_list
from allocations.actions.review_steps import record_step
from allocations.actions.reviewers import declare_conflict
from allocations.errors import RefusedError, StateError
from allocations.models import (
    Allocation,
    Application,
    DailyUsage,
    DeclaredConflict,
    Membership,
    ProposedAward,
)
from allocations.rules.conflicts import ConflictKind
from allocations.rules.review_steps import StepKind
from allocations.ties import conflicts_of
from tests.allocations.decision_form import address, approval
from tests.allocations.pool_world import told_until_now, used
from tests.allocations.review_world import ask, make_reviewer, to_be_reviewed
from tests.domain import ask_for_reviews, award_lines, make_draft, make_project
from tests.people import make_organisation, make_person

HOSTILE = ("", " \t ", "\0", "a" * 1_001, "a" * 1_000_000)
MARKUP = "<script>alert(1)</script> \u202eevil\u202c & co"


@pytest.fixture
def bound(seeded: None) -> User:
    """Staff of another house than the other staff's and the applicants'."""
    person = make_person("Bound", role=Role.STAFF)
    move_to(person, "elsewhere.example")
    return person


def move_to(person: User, house: str) -> None:
    person.email = f"{person.first_name.lower()}@{house}"
    person.save()
    person.emailaddress_set.update(email=person.email)


def of_team(application: Application, bound: User, _staff: User) -> None:
    applicant = application.applicant
    invitation = invite_member(application_id=application.pk, email=bound.email, actor=applicant)
    accept_invitation(invitation_id=invitation.pk, actor=bound)


def of_organisation(_application: Application, bound: User, _staff: User) -> None:
    make_organisation(bound)


def of_linked_enterprise(_application: Application, bound: User, _staff: User) -> None:
    parent = make_organisation(bound, number="0428759497")
    LinkedEnterprise.objects.create(
        organisation=parent, enterprise_number="0403019261", name="Klokken NV"
    )


def of_partner(_application: Application, bound: User, _staff: User) -> None:
    """Their own organisation names the applicant's as a partner."""
    own = make_organisation(bound, number="0428759497")
    LinkedEnterprise.objects.create(
        organisation=own,
        enterprise_number="0403019261",
        name="Klokken NV",
        relation="partner",
        percent=25,
    )


def of_the_applicants_partner(application: Application, bound: User, _staff: User) -> None:
    make_organisation(bound, number="0428759497")
    LinkedEnterprise.objects.create(
        organisation=application.organisation,
        enterprise_number="0428759497",
        name="Deler",
        relation="partner",
        percent=30,
    )


def of_house(_application: Application, bound: User, _staff: User) -> None:
    move_to(bound, "lab.example.org")


def of_earlier_project(application: Application, bound: User, staff: User) -> None:
    project = make_project(to_be_reviewed(application.applicant, reviews=0), staff)
    join_project(project, bound, Membership.Role.MEMBER)
    Membership.objects.filter(user=bound).update(left_at=application.created_at)


TIES: list[tuple[Callable[[Application, User, User], None], ConflictKind]] = [
    (of_team, ConflictKind.OWN),
    (of_organisation, ConflictKind.ORGANISATION),
    (of_linked_enterprise, ConflictKind.ENTERPRISE),
    (of_partner, ConflictKind.ENTERPRISE),
    (of_the_applicants_partner, ConflictKind.ENTERPRISE),
    (of_house, ConflictKind.MAIL_DOMAIN),
    (of_earlier_project, ConflictKind.PROJECT),
]


def test_staff_decide_and_step_where_nothing_binds_them(
    submitted: Application, bound: User, staff: User
) -> None:
    """A project that they alone are in binds nobody, nor does a public mail host."""
    own = make_project(to_be_reviewed(bound, reviews=0), staff)
    assert own.application.organisation is not None
    own.application.organisation.organisationmember_set.filter(user=bound).delete()
    type(own.application).objects.filter(pk=own.application.pk).update(organisation=None)
    for person in (bound, submitted.applicant):
        person.emailaddress_set.create(email=f"{person.pk}@gmail.com", verified=True)
    assert conflicts_of(submitted, [bound]) == {bound.pk: []}
    request_information(application_id=submitted.pk, question="Which data?", actor=bound)


@pytest.mark.parametrize(("bind", "kind"), TIES, ids=[bind.__name__ for bind, _kind in TIES])
def test_each_tie_keeps_a_decider_out_and_the_page_says_which(
    client: Client,
    submitted: Application,
    bound: User,
    staff: User,
    bind: Callable[[Application, User, User], None],
    kind: ConflictKind,
) -> None:
    bind(submitted, bound, staff)
    ask_for_reviews(0, has_gate=True)
    submitted.refresh_from_db()
    said = str(kind.label)
    awards, number = award_lines(submitted), submitted.pk
    tries: list[Callable[[], object]] = [
        lambda: propose_award(application_id=number, awards=awards, reason="So.", actor=bound),
        lambda: put_on_wait_list(application_id=number, awards=awards, reason="So.", actor=bound),
        lambda: reject_application(application_id=number, reason="So.", actor=bound),
        lambda: request_information(application_id=number, question="So?", actor=bound),
        lambda: record_step(application_id=number, kind=StepKind.GATE, note="", actor=bound),
        lambda: ask(submitted, bound, make_reviewer("Judge")),
    ]
    for attempt in tries:
        with pytest.raises(RefusedError, match=said):
            attempt()
    client.force_login(bound)
    page = client.get(address("review", submitted)).text
    (why,) = re.findall("A conflict of interest keeps you from this: (.*?)[.] Nobody", page)
    assert said in why.split("; ")
    assert "ask somebody else of the staff" in page
    for button in ("Approve", "Reject the application", "Record as done", "I must not decide"):
        assert button not in page
    assert client.post(address("approve", submitted), approval(submitted)).status_code == 403
    assert client.post(address("conflict", submitted), {"reason": "So."}).status_code == 403


def test_a_second_person_with_a_tie_does_not_confirm(
    submitted: Application, bound: User, staff: User
) -> None:
    ask_for_reviews(0, four_eyes_above_gpu_hours=1)
    proposal = propose_award(
        application_id=submitted.pk, awards=award_lines(submitted), reason="So.", actor=staff
    )
    of_house(submitted, bound, staff)
    with pytest.raises(RefusedError, match="same house"):
        confirm_award(proposal_id=proposal.pk, actor=bound)


def test_a_tie_keeps_from_appeals_and_changes_too(
    client: Client, submitted: Application, bound: User, staff: User
) -> None:
    reject_application(application_id=submitted.pk, reason="Vague.", actor=staff)
    change = appeal(application_id=submitted.pk, reason="It is not.", actor=submitted.applicant)
    client.force_login(bound)
    assert "Approve and carry out" in client.get(change.get_absolute_url()).text
    of_house(submitted, bound, staff)
    with pytest.raises(RefusedError, match="same house"):
        approve_change(change_id=change.pk, reason="So.", actor=bound)
    page = client.get(change.get_absolute_url()).text
    assert "A conflict of interest keeps you from this: mail address of the same house" in page
    assert "Approve and carry out" not in page
    assert client.post(reverse("approve_change", args=[change.pk])).status_code == 403


def more_hours(allocation: Allocation, actor: User) -> None:
    change_budget(allocation_id=allocation.pk, gpu_hours=10, reason="More.", actor=actor)


def renewed(allocation: Allocation, actor: User) -> None:
    renew_allocation(
        allocation_id=allocation.pk,
        gpu_hours=10,
        ends_on=allocation.ends_on + timedelta(30),
        reason="More.",
        actor=actor,
    )


def refunded(allocation: Allocation, actor: User) -> None:
    told_until_now(allocation.site)
    used(allocation.project, allocation.site, 20, days_ago=1)
    refund_hours(allocation_id=allocation.pk, gpu_hours=10, reason="Lost.", actor=actor)


def later(allocation: Allocation, actor: User) -> None:
    day = allocation.ends_on + timedelta(30)
    change_end(allocation_id=allocation.pk, ends_on=day, reason="More time.", actor=actor)


@pytest.mark.parametrize("give", [more_hours, renewed, refunded, later])
def test_a_tie_keeps_from_giving_a_project_more_by_hand(
    give: Callable[[Allocation, User], None], submitted: Application, bound: User, staff: User
) -> None:
    project = make_project(submitted, staff)
    allocation = project.allocations.get(site__code="zellik")
    of_house(submitted, bound, staff)
    with pytest.raises(RefusedError, match="same house"):
        give(allocation, bound)
    assert allocation.ledger.count() == 1
    assert Allocation.objects.get(pk=allocation.pk).ends_on == allocation.ends_on
    # Taking away gives nobody anything.
    change_budget(allocation_id=allocation.pk, gpu_hours=-10, reason="Less.", actor=bound)
    move_to(bound, "elsewhere.example")
    DailyUsage.objects.all().delete()
    give(allocation, bound)


# Declared -------------------------------------------------------------------------------------


def test_staff_declare_a_conflict_and_decide_no_more(
    client: Client, submitted: Application, bound: User, staff: User
) -> None:
    client.force_login(bound)
    assert "I must not decide this" in client.get(address("review", submitted)).text
    for reason in HOSTILE:
        answer = client.post(address("conflict", submitted), {"reason": reason})
        assert answer.status_code == 422
        assert "Approve" in answer.text
    assert not DeclaredConflict.objects.exists()
    mail.outbox.clear()
    answer = client.post(address("conflict", submitted), {"reason": MARKUP}, follow=True)
    assert "Staff choose somebody else for this application." in answer.text
    assert {message.to[0] for message in mail.outbox} == {bound.email, staff.email}
    told = mail.outbox[0]
    assert "A conflict of interest was declared" in str(told.subject)
    assert MARKUP in str(told.body)
    assert "<script>" not in str(told.alternatives[0][0])  # type: ignore[attr-defined]
    page = client.get(address("review", submitted)).text
    assert "A conflict of interest keeps you from this: declared conflict of interest" in page
    assert 'id="approval"' not in page
    with pytest.raises(RefusedError, match="declared conflict"):
        reject_application(application_id=submitted.pk, reason="No.", actor=bound)
    with pytest.raises(StateError, match="any more"):
        declare_conflict(application_id=submitted.pk, reason="Again.", actor=bound)
    bound.role = Role.REVIEWER
    bound.save()
    with pytest.raises(RefusedError, match="declared conflict"):
        ask(submitted, staff, bound)


def test_a_conflict_is_declared_after_the_award_too_and_of_this_application_alone(
    submitted: Application, applicant: User, bound: User, staff: User
) -> None:
    make_project(submitted, staff)
    declare_conflict(application_id=submitted.pk, reason="My sister.", actor=bound)
    other = to_be_reviewed(applicant, reviews=0)
    assert conflicts_of(submitted, [bound, staff]) == {
        bound.pk: [ConflictKind.DECLARED],
        staff.pk: [],
    }
    request_information(application_id=other.pk, question="Which data?", actor=bound)


def test_what_somebody_with_a_conflict_proposed_is_no_first_yes(
    submitted: Application, bound: User, staff: User
) -> None:
    ask_for_reviews(0, four_eyes_above_gpu_hours=1)
    lines = award_lines(submitted)
    proposal = propose_award(application_id=submitted.pk, awards=lines, reason="So.", actor=bound)
    declare_conflict(application_id=submitted.pk, reason="My sister.", actor=bound)
    with pytest.raises(StateError, match="settled"):
        confirm_award(proposal_id=proposal.pk, actor=staff)
    again = propose_award(application_id=submitted.pk, awards=lines, reason="So.", actor=staff)
    assert list(ProposedAward.objects.standing()) == [again]


def test_nobody_else_declares_a_conflict(client: Client, submitted: Application) -> None:
    draft = make_draft(submitted.applicant)
    with pytest.raises(StateError, match="neither review nor decide"):
        declare_conflict(application_id=draft.pk, reason="Me.", actor=submitted.applicant)
    client.force_login(make_person("Stranger"))
    assert client.post(address("conflict", submitted), {"reason": "So."}).status_code == 404
