"""Staff keep the list of tracks: add one, name it, put it in its place, open and close it."""

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.actions import tracks as actions
from allocations.actions.track_versions import start_version
from allocations.errors import RefusedError, StateError
from allocations.forms.tracks import BeginningForm, PlaceForm, TrackForm
from allocations.models import Track, TrackVersion

CHANGES_SHOWN = 50


@login_required
@require_safe
def tracks(request: SignedInRequest) -> HttpResponse:
    """Every track with what holds of it today, and what is being written."""
    require(request.user, Permission.TRACKS_CHANGE)
    current = TrackVersion.objects.on(timezone.localdate()).with_choices()
    by_track = {version.track_id: version for version in current}
    written = {version.track_id: version for version in TrackVersion.objects.unpublished()}
    rows = [(track, by_track.get(track.pk), written.get(track.pk)) for track in Track.objects.all()]
    return render(request, "staff/tracks.html", {"rows": rows})


@login_required
@require_safe
def track(request: SignedInRequest, track_code: str) -> HttpResponse:
    """All versions of one track, the newest first, and what became of the track itself."""
    require(request.user, Permission.TRACKS_CHANGE)
    return _page(request, get_object_or_404(Track, code=track_code))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_track(request: SignedInRequest) -> HttpResponse:
    """Add a track; its first version is written next."""
    require(request.user, Permission.TRACKS_CHANGE)
    form = TrackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_track(actor=request.user, **form.values())
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The track is made. Now write its first version."))
            return redirect(made)
    return _form_page(request, form, heading=_("New track"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_track(request: SignedInRequest, track_code: str) -> HttpResponse:
    """Call it otherwise."""
    require(request.user, Permission.TRACKS_CHANGE)
    shown = get_object_or_404(Track, code=track_code)
    form = TrackForm(request.POST if request.method == "POST" else None, track=shown)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_track(track_id=shown.pk, actor=request.user, **form.values())
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("The track is changed."))
            return redirect(changed)
    return _form_page(request, form, heading=_("Change “%(name)s”") % {"name": shown}, track=shown)


@login_required
@require_POST
def move_track(request: SignedInRequest, track_code: str) -> HttpResponse:
    """Put it at another place of the list."""
    require(request.user, Permission.TRACKS_CHANGE)
    shown = get_object_or_404(Track, code=track_code)
    form = PlaceForm(request.POST)
    if form.is_valid():
        moved = actions.move_track(track_id=shown.pk, actor=request.user, **form.cleaned_data)
        words = {"name": moved, "place": moved.position}
        messages.success(request, _("“%(name)s” is number %(place)d of the list now.") % words)
    else:
        messages.warning(request, _("The list has no such place."))
    return redirect(f"{reverse('tracks')}#{shown.code}")


@login_required
@require_POST
def open_track(request: SignedInRequest, track_code: str) -> HttpResponse:
    """Take applications on it, or none for the time being."""
    require(request.user, Permission.TRACKS_CHANGE)
    shown = get_object_or_404(Track, code=track_code)
    is_open = request.POST.get("open") == "yes"
    actions.set_track_open(track_id=shown.pk, is_open=is_open, actor=request.user)
    messages.success(
        request,
        _("The track takes applications.") if is_open else _("The track takes no applications."),
    )
    return redirect(shown)


@login_required
@require_POST
def begin_track(request: SignedInRequest, track_code: str) -> HttpResponse:
    """Its first version, to be edited, as a copy of another track's newest."""
    require(request.user, Permission.TRACKS_CHANGE)
    shown = get_object_or_404(Track, code=track_code)
    form = BeginningForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form)
    like = form.cleaned_data["like"].versions.filter(published_at__isnull=False)
    try:
        version = start_version(
            source_id=like.order_by("-number")[0].pk, track_id=shown.pk, actor=request.user
        )
    except StateError as error:
        messages.warning(request, str(error))
        return redirect(shown)
    return redirect("edit_version", shown.code, version.number)


def _page(
    request: SignedInRequest, shown: Track, form: BeginningForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    trail = apps.get_model("allocations", "TrackEvent").objects.filter(pgh_obj=shown)
    context = {
        "track": shown,
        "versions": list(shown.versions.select_related("published_by").order_by("-number")),
        "current": TrackVersion.objects.on(today).filter(track=shown).first(),
        "today": today,
        "form": form or BeginningForm(),
        "changes": trail.select_related("pgh_context").order_by("-pgh_id")[:CHANGES_SHOWN],
    }
    return render(request, "staff/track.html", context, status=422 if form else 200)


def _form_page(
    request: SignedInRequest, form: TrackForm, *, heading: str, track: Track | None = None
) -> HttpResponse:
    context = {"form": form, "heading": heading, "track": track}
    return render(request, "staff/track_form.html", context, status=422 if form.errors else 200)
