"""Who reviews an application: asked, taken off; and who declares a conflict of interest."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail
from accounts.models import User
from accounts.permissions import Permission, Role
from allocations.access import permissions_on_application
from allocations.actions.mails import mail_staff
from allocations.actions.transitions import lock_application
from allocations.deciders import require_decider
from allocations.errors import RefusedError, StateError
from allocations.models import (
    Application,
    DeclaredConflict,
    ProposedAward,
    Review,
    ReviewerProfile,
)
from allocations.models.reviews import LONGEST_CONFLICT
from allocations.rules.conflicts import ConflictKind
from allocations.rules.reviewers import LONGEST_TAG, MOST_TAGS
from allocations.ties import conflicts_of


@action
def assign_reviewers(
    *, application_id: int, reviewers: Sequence[User], actor: User
) -> list[Review]:
    """Ask people for a review; all of them, or none where one cannot be asked."""
    application = _lock_for_assignment(application_id, actor)
    version = application.track_version
    if version is None or not version.criteria:
        raise RefusedError(_("This track has nothing that reviewers score."))
    if not reviewers:
        raise RefusedError(_("Choose somebody."), field="reviewers")
    conflicts = conflicts_of(application, reviewers)
    for person in reviewers:
        _check_reviewer(application, person, conflicts[person.pk])
    asked = []
    for person in reviewers:
        review = Review.objects.create(application=application, reviewer=person, assigned_by=actor)
        send_mail(template="review_asked", to=person, context=_context(application))
        asked.append(review)
    return asked


@action
def remove_reviewer(*, review_id: int, actor: User) -> Review:
    """Take somebody off an application; what they wrote is kept and counts no more."""
    review = lock_review(review_id)
    _lock_for_assignment(review.application_id, actor)
    _end(review, Review.Ending.REMOVED)
    context = _context(review.application)
    send_mail(template="review_taken_back", to=review.reviewer, context=context)
    return review


@action
def declare_conflict(*, application_id: int, reason: str, actor: User) -> DeclaredConflict:
    """Somebody who was asked, or who decides, says why they must not judge this any more.

    Who decides may say so after the decision, too: changes of the award and appeals are decided.
    """
    application = lock_application(application_id)
    review = application.reviews.standing().filter(reviewer=actor).first()
    held = permissions_on_application(actor, application)
    may_decide = Permission.APPLICATION_DECIDE in held
    if review is None and not may_decide:
        raise StateError(_("You neither review nor decide this application any more."))
    if not (application.is_open or may_decide):
        raise StateError(_("This application is decided already."))
    if not reason.strip():
        raise RefusedError(_("Say what the conflict is."), field="reason")
    if len(reason) > LONGEST_CONFLICT:
        raise RefusedError(_("This reason is too long."), field="reason")
    if review is not None:
        _end(review, Review.Ending.CONFLICT)
    _take_back_proposals(application, actor)
    declared, _created = DeclaredConflict.objects.get_or_create(
        application=application, reviewer=actor, defaults={"reason": reason}
    )
    mail_staff("review_conflict", {**_context(application), "declared": declared})
    return declared


@action
def save_reviewer_profile(
    *, expertise: Sequence[str], away_until: date | None, actor: User
) -> ReviewerProfile:
    """What somebody knows about, and until when they take no reviews."""
    if len(expertise) > MOST_TAGS:
        raise RefusedError(
            _("Give %(most)d words at most.") % {"most": MOST_TAGS}, field="expertise"
        )
    if any(len(tag) > LONGEST_TAG for tag in expertise):
        raise RefusedError(
            _("Each may have %(most)d characters at most.") % {"most": LONGEST_TAG},
            field="expertise",
        )
    profile, _created = ReviewerProfile.objects.update_or_create(
        user=actor, defaults={"expertise": list(expertise), "away_until": away_until}
    )
    return profile


def lock_review(review_id: int) -> Review:
    """A review whose application is locked until the end of the action, read after the lock."""
    application_id = Review.objects.values_list("application_id", flat=True).get(pk=review_id)
    lock_application(application_id)
    return Review.objects.select_related("application__track_version", "reviewer").get(pk=review_id)


def _lock_for_assignment(application_id: int, actor: User) -> Application:
    application = lock_application(application_id)
    require_decider(actor, application)
    if not application.is_open:
        raise StateError(_("This application is decided already."))
    return application


def _check_reviewer(
    application: Application, person: User, conflicts: Sequence[ConflictKind]
) -> None:
    words = {"name": person.full_name}
    if person.role != Role.REVIEWER or not person.is_active:
        raise RefusedError(_("%(name)s is no reviewer.") % words, field="reviewers")
    if conflicts:
        words["why"] = "; ".join(str(kind.label) for kind in conflicts)
        text = _("%(name)s has a conflict of interest: %(why)s.")
        raise RefusedError(text % words, field="reviewers")
    if application.reviews.standing().filter(reviewer=person).exists():
        raise StateError(_("%(name)s was asked already.") % words)


def _take_back_proposals(application: Application, actor: User) -> None:
    """What somebody with a conflict proposed is no first yes; somebody else proposes it anew."""
    waiting = application.proposed_awards.standing().filter(
        proposed_by=actor, needs_second_person=True, confirmed_by=None
    )
    waiting.update(closed_at=timezone.now(), ending=ProposedAward.Ending.OVERTAKEN)


def _end(review: Review, why: Review.Ending) -> None:
    if review.ended_at is not None:
        raise StateError(_("This reviewer was taken off already."))
    review.ended_at, review.ended_because = timezone.now(), why
    review.save(update_fields=["ended_at", "ended_because"])


def _context(application: Application) -> dict[str, Application]:
    return {"application": application}
