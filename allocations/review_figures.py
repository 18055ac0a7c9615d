"""What is known of an application's reviews: who could write one, how many are in, their scores."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Role
from allocations.models import Application, ProposedAward, Review
from allocations.models.applications import ApplicationQuerySet
from allocations.rules.consensus import consensus
from allocations.rules.review_progress import ReviewProgress
from allocations.rules.reviewers import Candidate, matching_tags
from allocations.ties import conflicts_of


def progress_of(
    application: Application, reviews: Sequence[Review] | None = None
) -> ReviewProgress:
    """How far the reviews are, and what those that are in say together.

    One query, or none where the standing reviews are given with their scores.
    """
    version = application.track_version
    is_in, scores = _read_scores(application) if reviews is None else _scores_of(reviews)
    return ReviewProgress(
        required=version.peer_reviewers if version else 0,
        handed_in=sum(is_in.values()),
        outstanding=len(is_in) - sum(is_in.values()),
        consensus=consensus(
            version.criteria if version else [],
            [scores.get(review, {}) for review in is_in if is_in[review]],
        ),
    )


_Scores = tuple[dict[int, bool], dict[int, dict[str, int]]]
"""Of each review whether it is in, and its scores by criterion."""


def _read_scores(application: Application) -> _Scores:
    is_in: dict[int, bool] = {}
    scores: dict[int, dict[str, int]] = {}
    rows = application.reviews.standing().values_list(
        "pk", "submitted_at", "scores__criterion", "scores__score"
    )
    for review, submitted_at, criterion, score in rows:
        is_in[review] = submitted_at is not None
        if score is not None:
            scores.setdefault(review, {})[criterion] = score
    return is_in, scores


def _scores_of(reviews: Sequence[Review]) -> _Scores:
    return (
        {review.pk: review.is_handed_in for review in reviews},
        {
            review.pk: {
                line.criterion: line.score for line in review.scores.all() if line.score is not None
            }
            for review in reviews
        },
    )


def with_reviews(applications: ApplicationQuerySet, reader: User) -> ApplicationQuerySet:
    """With how many reviews are in, whether the reader's is, and whether a second person is due."""
    of_it = Review.objects.handed_in().filter(application=OuterRef("pk"))
    counted = of_it.order_by().values("application").annotate(number=Count("pk"))
    proposed = ProposedAward.objects.standing().filter(
        application=OuterRef("pk"), needs_second_person=True, confirmed_by=None
    )
    return applications.select_related("track_version").annotate(
        reviews_in=Coalesce(Subquery(counted.values("number")), 0),
        own_review_is_in=Exists(of_it.filter(reviewer=reader)),
        waits_for_second=Exists(proposed),
    )


def reviewers() -> QuerySet[User]:
    """Everybody who may be asked for reviews, each with how many they still owe."""
    outstanding = Q(reviews__ended_at=None, reviews__submitted_at=None)
    return (
        User.objects.filter(role=Role.REVIEWER, is_active=True)
        .select_related("reviewer_profile")
        .annotate(open_reviews=Count("reviews", filter=outstanding))
    )


def candidates(application: Application) -> list[Candidate]:
    """Every reviewer who is not asked yet, with what speaks for them and against them."""
    asked = application.reviews.standing().values("reviewer")
    people = list(reviewers().exclude(pk__in=asked))
    conflicts = conflicts_of(application, people)
    text = "\n".join(_words(application))
    return [_candidate(person, conflicts[person.pk], text) for person in people]


def _candidate(person: Any, conflicts: list[Any], text: str) -> Candidate:
    profile = getattr(person, "reviewer_profile", None)
    return Candidate(
        user_id=person.pk,
        name=person.full_name,
        matching_tags=matching_tags(profile.expertise if profile else (), text),
        open_reviews=person.open_reviews,
        away_until=profile.away_until if profile else None,
        conflicts=tuple(conflicts),
    )


def _words(application: Application) -> list[str]:
    """All that says what an application is about."""
    sections = [row.answers for row in application.section_answers.all()]
    answers = [one for of in (application.answers, *sections) for one in of.values()]
    texts = [answer for answer in answers if isinstance(answer, str)]
    return [application.title, application.abstract, application.purpose, *texts]
