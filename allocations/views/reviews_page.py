"""Reviews of one application on one page: who writes them, what they say together, discussion."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import is_blind_to
from allocations.actions.discussion import handles_of
from allocations.forms.reviews import AssignForm, CommentForm, ReopenForm
from allocations.models import Application, Review
from allocations.review_figures import candidates, progress_of
from allocations.review_words import words_for_missing_reviews
from allocations.rules.review_progress import ReviewProgress
from allocations.rules.reviewers import Candidate, proposed, ranked

MOST_CANDIDATES = 15


@dataclass(frozen=True)
class Choice:
    """Reviewers to choose from: those who can, the best first, and some who cannot."""

    able: list[Candidate]
    ticked: frozenset[int]
    barred: list[Candidate]
    searched: str


def render_reviews(
    request: SignedInRequest,
    application: Application,
    held: frozenset[Permission],
    *,
    assign: AssignForm | None = None,
    reopen: ReopenForm | None = None,
    comment: CommentForm | None = None,
) -> HttpResponse:
    """The whole page; a form that was refused comes back as it was filled in.

    `held` is what the reader may do to the application.
    """
    may_assign = Permission.REVIEWS_ASSIGN in held and application.is_open
    reviews = _reviews(application)
    progress = progress_of(application, [review for review in reviews if not review.ended_at])
    refused = assign or reopen or comment
    context: dict[str, Any] = {
        "application": application,
        "is_blind": is_blind_to(request.user, application),
        "progress": progress,
        "missing": "" if progress.is_complete else words_for_missing_reviews(progress),
        "reviews": reviews,
        "criteria": application.rules().criteria,
        "choice": _choice(request, application, progress, assign) if may_assign else None,
        "may_assign": may_assign,
        "reopen": reopen or ReopenForm(),
        "comments": application.review_comments.select_related("author"),
        "comment": comment or CommentForm(),
        "handles": sorted(handles_of(application)),
        "refused": refused if refused is not None and refused.errors else None,
    }
    status = 422 if context["refused"] else 200
    return render(request, "staff/reviews.html", context, status=status)


def _reviews(application: Application) -> list[Review]:
    """All of them, with the line of each criterion in the rubric's order."""
    reviews = list(application.reviews.select_related("reviewer").prefetch_related("scores"))
    for review in reviews:
        review.application = application
        written = {line.criterion: line for line in review.scores.all()}
        review.lines = [  # type: ignore[attr-defined]  # for the page
            (criterion, written[criterion.code])
            for criterion in application.rules().criteria
            if criterion.code in written
        ]
    return reviews


def _choice(
    request: SignedInRequest,
    application: Application,
    progress: ReviewProgress,
    form: AssignForm | None,
) -> Choice:
    today = timezone.localdate()
    searched = request.GET.get("reviewer", "")[:100]
    found = [one for one in candidates(application) if _is_found(one, searched)]
    typed = set(form.data.getlist("reviewers")) if form is not None else set()  # type: ignore[attr-defined]
    best = {one.user_id for one in proposed(found, today, progress.unassigned)}
    return Choice(
        able=ranked(found, today)[:MOST_CANDIDATES],
        ticked=frozenset(int(key) for key in typed if key.isdecimal()) if form else frozenset(best),
        barred=[one for one in found if not one.can_review(today)][:MOST_CANDIDATES],
        searched=searched,
    )


def _is_found(candidate: Candidate, searched: str) -> bool:
    return searched.casefold() in candidate.name.casefold()
