"""Writing an application: choose a track, fill in, hand in, take back."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for
from allocations.actions.drafts import (
    save_draft,
    start_application,
    submit_application,
    withdraw_application,
)
from allocations.errors import AllocationsError, IncompleteError, StateError
from allocations.forms.drafts import DraftForm
from allocations.forms.eligibility import EligibilityForm
from allocations.missing import FIRST_PART, parts_of, what_is_missing
from allocations.models import Application, Track, TrackVersion

CONTINUE, ADD_ORGANISATION = "continue", "add_organisation"
"""The values of `step` that lead elsewhere than back to the form."""


@login_required
@require_safe
def choose_track(request: SignedInRequest) -> HttpResponse:
    """The tracks with size, length, sites and deadline; one that was found to fit comes first."""
    versions = TrackVersion.objects.on(timezone.localdate()).with_choices()
    chosen, said = request.GET.get("track"), EligibilityForm(request.GET or None)

    def place(version: TrackVersion) -> tuple[bool, int, str]:
        return version.track.code != chosen, version.track.position, version.track.code

    context = {
        "versions": sorted(versions, key=place),
        "chosen": chosen,
        "carried": said.cleaned_data if said.is_valid() else {},
    }
    return render(request, "applications/choose_track.html", context)


@login_required
@require_POST
def start(request: SignedInRequest, track_code: str) -> HttpResponse:
    """A new draft on this track, with what was said in the eligibility check before."""
    track = get_object_or_404(Track, code=track_code)
    said = EligibilityForm(request.POST)
    answers = said.answers() if said.is_valid() else None
    try:
        application = start_application(track=track, answers=answers, actor=request.user)
    except AllocationsError as error:
        messages.error(request, str(error))
        return redirect("choose_track")
    return redirect("edit_application", application.reference)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, reference: str) -> HttpResponse:
    """The form; it saves anything that is half filled in, also by itself while somebody types."""
    application = application_for(
        request.user,
        reference,
        Permission.APPLICATION_EDIT,
        among=Application.objects.for_form(),
    )
    if not application.is_editable:
        messages.info(request, _("This application has been handed in and cannot be changed now."))
        return redirect(application)
    if request.method == "POST":
        return _save(request, application)
    chosen = request.GET.get("organisation", "")
    form = DraftForm(application=application)
    if chosen.isdecimal():
        form.initial["organisation"] = chosen
    return _answer(request, form, "applications/parts/saved.html")


@login_required
@require_POST
def submit(request: SignedInRequest, reference: str) -> HttpResponse:
    """Hand the application in."""
    application = application_for(request.user, reference, Permission.APPLICATION_SUBMIT)
    try:
        submit_application(application_id=application.pk, actor=request.user)
    except IncompleteError:
        messages.error(request, _("Something is still missing: see the list below."))
        return redirect("edit_application", reference)
    except AllocationsError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("Your application has been handed in. You get the answer by mail.")
        )
    return redirect(application)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask whether it is meant, then take the application back."""
    application = application_for(request.user, reference, Permission.APPLICATION_WITHDRAW)
    if request.method != "POST":
        return render(request, "applications/withdraw.html", {"application": application})
    try:
        withdraw_application(application_id=application.pk, actor=request.user)
    except AllocationsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your application has been withdrawn."))
    return redirect(application)


def _save(request: SignedInRequest, application: Application) -> HttpResponse:
    form = DraftForm(request.POST, application=application)
    if not form.is_valid():
        return _answer(request, form, "applications/parts/not_saved.html")
    try:
        saved = save_draft(
            application_id=application.pk,
            version=form.cleaned_data["version"],
            text=form.text(),
            actor=request.user,
        )
    except StateError as error:
        return _clash(request, form, error)
    if request.htmx:
        return _answer(request, form, "applications/parts/saved.html", saved=saved)
    return _after_saving(request, saved)


def _after_saving(request: SignedInRequest, saved: Application) -> HttpResponse:
    """Where the button that was pressed leads."""
    step = request.POST.get("step")
    if step == CONTINUE:
        return redirect(_following_page(saved))
    if step == ADD_ORGANISATION:
        return redirect(f"{reverse('new_organisation')}?application={saved.reference}")
    messages.success(request, _("Your draft has been saved."))
    return redirect("edit_application", saved.reference)


def _following_page(application: Application) -> str:
    """The second page of the form; the application itself where there is one page only."""
    parts = parts_of(application, [])
    return parts[1].href if len(parts) > 1 else application.get_absolute_url()


def _clash(request: SignedInRequest, form: DraftForm, error: StateError) -> HttpResponse:
    """Show what somebody else stored meanwhile beside what was typed, of which nothing is lost."""
    stored = form.application
    stored.refresh_from_db()
    if not stored.is_editable:
        messages.error(request, str(error))
        return HttpResponseClientRefresh() if request.htmx else redirect(stored)
    if not request.htmx:
        form.answer_version(stored.version)
    return _answer(
        request,
        form,
        "applications/parts/clash.html",
        clash=form.stored_differently(stored),
        status=HTTPStatus.CONFLICT,
    )


def _answer(
    request: SignedInRequest,
    form: DraftForm,
    part: str,
    *,
    status: int = HTTPStatus.OK,
    **context: Any,
) -> HttpResponse:
    """The whole page, or the part of it that htmx puts in its place."""
    stored = context.get("saved", form.application)
    missing = what_is_missing(stored)
    context |= {
        "form": form,
        "application": stored,
        "version": stored.version,
        "missing": missing,
        "parts": parts_of(stored, missing),
        "here": FIRST_PART,
    }
    if request.htmx:
        # htmx shows the body of a success only.
        return render(request, part, context)
    return render(request, "applications/edit.html", context, status=status)
