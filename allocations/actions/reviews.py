"""Writing a review: saved, handed in, opened again."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail
from accounts.models import User
from accounts.permissions import Permission
from allocations.access import permissions_on_application
from allocations.actions.mails import mail_staff
from allocations.actions.reviewers import lock_review
from allocations.deciders import require_decider
from allocations.errors import IncompleteError, RefusedError, StateError
from allocations.models import Review, ReviewScore
from allocations.review_figures import progress_of
from allocations.rules.rubric import HIGHEST_SCORE, LOWEST_SCORE


@dataclass(frozen=True)
class Mark:
    """What a reviewer says of one criterion; both may be missing in a draft."""

    score: int | None
    text: str


@action
def save_review(
    *, review_id: int, edits: int, marks: Mapping[str, Mark], comment: str, actor: User
) -> Review:
    """Store what was written so far, unless another window stored something since `edits`."""
    review = _lock_own(review_id, actor)
    _store(review, edits, marks, comment)
    return review


@action
def hand_in_review(
    *, review_id: int, edits: int, marks: Mapping[str, Mark], comment: str, actor: User
) -> Review:
    """Store a whole review and count it; staff are told when the last one required is in."""
    review = _lock_own(review_id, actor)
    _store(review, edits, marks, comment)
    application = review.application
    missing = [
        _("“%(name)s” needs a score and a text.") % {"name": criterion.shown_name}
        for criterion in application.rules().criteria
        if criterion.code not in marks
        or marks[criterion.code].score is None
        or not marks[criterion.code].text.strip()
    ]
    if missing:
        raise IncompleteError(missing)
    was_complete = progress_of(application).is_complete
    review.submitted_at = timezone.now()
    review.read_number = application.snapshots.count()
    review.save(update_fields=["submitted_at", "read_number"])
    if progress_of(application).is_complete and not was_complete:
        mail_staff("reviews_complete", {"application": application})
    return review


@action
def reopen_review(*, review_id: int, reason: str, actor: User) -> Review:
    """Ask a reviewer to look again; until they hand in again the review does not count."""
    review = lock_review(review_id)
    application = review.application
    require_decider(actor, application)
    if not application.is_open or not review.is_handed_in:
        raise StateError(_("This review cannot be opened again. Reload the page."))
    if not reason.strip():
        raise RefusedError(_("Say what the reviewer should look at."), field="reason")
    review.submitted_at = review.read_number = None
    review.edits += 1
    review.save(update_fields=["submitted_at", "read_number", "edits"])
    context = {"application": application, "reason": reason}
    send_mail(template="review_reopened", to=review.reviewer, context=context)
    return review


def _lock_own(review_id: int, actor: User) -> Review:
    review = lock_review(review_id)
    if review.reviewer_id != actor.pk:
        raise RefusedError(_("This is somebody else's review."))
    if review.ended_at is not None or Permission.REVIEW_WRITE not in permissions_on_application(
        actor, review.application
    ):
        raise StateError(_("You do not review this application any more."))
    if not review.application.is_open:
        raise StateError(_("This application is decided already."))
    if review.is_handed_in:
        raise StateError(_("You have handed this review in already."))
    return review


def _store(review: Review, edits: int, marks: Mapping[str, Mark], comment: str) -> None:
    if review.edits != edits:
        raise StateError(
            _(
                "You saved this review in another window since you opened it. "
                "Copy what you wrote, reload the page and enter it again."
            )
        )
    known = {criterion.code for criterion in review.application.rules().criteria}
    for code, mark in marks.items():
        if code not in known:
            raise RefusedError(_("The track does not ask for this score."))
        if mark.score is not None and not LOWEST_SCORE <= mark.score <= HIGHEST_SCORE:
            raise RefusedError(_("Scores go from 0 to 5."))
        ReviewScore.objects.update_or_create(
            review=review, criterion=code, defaults={"score": mark.score, "text": mark.text}
        )
    review.comment = comment
    review.edits += 1
    review.save(update_fields=["comment", "edits"])
