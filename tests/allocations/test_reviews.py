from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import LinkedEnterprise, User
from accounts.permissions import Permission, Role
from allocations.access import permissions_on_application
from allocations.actions.decisions import (
    approve_application,
    reject_application,
    request_information,
)
from allocations.actions.discussion import write_comment
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import accept_invitation, invite_member, join_project
from allocations.actions.reviewers import (
    declare_conflict,
    remove_reviewer,
    save_reviewer_profile,
)
from allocations.actions.reviews import Mark, hand_in_review, reopen_review, save_review
from allocations.errors import IncompleteError, RefusedError, StateError
from allocations.models import Application, Membership, Review, SectionAnswers
from allocations.review_figures import candidates, progress_of
from allocations.rules.conflicts import ConflictKind
from allocations.rules.questions import Section
from allocations.rules.reviewers import ranked
from allocations.states import ApplicationState
from allocations.ties import conflicts_of
from tests.allocations.review_world import ask, make_reviewer, reviewed, to_be_reviewed, write
from tests.domain import award_lines, make_project
from tests.people import make_organisation, make_person


@pytest.fixture
def application(applicant: User) -> Application:
    return to_be_reviewed(applicant)


def subjects_to(person: User) -> list[str]:
    return [str(message.subject) for message in mail.outbox if message.to == [person.email]]


def approve(application: Application, staff: User) -> None:
    approve_application(
        application_id=application.pk,
        awards=award_lines(application),
        reason="Sound.",
        actor=staff,
    )


# Asking ---------------------------------------------------------------------------------------


def test_who_is_asked_gets_a_mail_and_sees_the_application_alone(
    application: Application, applicant: User, staff: User
) -> None:
    judge, other = make_reviewer("Judge"), make_reviewer("Other")
    assert Permission.APPLICATION_ASSESS not in permissions_on_application(judge, application)
    ask(application, staff, judge)
    assert subjects_to(judge) == [f"Please review {application.reference}: Bells"]
    held = permissions_on_application(judge, application)
    assert {Permission.APPLICATION_ASSESS, Permission.REVIEW_WRITE} <= held
    assert Permission.APPLICATION_VIEW not in held
    assert Permission.REVIEWS_VIEW not in held
    assert Permission.APPLICATION_ASSESS not in permissions_on_application(other, application)


def test_all_are_asked_or_nobody(application: Application, applicant: User, staff: User) -> None:
    bound = make_reviewer("Bound", house="example.org")
    with pytest.raises(RefusedError, match="same house"):
        ask(application, staff, make_reviewer("Judge"), bound)
    assert not Review.objects.exists()
    assert not [message for message in mail.outbox if "review" in str(message.subject)]


def test_asking_twice_or_somebody_who_is_no_reviewer_is_refused(
    application: Application, staff: User
) -> None:
    judge = make_reviewer("Judge")
    ask(application, staff, judge)
    with pytest.raises(StateError, match="asked already"):
        ask(application, staff, judge)
    with pytest.raises(RefusedError, match="no reviewer"):
        ask(application, staff, make_person("Fund", role=Role.FUNDER))
    with pytest.raises(RefusedError, match="Choose somebody"):
        ask(application, staff)


def test_nobody_chooses_the_reviewers_of_their_own(applicant: User) -> None:
    own_staff = make_person("Own", role=Role.STAFF)
    application = to_be_reviewed(own_staff)
    with pytest.raises(RefusedError, match="own application"):
        ask(application, own_staff, make_reviewer("Judge"))


def test_experts_with_little_to_do_are_proposed_first(
    application: Application, applicant: User, staff: User
) -> None:
    make_reviewer("Idle")
    busy = make_reviewer("Busy", tags=["audio"])
    make_reviewer("Expert", tags=["audio", "weather"])
    make_reviewer("Away", tags=["audio"])
    make_reviewer("Bound", tags=["audio"], house="example.org")
    other = to_be_reviewed(applicant)
    ask(other, staff, busy)
    away = User.objects.get(first_name="Away")
    today = timezone.localdate()
    save_reviewer_profile(expertise=["audio"], away_until=today, actor=away)
    found = candidates(application)
    assert [one.name.split()[0] for one in ranked(found, today)] == ["Expert", "Busy", "Idle"]
    assert {one.name.split()[0]: one.open_reviews for one in found}["Busy"] == 1
    assert ranked(found, today + timedelta(days=1))[0].name.startswith("Away")


def test_experts_are_found_by_what_the_sections_of_the_form_say(
    application: Application,
) -> None:
    make_reviewer("Expert", tags=["protein folding"])
    assert not candidates(application)[0].matching_tags
    SectionAnswers.objects.filter(application=application, section=Section.PROJECT).update(
        answers={"innovation": "Quicker protein folding.", "partners": [1, 2], "sector": None}
    )
    assert candidates(Application.objects.get(pk=application.pk))[0].matching_tags == (
        "protein folding",
    )


# Conflicts ------------------------------------------------------------------------------------


def test_conflicts_are_found_by_each_tie(
    application: Application, applicant: User, staff: User
) -> None:
    own = make_reviewer("Own", house="elsewhere.example")
    invitation = invite_member(application_id=application.pk, email=own.email, actor=applicant)
    accept_invitation(invitation_id=invitation.pk, actor=own)
    colleague = make_reviewer("Colleague")
    make_organisation(colleague)
    linked = make_reviewer("Linked")
    parent = make_organisation(linked, number="0428759497")
    LinkedEnterprise.objects.create(
        organisation=parent, enterprise_number="0403019261", name="Klokken NV"
    )
    house = make_reviewer("House", house="lab.example.org")
    partner, stranger = make_reviewer("Partner"), make_reviewer("Stranger")
    project = make_project(to_be_reviewed(applicant, reviews=0), staff)
    join_project(project, partner, Membership.Role.MEMBER)
    found = conflicts_of(application, [own, colleague, linked, house, partner, stranger])
    assert found[own.pk][0] == ConflictKind.OWN
    assert ConflictKind.ORGANISATION in found[colleague.pk]
    assert ConflictKind.ENTERPRISE in found[linked.pk]
    assert found[house.pk] == [ConflictKind.MAIL_DOMAIN]
    assert found[partner.pk] == [ConflictKind.PROJECT]
    assert found[stranger.pk] == []


def test_conflicts_of_many_cost_as_many_queries_as_of_one(
    application: Application, django_assert_max_num_queries: object
) -> None:
    people = [make_reviewer(f"Judge{number}") for number in range(12)]
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        conflicts_of(application, people)


def test_a_declared_conflict_ends_the_review_and_access_for_good(
    application: Application, staff: User
) -> None:
    judge = make_reviewer("Judge")
    ask(application, staff, judge)
    with pytest.raises(RefusedError, match="Say what"):
        declare_conflict(application_id=application.pk, reason=" ", actor=judge)
    declare_conflict(application_id=application.pk, reason="My sister works there.", actor=judge)
    assert permissions_on_application(judge, application) == judge.permissions
    assert "conflict of interest" in subjects_to(staff)[-1]
    assert "My sister works there." in str(mail.outbox[-1].body)
    with pytest.raises(RefusedError, match="declared conflict"):
        ask(application, staff, judge)
    with pytest.raises(StateError, match="any more"):
        declare_conflict(application_id=application.pk, reason="Again.", actor=judge)


def test_a_conflict_that_arises_later_closes_the_application_to_the_reviewer(
    application: Application, staff: User
) -> None:
    judge = make_reviewer("Judge")
    (review,) = ask(application, staff, judge)
    make_organisation(judge)
    assert Permission.APPLICATION_ASSESS not in permissions_on_application(judge, application)
    with pytest.raises(StateError, match="any more"):
        write(review)


# Writing --------------------------------------------------------------------------------------


def test_a_review_is_saved_in_part_and_handed_in_whole(
    application: Application, staff: User
) -> None:
    judge = make_reviewer("Judge")
    (review,) = ask(application, staff, judge)
    save_review(
        review_id=review.pk, edits=0, marks={"impact": Mark(4, "")}, comment="", actor=judge
    )
    with pytest.raises(StateError, match="another window"):
        save_review(review_id=review.pk, edits=0, marks={}, comment="Lost?", actor=judge)
    with pytest.raises(IncompleteError) as refused:
        hand_in_review(
            review_id=review.pk, edits=1, marks={"impact": Mark(4, " ")}, comment="", actor=judge
        )
    assert len(refused.value.missing) == len(application.rules().criteria)
    handed_in = write(review)
    assert handed_in.read_number == 1
    assert not handed_in.is_of_older_text
    assert progress_of(application).handed_in == 1
    with pytest.raises(StateError, match="already"):
        write(review)


@pytest.mark.parametrize(
    "marks", [{"impact": Mark(6, "x")}, {"impact": Mark(-1, "x")}, {"x": Mark(1, "x")}]
)
def test_scores_outside_the_rubric_are_refused_whole(
    application: Application, staff: User, marks: dict[str, Mark]
) -> None:
    judge = make_reviewer("Judge")
    (review,) = ask(application, staff, judge)
    with pytest.raises(RefusedError):
        save_review(review_id=review.pk, edits=0, marks=marks, comment="", actor=judge)
    review.refresh_from_db()
    assert (review.edits, review.scores.count()) == (0, 0)


def test_nobody_writes_the_review_of_another(application: Application, staff: User) -> None:
    judge, other = make_reviewer("Judge"), make_reviewer("Other")
    (review, _its) = ask(application, staff, judge, other)
    with pytest.raises(RefusedError, match="somebody else"):
        save_review(review_id=review.pk, edits=0, marks={}, comment="", actor=other)


def test_the_reviews_of_others_are_for_those_who_handed_theirs_in(
    application: Application, staff: User
) -> None:
    judge = make_reviewer("Judge")
    (review,) = ask(application, staff, judge)
    assert Permission.REVIEWS_VIEW not in permissions_on_application(judge, application)
    write(review)
    assert Permission.REVIEWS_VIEW in permissions_on_application(judge, application)


# Deciding -------------------------------------------------------------------------------------


def test_nothing_is_decided_before_the_required_reviews_are_in(
    application: Application, staff: User
) -> None:
    one, two = ask(application, staff, make_reviewer("One"), make_reviewer("Two"))
    write(one)
    with pytest.raises(RefusedError, match="1 of 2 required reviews is missing"):
        approve(application, staff)
    with pytest.raises(RefusedError, match="1 of 2"):
        reject_application(application_id=application.pk, reason="No.", actor=staff)
    write(two)
    assert subjects_to(staff)[-1] == f"All reviews are in: {application.reference}, Bells"
    approve(application, staff)
    application.refresh_from_db()
    assert application.state == ApplicationState.APPROVED


def test_a_review_knows_when_the_applicant_handed_in_again(applicant: User, staff: User) -> None:
    application = reviewed(applicant, staff, 4)
    request_information(application_id=application.pk, question="Which data?", actor=staff)
    submit_application(application_id=application.pk, actor=applicant)
    assert application.reviews.get().is_of_older_text


def test_a_review_that_was_taken_off_or_sent_back_does_not_count(
    applicant: User, staff: User
) -> None:
    application = reviewed(applicant, staff, 4, 4)
    one, two = application.reviews.all()
    reopen_review(review_id=one.pk, reason="The budget changed.", actor=staff)
    assert "look again" in subjects_to(one.reviewer)[-1]
    with pytest.raises(RefusedError, match="1 of 2"):
        approve(application, staff)
    write(one)
    remove_reviewer(review_id=two.pk, actor=staff)
    with pytest.raises(RefusedError, match="Ask 1 more reviewer"):
        approve(application, staff)
    with pytest.raises(StateError, match="off already"):
        remove_reviewer(review_id=two.pk, actor=staff)


def test_what_is_not_eligible_is_refused_without_reviews(
    application: Application, staff: User
) -> None:
    decision = reject_application(
        application_id=application.pk, reason="Not in the EU.", is_ineligible=True, actor=staff
    )
    assert decision.is_ineligible


def test_below_the_threshold_nothing_is_awarded_and_it_can_be_rejected(
    applicant: User, staff: User
) -> None:
    application = reviewed(applicant, staff, 2, 3)
    with pytest.raises(RefusedError, match=r"threshold.*Impact"):
        approve(application, staff)
    reject_application(application_id=application.pk, reason="Too weak.", actor=staff)


def test_after_the_decision_nothing_moves(applicant: User, staff: User) -> None:
    application = reviewed(applicant, staff, 4)
    approve(application, staff)
    review = application.reviews.get()
    for act in (
        lambda: reopen_review(review_id=review.pk, reason="Why?", actor=staff),
        lambda: remove_reviewer(review_id=review.pk, actor=staff),
        lambda: ask(application, staff, make_reviewer("Late")),
        lambda: declare_conflict(
            application_id=application.pk, reason="Late.", actor=review.reviewer
        ),
    ):
        with pytest.raises(StateError):
            act()


def test_staff_of_the_applying_organisation_do_not_decide(
    submitted: Application, staff: User
) -> None:
    make_organisation(staff)
    with pytest.raises(RefusedError, match="organisation"):
        approve(submitted, staff)


# Discussion -----------------------------------------------------------------------------------


def test_whoever_is_mentioned_gets_a_mail_and_nobody_else(applicant: User, staff: User) -> None:
    application = reviewed(applicant, staff, 4, 2)
    first, second = (review.reviewer for review in application.reviews.all())
    before = len(mail.outbox)
    text = "I disagree, @judge0-peeters, and @ada-peeters and @staf-peeters should not mind."
    write_comment(application_id=application.pk, text=text, actor=second)
    told = {message.to[0] for message in mail.outbox[before:]}
    assert told == {first.email, staff.email}
    assert text in str(mail.outbox[-1].body)


def test_who_has_not_handed_in_takes_no_part(application: Application, staff: User) -> None:
    judge = make_reviewer("Judge")
    ask(application, staff, judge)
    for person in (judge, application.applicant, make_reviewer("Stranger")):
        with pytest.raises(RefusedError, match="take part"):
            write_comment(application_id=application.pk, text="Hello?", actor=person)
    with pytest.raises(RefusedError, match="Write something"):
        write_comment(application_id=application.pk, text=" \n", actor=staff)
