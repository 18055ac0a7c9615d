"""A track's code and names, its place, and what its first version begins as."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from allocations.forms.translations import (
    add_translations,
    take_translations,
    translated_fields,
)
from allocations.models import Track
from allocations.rules.naming import TRACK_CODE
from allocations.rules.text import one_line

_TEXTS = {"name": one_line}
_LAST_PLACE = 2**15 - 1


class TrackForm(forms.Form):
    """What is said of a track beside its versions; its code no longer once one is published."""

    code = forms.RegexField(
        rf"\A{TRACK_CODE}\Z",
        label=_("Code"),
        help_text=_(
            "Projects and accounts in Slurm bear it: aif26fl0042 is a project of the track fl. "
            "It can no longer be changed once a version is published."
        ),
        error_messages={"invalid": _("Write up to eight letters from a to z, without capitals.")},
    )
    name = forms.CharField(label=_("Name"), max_length=80)

    def __init__(self, *args: Any, track: Track | None = None, **kwargs: Any) -> None:
        self.track = track
        if track is not None:
            kwargs.setdefault("initial", {"code": track.code, "name": track.name})
        super().__init__(*args, **kwargs)
        if track is not None and track.is_published:
            del self.fields["code"]
        add_translations(self, _TEXTS, track.translations if track else {})

    @property
    def names(self) -> list[BoundField]:
        """The name in the other languages, for the template."""
        return translated_fields(self, _TEXTS)

    def clean_name(self) -> str:
        """A name that can be read."""
        name = one_line(self.cleaned_data["name"])
        if not any(character.isalnum() for character in name):
            raise forms.ValidationError(_("Give the track a name."))
        return name

    def values(self) -> dict[str, Any]:
        """What to store."""
        values = dict(self.cleaned_data)
        if self.track is not None:
            values.setdefault("code", self.track.code)
        translations = take_translations(values, _TEXTS)
        return {**values, "translations": translations}


class PlaceForm(forms.Form):
    """Where in the list a track is to be."""

    place = forms.IntegerField(min_value=1, max_value=_LAST_PLACE)


class BeginningForm(forms.Form):
    """The track of which the first version of another begins as a copy."""

    like = forms.ModelChoiceField(
        Track.objects.published(),
        to_field_name="code",
        label=_("Begin as a copy of"),
        help_text=_("Of the newest version published of it; all of that can be changed."),
        empty_label=None,
    )
