from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import Role
from allocations.actions.allocations import change_budget
from allocations.actions.decisions import (
    AwardLine,
    approve_application,
    reject_application,
    request_information,
)
from allocations.actions.drafts import submit_application, withdraw_application
from allocations.actions.proposals import (
    confirm_award,
    decline_award,
    propose_award,
    put_on_wait_list,
)
from allocations.actions.wait_list import fill_wait_list
from allocations.errors import RefusedError, StateError
from allocations.models import Application, Project, ProposedAward
from allocations.states import ApplicationState
from tests.allocations.pool_world import drawn_hours, make_pool
from tests.allocations.review_world import reviewed
from tests.allocations.together import together
from tests.domain import ask_for_reviews, award_lines, make_draft, make_project
from tests.people import make_organisation, make_person


@pytest.fixture
def second(seeded: None) -> User:
    return make_person("Second", role=Role.STAFF)


@pytest.fixture
def large(submitted: Application) -> Application:
    """An application of 1,500 GPU-hours on a track where two people decide above 1,000."""
    ask_for_reviews(0, four_eyes_above_gpu_hours=1_000)
    submitted.refresh_from_db()
    return submitted


def propose(application: Application, actor: User, **more: Any) -> ProposedAward:
    return propose_award(
        application_id=application.pk,
        awards=award_lines(application),
        reason="Large and sound.",
        actor=actor,
        **more,
    )


def handed_in(applicant: User, hours: int, title: str = "Bells") -> Application:
    draft = make_draft(applicant, hours={"zellik": hours}, title=title)
    # The quotas of the seed hold enterprises back.
    Organisation.objects.update(kind=Organisation.Kind.RESEARCH)
    return submit_application(application_id=draft.pk, actor=applicant)


def wait(application: Application, staff: User) -> ProposedAward:
    return put_on_wait_list(
        application_id=application.pk,
        awards=award_lines(application),
        reason="When hours return.",
        actor=staff,
    )


def state_of(application: Application) -> str:
    application.refresh_from_db()
    return application.state


# Four eyes ------------------------------------------------------------------------------------


def test_above_the_limit_one_person_grants_nothing(
    large: Application, staff: User, second: User
) -> None:
    with pytest.raises(RefusedError, match="two people"):
        make_project(large, staff)
    proposal = propose(large, staff)
    assert not Project.objects.exists()
    assert {m.to[0] for m in mail.outbox if "second person" in m.subject} == {
        staff.email,
        second.email,
    }
    with pytest.raises(RefusedError, match="somebody else confirms"):
        confirm_award(proposal_id=proposal.pk, actor=staff)
    project = confirm_award(proposal_id=proposal.pk, actor=second)
    assert project is not None
    assert {a.site.code: a.ledger.get().gpu_minutes for a in project.allocations.all()} == {
        "zellik": 60_000,
        "charleroi": 30_000,
    }
    proposal.refresh_from_db()
    assert (proposal.ending, proposal.confirmed_by) == ("granted", second)
    with pytest.raises(StateError, match="settled already"):
        confirm_award(proposal_id=proposal.pk, actor=second)


def test_up_to_the_limit_one_person_decides(large: Application, staff: User) -> None:
    (line, *_rest) = award_lines(large).items()
    site, whole = line
    awards = {site: AwardLine(gpu_hours=1_000, partitions=whole.partitions)}
    approve_application(application_id=large.pk, awards=awards, reason="Less.", actor=staff)
    assert state_of(large) == ApplicationState.APPROVED_REDUCED


def test_a_declined_award_can_be_decided_again(
    large: Application, staff: User, second: User
) -> None:
    proposal = propose(large, staff)
    with pytest.raises(StateError, match="proposed already"):
        propose(large, second)
    with pytest.raises(RefusedError, match="reason"):
        decline_award(proposal_id=proposal.pk, reason=" ", actor=second)
    decline_award(proposal_id=proposal.pk, reason="Too much.", actor=second)
    assert "Too much." in str(mail.outbox[-1].body)
    with pytest.raises(StateError, match="settled"):
        decline_award(proposal_id=proposal.pk, reason="Again.", actor=second)
    assert confirm_award(proposal_id=propose(large, second).pk, actor=staff)


def test_a_question_a_rejection_or_a_withdrawal_overtakes_what_was_proposed(
    large: Application, staff: User, second: User, applicant: User
) -> None:
    proposal = propose(large, staff)
    request_information(application_id=large.pk, question="Which data?", actor=second)
    with pytest.raises(StateError, match="settled"):
        confirm_award(proposal_id=proposal.pk, actor=second)
    submit_application(application_id=large.pk, actor=applicant)
    propose(large, staff)
    reject_application(application_id=large.pk, reason="After all not.", actor=second)
    assert not ProposedAward.objects.standing().exists()


def test_who_belongs_to_the_applicants_does_not_confirm(
    large: Application, staff: User, second: User
) -> None:
    proposal = propose(large, staff)
    make_organisation(second)
    with pytest.raises(RefusedError, match="same organisation"):
        confirm_award(proposal_id=proposal.pk, actor=second)


def test_the_database_knows_that_four_eyes_are_of_two_people(
    large: Application, staff: User
) -> None:
    proposal = propose(large, staff)
    proposal.confirmed_by, proposal.confirmed_at = staff, timezone.now()
    with pytest.raises(IntegrityError, match="four_eyes"):
        proposal.save()


def test_a_threshold_missed_since_keeps_the_second_person_from_confirming(
    applicant: User, staff: User, second: User
) -> None:
    application = reviewed(applicant, staff, 4)
    ask_for_reviews(1, four_eyes_above_gpu_hours=1_000)
    proposal = propose(application, staff)
    application.reviews.get().scores.update(score=1)
    with pytest.raises(RefusedError, match="threshold"):
        confirm_award(proposal_id=proposal.pk, actor=second)


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_at_once_is_granted_once(
    large: Application, staff: User, second: User
) -> None:
    third = make_person("Third", role=Role.STAFF)
    proposal = propose(large, staff)
    refused = together(
        lambda: confirm_award(proposal_id=proposal.pk, actor=second),
        lambda: confirm_award(proposal_id=proposal.pk, actor=third),
        lambda: decline_award(proposal_id=proposal.pk, reason="No.", actor=second),
    )
    assert len(refused) == 2
    granted = state_of(large) == ApplicationState.APPROVED
    assert Project.objects.count() == int(granted)


# Wait-list ------------------------------------------------------------------------------------


def test_the_wait_list_fills_as_hours_return(applicant: User, staff: User) -> None:
    pool = make_pool("zellik", gpu_hours=6_000)
    holder = make_project(handed_in(applicant, 4_500), staff)
    first = handed_in(applicant, 2_000, "First")
    with pytest.raises(RefusedError, match="have 1,500 GPU-hours left"):
        make_project(first, staff)
    wait(first, staff)
    small = handed_in(applicant, 1_000, "Small")
    wait(small, staff)
    assert fill_wait_list() == []
    assert state_of(first) == ApplicationState.WAITLISTED
    change_budget(
        allocation_id=holder.allocations.get().pk, gpu_hours=-2_000, reason="Unused.", actor=staff
    )
    assert state_of(first) == ApplicationState.APPROVED
    assert state_of(small) == ApplicationState.APPROVED
    assert first.decision.decided_by == staff
    assert drawn_hours(pool) == 5_500
    assert not ProposedAward.objects.standing().exists()


def test_a_new_pool_fills_the_wait_list_and_nothing_is_overspent(
    applicant: User, staff: User
) -> None:
    make_pool("zellik", gpu_hours=10)
    waiting = [handed_in(applicant, 1_000, f"Bell {number}") for number in range(3)]
    for application in waiting:
        wait(application, staff)
    pool = make_pool("zellik", gpu_hours=2_500, name="Region")
    states = [state_of(application) for application in waiting]
    assert states == ["approved", "approved", "waitlisted"]
    assert drawn_hours(pool) <= 2_500


def test_who_waits_can_be_rejected_withdrawn_or_given_less(applicant: User, staff: User) -> None:
    make_pool("zellik", gpu_hours=100)
    one, two, three = (handed_in(applicant, 1_000, f"Bell {number}") for number in range(3))
    for application in (one, two, three):
        wait(application, staff)
    reject_application(application_id=one.pk, reason="No.", actor=staff)
    withdraw_application(application_id=two.pk, actor=applicant)
    ((site, line),) = award_lines(three).items()
    less = {site: AwardLine(gpu_hours=100, partitions=line.partitions)}
    approve_application(application_id=three.pk, awards=less, reason="A part.", actor=staff)
    assert not ProposedAward.objects.standing().exists()
    assert fill_wait_list() == []


def test_a_large_award_waits_only_when_a_second_person_agrees(
    large: Application, staff: User, second: User
) -> None:
    proposal = wait(large, staff)
    assert state_of(large) == ApplicationState.SUBMITTED
    assert confirm_award(proposal_id=proposal.pk, actor=second) is None
    assert state_of(large) == ApplicationState.WAITLISTED
    assert "wait-list" in str(mail.outbox[-1].subject)
    assert len(fill_wait_list()) == 1
    assert state_of(large) == ApplicationState.APPROVED


def test_putting_on_the_list_twice_waits_once(applicant: User, staff: User) -> None:
    application = handed_in(applicant, 1_000)
    wait(application, staff)
    with pytest.raises(StateError):
        wait(application, staff)


# Pages ----------------------------------------------------------------------------------------


def sent(application: Application, **changes: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "approve-version": application.version,
        "approve-reason": "Sound.",
    }
    for site, line in award_lines(application).items():
        values[f"approve-hours_{site.code}"] = str(line.gpu_hours)
        values[f"approve-partitions_{site.code}"] = [item.pk for item in line.partitions]
    return values | changes


def test_two_people_decide_on_the_pages(
    client: Client, large: Application, staff: User, second: User
) -> None:
    page = reverse("review", args=[large.reference])
    client.force_login(staff)
    assert "Above 1,000 GPU-hours somebody else" in client.get(page).content.decode()
    done = client.post(reverse("approve", args=[large.reference]), sent(large), follow=True)
    text = done.content.decode()
    assert "Somebody else has to confirm it" in text
    assert "You proposed this award" in text
    assert 'id="approval"' not in text
    proposal = ProposedAward.objects.get()
    confirm = reverse("confirm_award", args=[large.reference, proposal.pk])
    assert b"You proposed this award" in client.post(confirm, follow=True).content
    assert not Project.objects.exists()
    client.force_login(second)
    text = client.get(page).content.decode()
    assert "Confirm this award" in text
    assert client.post(confirm).status_code == 302
    assert Project.objects.count() == 1
    assert client.post(confirm).status_code == 302
    assert Project.objects.count() == 1


def test_staff_put_an_application_on_the_wait_list_on_the_page(
    client: Client, submitted: Application, staff: User, applicant: User
) -> None:
    client.force_login(staff)
    address = reverse("waitlist", args=[submitted.reference])
    assert client.post(address, sent(submitted) | {"approve-reason": ""}).status_code == 422
    text = client.post(address, sent(submitted), follow=True).content.decode()
    assert "Waits for GPU-hours" in text
    assert "On the wait-list" in text
    client.force_login(applicant)
    own = client.get(reverse("application", args=[submitted.reference])).content.decode()
    assert "GPU-hours become free" in own
    assert "is on the wait-list" in client.get(reverse("home")).content.decode()


def test_a_decline_without_a_reason_changes_nothing(
    client: Client, large: Application, staff: User, second: User
) -> None:
    proposal = propose(large, staff)
    client.force_login(second)
    address = reverse("decline_award", args=[large.reference, proposal.pk])
    for reason in ("", " ", "\x00"):
        client.post(address, {"reason": reason})
        assert ProposedAward.objects.standing().exists()
    client.post(address, {"reason": "x" * 1_000_000})
    proposal.refresh_from_db()
    assert len(proposal.closed_because) == 5_000
