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
    """How far the reviews are, and what those that are in say together."""
    version = application.track_version
    standing = (
        list(application.reviews.standing().prefetch_related("scores"))
        if reviews is None
        else reviews
    )
    handed_in = [review for review in standing if review.is_handed_in]
    scores = [
        {line.criterion: line.score for line in review.scores.all() if line.score is not None}
        for review in handed_in
    ]
    return ReviewProgress(
        required=version.peer_reviewers if version else 0,
        handed_in=len(handed_in),
        outstanding=len(standing) - len(handed_in),
        consensus=consensus(version.criteria if version else [], scores),
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
    answers = application.answers.values() if isinstance(application.answers, dict) else ()
    texts = [answer for answer in answers if isinstance(answer, str)]
    return [application.title, application.abstract, application.purpose, *texts]
