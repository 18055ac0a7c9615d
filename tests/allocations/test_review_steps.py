"""What a track asks of staff is recorded as done before anything is granted."""

from typing import Any

import lxml.html
import pytest
from django.apps import apps
from django.test import Client

from accounts.models import OrganisationMember, User
from accounts.permissions import Role
from allocations.actions.decisions import (
    approve_application,
    reject_application,
    request_information,
)
from allocations.actions.drafts import submit_application
from allocations.actions.proposals import confirm_award, propose_award, put_on_wait_list
from allocations.actions.review_steps import record_step, take_back_step
from allocations.errors import RefusedError, StateError
from allocations.models import Application, ReviewStep
from allocations.rules.review_steps import StepKind
from allocations.states import ApplicationState
from tests.allocations.decision_form import address, approval
from tests.allocations.review_world import ask, make_reviewer
from tests.domain import ask_for_reviews, award_lines
from tests.people import make_person

ALL = {"has_admin_check": True, "has_technical_review": True, "has_gate": True}


@pytest.fixture
def checked(submitted: Application) -> Application:
    """Handed in on a track that asks for every step."""
    ask_for_reviews(0, **ALL)
    return Application.objects.get(pk=submitted.pk)


def record(application: Application, kind: StepKind, actor: User) -> ReviewStep:
    return record_step(application_id=application.pk, kind=kind, note=" So. ", actor=actor)


def record_all(application: Application, actor: User) -> None:
    for kind in StepKind:
        record(application, kind, actor)


def step_address(application: Application, kind: str) -> str:
    return f"/staff/applications/{application.reference}/steps/{kind}"


def primary_buttons(page: str) -> list[str]:
    """What the page's own forms want pressed first."""
    found = lxml.html.fromstring(page).xpath("//main//button[contains(@class, 'btn-primary')]")
    return [button.text_content() for button in found]


def decide(action: Any, application: Application, actor: User) -> Any:
    return action(
        application_id=application.pk,
        awards=award_lines(application),
        reason="Sound.",
        actor=actor,
    )


def test_the_queue_says_which_step_is_next(
    client: Client, checked: Application, staff: User
) -> None:
    client.force_login(staff)
    for kind in StepKind:
        assert str(kind.label) in client.get("/staff/queue").text
        record(checked, kind, staff)
    assert "Gate before the decision" not in client.get("/staff/queue").text


def test_staff_record_each_step_on_the_page_and_then_approve(
    client: Client, checked: Application, staff: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(staff)
    page = client.get(address("review", checked)).text
    for kind in StepKind:
        assert f'action="{step_address(checked, kind)}"' in page
    assert "record as done: Administrative check, Technical review, Gate" in page
    assert primary_buttons(page) == ["Record as done: Administrative check"]
    refused = client.post(address("approve", checked), approval(checked))
    assert (refused.status_code, refused.context["missing_steps"] != "") == (422, True)
    for kind in StepKind:
        typed = {f"{kind}-note": "<b>It</b> fits.\u202e"}
        client.post(step_address(checked, kind), typed)
        again = client.post(step_address(checked, kind), typed, follow=True).text
        assert "done already" in again
    step = checked.steps.get(kind=StepKind.GATE)
    assert (step.done_by, step.note) == (staff, "<b>It</b> fits.")
    event = step.events.latest("pgh_id")  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["action"] == "record_step"
    with django_assert_max_num_queries(14):
        page = client.get(address("review", checked)).text
    assert "&lt;b&gt;It&lt;/b&gt; fits." in page
    assert staff.full_name in page
    assert not any(f'action="{step_address(checked, kind)}"' in page for kind in StepKind)
    assert primary_buttons(page) == ["Approve"]
    assert client.post(address("approve", checked), approval(checked)).status_code == 302
    checked.refresh_from_db()
    assert checked.state == ApplicationState.APPROVED
    assert "Before the decision" in client.get(address("review", checked)).text


def test_nothing_is_approved_proposed_or_kept_waiting_before_but_anything_is_rejected(
    checked: Application, staff: User
) -> None:
    record(checked, StepKind.ADMIN_CHECK, staff)
    record(checked, StepKind.GATE, staff)
    for action in (approve_application, propose_award, put_on_wait_list):
        with pytest.raises(RefusedError, match="record as done: Technical review"):
            decide(action, checked, staff)
    reject_application(application_id=checked.pk, reason="It cannot work.", actor=staff)
    with pytest.raises(StateError):
        record(checked, StepKind.TECHNICAL_REVIEW, staff)


def test_what_was_proposed_before_there_were_steps_is_confirmed_once_they_are_done(
    submitted: Application, staff: User
) -> None:
    ask_for_reviews(0, four_eyes_above_gpu_hours=1_000)
    proposal = decide(propose_award, submitted, staff)
    ask_for_reviews(0, **ALL)
    second = make_person("Second", role=Role.STAFF)
    with pytest.raises(RefusedError, match="record as done"):
        confirm_award(proposal_id=proposal.pk, actor=second)
    record_all(submitted, second)
    assert confirm_award(proposal_id=proposal.pk, actor=second) is not None


def test_a_text_that_is_handed_in_again_needs_the_steps_again_and_shows_what_was_said(
    client: Client, checked: Application, applicant: User, staff: User
) -> None:
    record_all(checked, staff)
    request_information(application_id=checked.pk, question="Which data?", actor=staff)
    with pytest.raises(StateError, match="No step is due"):
        record(checked, StepKind.GATE, staff)
    submit_application(application_id=checked.pk, actor=applicant)
    with pytest.raises(RefusedError, match="Administrative check, Technical review, Gate"):
        decide(approve_application, checked, staff)
    client.force_login(staff)
    page = client.get(address("review", checked)).text
    assert page.count("it has to be done again") == len(StepKind)
    assert page.count("So.") == len(StepKind)
    record_all(checked, staff)
    assert "it has to be done again" not in client.get(address("review", checked)).text
    decide(approve_application, checked, staff)


def test_a_step_that_was_recorded_by_mistake_is_taken_back_and_its_history_stays(
    client: Client, checked: Application, staff: User
) -> None:
    record_all(checked, staff)
    client.force_login(staff)
    gate = step_address(checked, "gate") + "/take-back"
    assert f'action="{gate}"' in client.get(address("review", checked)).text
    page = client.post(gate, follow=True).text
    assert "Taken back: it is to be done again." in page
    assert f'action="{gate}"' not in page
    assert f'action="{step_address(checked, "gate")}"' in page
    assert "is not done" in client.post(gate, follow=True).text
    assert client.post(step_address(checked, "nonsense") + "/take-back").status_code == 404
    events = apps.get_model("allocations", "ReviewStepEvent").objects.filter(kind="gate")
    assert [(event.pgh_label, event.note) for event in events.order_by("pgh_id")] == [
        ("insert", "So."),
        ("delete", "So."),
    ]
    with pytest.raises(RefusedError, match="record as done: Gate"):
        decide(approve_application, checked, staff)
    record(checked, StepKind.GATE, staff)
    decide(approve_application, checked, staff)
    with pytest.raises(StateError, match="No step is due"):
        take_back_step(application_id=checked.pk, kind=StepKind.GATE, actor=staff)
    assert f'action="{gate}"' not in client.get(address("review", checked)).text


def test_only_what_the_version_asks_for_can_be_recorded_and_nobody_does_it_for_their_own(
    client: Client, checked: Application, staff: User
) -> None:
    ask_for_reviews(0, has_technical_review=True, has_gate=False)
    with pytest.raises(RefusedError, match="does not ask"):
        record(checked, StepKind.GATE, staff)
    client.force_login(staff)
    for kind in ("nonsense", "GATE"):
        assert client.post(step_address(checked, kind)).status_code == 404
    hostile = {"technical_review-note": "a" * 1_000_000}
    assert client.post(step_address(checked, "technical_review"), hostile).status_code == 422
    assert checked.organisation is not None
    OrganisationMember.objects.create(organisation=checked.organisation, user=staff)
    with pytest.raises(RefusedError, match="same organisation"):
        record(checked, StepKind.TECHNICAL_REVIEW, staff)
    assert not ReviewStep.objects.exists()
    applicant = checked.applicant
    applicant.role = Role.ADMINISTRATOR
    applicant.save(update_fields=["role"])
    with pytest.raises(RefusedError, match="own application"):
        record(checked, StepKind.TECHNICAL_REVIEW, applicant)


def test_what_staff_said_is_read_by_staff_who_have_no_part_in_it(
    client: Client, checked: Application, applicant: User, staff: User
) -> None:
    record_all(checked, staff)
    judge = make_reviewer("Judge")
    ask(checked, staff, judge)
    applicant.role = Role.STAFF
    applicant.save(update_fields=["role"])
    for person, reads in ((staff, True), (judge, False), (applicant, False)):
        client.force_login(person)
        assert ("So." in client.get(address("review", checked)).text) == reads
