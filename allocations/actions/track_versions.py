"""What staff do with the versions of tracks: start one, edit it, publish it, throw it away."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.errors import RefusedError, StateError
from allocations.models import Track, TrackVersion

_CHOICES = ("partitions",)
_NOT_COPIED = ("id", "track", "number", "valid_from", "published_at", "published_by", "edits")


@action
def start_version(*, source_id: int, track_id: int | None = None, actor: User) -> TrackVersion:
    """A version to edit that begins as a copy of another, of the same track or another's."""
    source = TrackVersion.objects.get(pk=source_id)
    track = Track.objects.select_for_update().get(pk=track_id or source.track_id)
    if track.versions.filter(published_at=None).exists():
        raise StateError(_("A new version of this track is being written already."))
    copied = model_to_dict(source, exclude=[*_NOT_COPIED, *_CHOICES])
    last = track.versions.order_by("-number").values_list("number", flat=True).first()
    version = TrackVersion.objects.create(track=track, number=(last or 0) + 1, **copied)
    for name in _CHOICES:
        getattr(version, name).set(getattr(source, name).all())
    return version


@action
def save_version(
    *, version_id: int, edits: int, values: Mapping[str, Any], actor: User
) -> TrackVersion:
    """Store what was filled in, unless it was published or somebody stored another meanwhile."""
    version = _lock_unpublished(version_id)
    if version.edits != edits:
        raise StateError(
            _("Somebody else saved this version since you opened it: look at it again.")
        )
    for name, value in values.items():
        if name in _CHOICES:
            getattr(version, name).set(value)
        else:
            setattr(version, name, value)
    version.edits += 1
    version.save()
    return version


@action
def publish_version(*, version_id: int, valid_from: date, edits: int, actor: User) -> TrackVersion:
    """Let a version hold from a day on; nothing of it can be changed any more."""
    version = _lock_unpublished(version_id)
    if version.edits != edits:
        raise StateError(
            _("Somebody else saved this version since you opened it: look at it again.")
        )
    if valid_from < timezone.localdate():
        raise RefusedError(_("Choose today or a day to come."), field="valid_from")
    if not version.partitions.exists():
        raise RefusedError(_("Choose a partition first: without one nobody can apply."))
    version.valid_from = valid_from
    version.published_at, version.published_by = timezone.now(), actor
    version.save(update_fields=["valid_from", "published_at", "published_by"])
    return version


@action
def discard_version(*, version_id: int, actor: User) -> None:
    """Throw away a version that was not published."""
    _lock_unpublished(version_id).delete()


def _lock_unpublished(version_id: int) -> TrackVersion:
    version = TrackVersion.objects.select_for_update(of=["self"]).filter(pk=version_id).first()
    if version is None or version.is_published:
        raise StateError(_("This version has been published or thrown away meanwhile."))
    return version
