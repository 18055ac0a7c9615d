"""What staff do with tracks themselves: add one, name it, put it in its place, open or close it."""

from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.errors import RefusedError
from allocations.models import Track
from allocations.stored_texts import Translations


@action
def add_track(*, code: str, name: str, translations: Translations, actor: User) -> Track:
    """A track at the end of the list; nobody can apply before a version of it is published."""
    tracks = _locked_in_order()
    track = Track(code=code, position=len(tracks) + 1)
    _store(track, code=code, name=name, translations=translations)
    return track


@action
def change_track(
    *, track_id: int, code: str, name: str, translations: Translations, actor: User
) -> Track:
    """Call a track otherwise; its code only as long as no version was ever published."""
    track = next(track for track in _locked_in_order() if track.pk == track_id)
    if code != track.code and track.is_published:
        raise RefusedError(
            _("A version of this track is published: its code is for good."), field="code"
        )
    _store(track, code=code, name=name, translations=translations)
    return track


@action
def move_track(*, track_id: int, place: int, actor: User) -> Track:
    """Put a track at a place of the list, counted from 1; the others keep their order."""
    tracks = _locked_in_order()
    moved = next(track for track in tracks if track.pk == track_id)
    tracks.remove(moved)
    tracks.insert(place - 1, moved)
    for position, track in enumerate(tracks, start=1):
        if track.position != position:
            track.position = position
            track.save(update_fields=["position"])
    return moved


@action
def set_track_open(*, track_id: int, is_open: bool, actor: User) -> Track:
    """Take applications on a track, or none for the time being; what was started goes on."""
    track = Track.objects.select_for_update().get(pk=track_id)
    track.is_open = is_open
    track.save(update_fields=["is_open"])
    return track


def _locked_in_order() -> list[Track]:
    """All tracks as lists show them; locked in the order of their keys, so that none waits twice.

    Of two who add at once the second goes on when the first is done, and then sees its track.
    """
    tracks = Track.objects.select_for_update().order_by("pk")
    return sorted(tracks, key=lambda track: (track.position, track.code))


def _store(track: Track, *, code: str, name: str, translations: Translations) -> None:
    others = Track.objects.exclude(pk=track.pk)
    if others.filter(code=code).exists():
        raise RefusedError(_("Another track has this code."), field="code")
    if others.filter(name__iexact=name).exists():
        raise RefusedError(_("Another track is called so."), field="name")
    track.code, track.name, track.translations = code, name, translations
    track.save()
