"""Staff choose reviewers, and everybody who reviewed or decides reads and discusses."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_and_permissions
from allocations.actions.discussion import write_comment
from allocations.actions.reviewers import assign_reviewers, remove_reviewer
from allocations.actions.reviews import reopen_review
from allocations.errors import AllocationsError, RefusedError
from allocations.forms.reviews import AssignForm, CommentForm, ReopenForm
from allocations.models import Application
from allocations.views.reviews_page import render_reviews


@login_required
@require_safe
def reviews(request: SignedInRequest, reference: str) -> HttpResponse:
    """The reviews of an application, for those who decide and those who have handed in theirs."""
    return render_reviews(request, *_load(request, reference, Permission.REVIEWS_VIEW))


@login_required
@require_POST
def assign(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask those who are ticked."""
    application, held = _load(request, reference, Permission.REVIEWS_ASSIGN)
    form = AssignForm(request.POST)
    if form.is_valid():
        try:
            asked = assign_reviewers(
                application_id=application.pk, reviewers=form.chosen(), actor=request.user
            )
        except RefusedError as error:
            form.add_error("reviewers", str(error))
        except AllocationsError as error:
            messages.warning(request, str(error))
            return redirect("reviews", reference)
        else:
            text = ngettext(
                "Asked %(n)d reviewer by mail.", "Asked %(n)d reviewers by mail.", len(asked)
            )
            messages.success(request, text % {"n": len(asked)})
            return redirect("reviews", reference)
    return render_reviews(request, application, held, assign=form)


@login_required
@require_POST
def remove(request: SignedInRequest, reference: str, review_id: int) -> HttpResponse:
    """Take a reviewer off."""
    application, _held = _load(request, reference, Permission.REVIEWS_ASSIGN)
    review = get_object_or_404(application.reviews, pk=review_id)
    return _done(
        request,
        reference,
        lambda: remove_reviewer(review_id=review.pk, actor=request.user),
        _("%(name)s no longer reviews this application.") % {"name": review.reviewer},
    )


@login_required
@require_POST
def reopen(request: SignedInRequest, reference: str, review_id: int) -> HttpResponse:
    """Send a review back to whoever wrote it."""
    application, held = _load(request, reference, Permission.REVIEWS_ASSIGN)
    review = get_object_or_404(application.reviews, pk=review_id)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return render_reviews(request, application, held, reopen=form)
    reason = form.cleaned_data["reason"]
    return _done(
        request,
        reference,
        lambda: reopen_review(review_id=review.pk, reason=reason, actor=request.user),
        _("%(name)s was asked to look again.") % {"name": review.reviewer},
    )


@login_required
@require_POST
def comment(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say something to the others."""
    application, held = _load(request, reference, Permission.REVIEWS_VIEW)
    form = CommentForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        try:
            write_comment(application_id=application.pk, text=text, actor=request.user)
        except AllocationsError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Your contribution is in the discussion."))
            return redirect("reviews", reference)
    return render_reviews(request, application, held, comment=form)


def _load(
    request: SignedInRequest, reference: str, permission: Permission
) -> tuple[Application, frozenset[Permission]]:
    among = Application.objects.handed_in().select_related(
        "track", "track_version", "organisation", "applicant"
    )
    return application_and_permissions(request.user, reference, permission, among=among)


def _done(
    request: SignedInRequest, reference: str, act: Callable[[], object], success: str
) -> HttpResponse:
    """Back to the page with what became of it."""
    try:
        act()
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, success)
    return redirect("reviews", reference)
