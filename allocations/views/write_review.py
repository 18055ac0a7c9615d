"""A reviewer's own pages: write a review, say what they know about."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for, is_blind_to, require
from allocations.actions.reviewers import save_reviewer_profile
from allocations.actions.reviews import hand_in_review, save_review
from allocations.errors import AllocationsError, IncompleteError
from allocations.forms.reviews import ReviewerProfileForm, WriteReviewForm
from allocations.models import Application, Review, ReviewerProfile


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_review(request: SignedInRequest, reference: str) -> HttpResponse:
    """Save a review, or hand it in; one that is in, or too late, is read on its own page."""
    application = _load(request, reference)
    review = _own(request, application)
    if review.is_handed_in or not application.is_open:
        return redirect("review", reference)
    form = WriteReviewForm(review, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _store(request, review, form):
        return redirect("review" if "hand_in" in request.POST else "write_review", reference)
    context = {
        "application": application,
        "form": form,
        "is_blind": is_blind_to(request.user, application),
    }
    return render(request, "staff/write_review.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reviewer_profile(request: SignedInRequest) -> HttpResponse:
    """What this reviewer knows about, and until when they take no reviews."""
    require(request.user, Permission.EXPERTISE_CHANGE)
    profile = ReviewerProfile.objects.filter(user=request.user).first()
    form = ReviewerProfileForm(profile, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_reviewer_profile(**form.cleaned_data, actor=request.user)
        except AllocationsError as error:
            form.add_error("expertise", str(error))
        else:
            messages.success(request, _("Saved. Reviews are proposed to you by it."))
            return redirect("reviewer_profile")
    return render(
        request, "staff/reviewer_profile.html", {"form": form}, status=422 if form.errors else 200
    )


def _load(request: SignedInRequest, reference: str) -> Application:
    among = Application.objects.handed_in().select_related("track", "track_version")
    return application_for(request.user, reference, Permission.REVIEW_WRITE, among=among)


def _own(request: SignedInRequest, application: Application) -> Review:
    review: Review = application.reviews.standing().get(reviewer=request.user)
    review.application = application
    return review


def _store(request: SignedInRequest, review: Review, form: WriteReviewForm) -> bool:
    """Save or hand in, as the button says; False where the form has to come back."""
    hands_in = "hand_in" in request.POST
    store: Callable[..., Review] = hand_in_review if hands_in else save_review
    try:
        store(
            review_id=review.pk,
            edits=form.cleaned_data["edits"],
            marks=form.marks(),
            comment=form.cleaned_data["comment"],
            actor=request.user,
        )
    except IncompleteError as error:
        for line in error.missing:
            form.add_error(None, line)
        return False
    except AllocationsError as error:
        form.add_error(None, str(error))
        return False
    words = _("Your review is in. Thank you.") if hands_in else _("Saved. Hand it in when done.")
    messages.success(request, words)
    return True
