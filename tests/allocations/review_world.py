"""Reviewers, and applications on a track that asks for reviews."""

from accounts.models import User
from accounts.permissions import Role
from allocations.actions.drafts import submit_application
from allocations.actions.reviewers import assign_reviewers
from allocations.actions.reviews import Mark, hand_in_review
from allocations.models import Application, Review, ReviewerProfile
from tests.domain import ask_for_reviews, make_draft
from tests.people import make_person


def make_reviewer(
    first_name: str, *, house: str = "", tags: list[str] | None = None, last_name: str = "Peeters"
) -> User:
    """A reviewer of another house than the applicants."""
    person = make_person(first_name, role=Role.REVIEWER, last_name=last_name)
    person.email = f"{first_name.lower()}@{house or f'{first_name.lower()}.example'}"
    person.save()
    person.emailaddress_set.update(email=person.email)
    if tags is not None:
        ReviewerProfile.objects.create(user=person, expertise=tags)
    return person


def to_be_reviewed(applicant: User, *, reviews: int = 2, is_blind: bool = False) -> Application:
    """An application handed in on a track that asks for as many reviews."""
    ask_for_reviews(reviews, is_blind=is_blind)
    return submit_application(application_id=make_draft(applicant).pk, actor=applicant)


def ask(application: Application, staff: User, *reviewers: User) -> list[Review]:
    """Ask them for a review."""
    return assign_reviewers(application_id=application.pk, reviewers=reviewers, actor=staff)


def write(review: Review, score: int = 4, *, text: str = "Well founded.") -> Review:
    """Hand in a review with one score for everything."""
    review.refresh_from_db()
    marks = {item.code: Mark(score, text) for item in review.application.rules().criteria}
    return hand_in_review(
        review_id=review.pk,
        edits=review.edits,
        marks=marks,
        comment="Sound.",
        actor=review.reviewer,
    )


def reviewed(applicant: User, staff: User, *scores: int) -> Application:
    """An application with a review of each of these scores."""
    application = to_be_reviewed(applicant, reviews=len(scores))
    for number, score in enumerate(scores):
        (review,) = ask(application, staff, make_reviewer(f"Judge{number}"))
        write(review, score)
    return application
