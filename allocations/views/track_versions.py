"""Staff configure what tracks say: read versions, write a new one, and publish it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.actions import track_versions as actions
from allocations.errors import AllocationsError, RefusedError, StateError
from allocations.forms.track_versions import PublishForm, VersionForm
from allocations.models import TrackVersion
from allocations.tables.tracks import facts_of


@login_required
@require_safe
def track_version(request: SignedInRequest, track_code: str, number: int) -> HttpResponse:
    """One version in plain words, with what can be done with it."""
    require(request.user, Permission.TRACKS_CHANGE)
    return _page(request, _version(track_code, number))


@login_required
@require_POST
def start_version(request: SignedInRequest, track_code: str, number: int) -> HttpResponse:
    """A new version that begins as a copy of this one."""
    require(request.user, Permission.TRACKS_CHANGE)
    source = _version(track_code, number)
    try:
        version = actions.start_version(source_id=source.pk, actor=request.user)
    except StateError as error:
        messages.warning(request, str(error))
        return redirect("track", track_code)
    return redirect("edit_version", track_code, version.number)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_version(request: SignedInRequest, track_code: str, number: int) -> HttpResponse:
    """Change what is not published yet."""
    require(request.user, Permission.TRACKS_CHANGE)
    version = _version(track_code, number)
    if version.is_published:
        messages.info(request, _("This version is published and can no longer be changed."))
        return redirect(version)
    form = VersionForm(request.POST if request.method == "POST" else None, version=version)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_version(
                version_id=version.pk,
                edits=form.cleaned_data["edits"],
                values=form.values(),
                actor=request.user,
            )
        except StateError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Nothing holds before you publish it."))
            return redirect(version)
    context = {"version": version, "form": form}
    return render(request, "staff/edit_version.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def publish_version(request: SignedInRequest, track_code: str, number: int) -> HttpResponse:
    """Let it hold from a day on."""
    require(request.user, Permission.TRACKS_CHANGE)
    version = _version(track_code, number)
    form = PublishForm(request.POST)
    if form.is_valid():
        try:
            actions.publish_version(version_id=version.pk, actor=request.user, **form.cleaned_data)
        except StateError as error:
            messages.warning(request, str(error))
            return redirect(version)
        except AllocationsError as error:
            form.add_error(error.field if isinstance(error, RefusedError) else None, str(error))
        else:
            messages.success(request, _("Published. What it says is frozen now."))
            return redirect(version)
    return _page(request, version, form)


@login_required
@require_POST
def discard_version(request: SignedInRequest, track_code: str, number: int) -> HttpResponse:
    """Throw away what was not published."""
    require(request.user, Permission.TRACKS_CHANGE)
    version = _version(track_code, number)
    try:
        actions.discard_version(version_id=version.pk, actor=request.user)
    except StateError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Thrown away."))
    return redirect("track", track_code)


def _version(track_code: str, number: int) -> TrackVersion:
    versions = TrackVersion.objects.with_choices().select_related("published_by")
    return get_object_or_404(versions, track__code=track_code, number=number)


def _page(
    request: SignedInRequest, version: TrackVersion, form: PublishForm | None = None
) -> HttpResponse:
    context = {
        "version": version,
        "facts": facts_of(version),
        "form": form or PublishForm(initial={"edits": version.edits}),
    }
    wrong = form is not None and form.errors
    return render(request, "staff/track_version.html", context, status=422 if wrong else 200)
