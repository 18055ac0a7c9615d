"""Fields that are made in Python are those that Django's templates make."""

from datetime import date
from typing import Any

import lxml.html
import pytest
from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from portal.form_fields import FieldRenderer

HOSTILE = "\"><script>alert('x')</script>&amp;\u202e"
CHOICES = [
    ("", "---"),
    (1, 1000),
    ("two", gettext_lazy("Draft")),
    (HOSTILE, HOSTILE),
    ("safe", mark_safe("<b>&amp;</b>")),
    ("Group & co", [("a", "A"), (1234.5, 1234.5)]),
]
ATTRIBUTES: dict[str, Any] = {
    "class": "form-control",
    "required": True,
    "disabled": False,
    "data-text": HOSTILE,
    "data-safe": mark_safe("&amp;"),
    "rows": 1000,
    "data-none": None,
    HOSTILE: "name",
}
INPUTS = [
    forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.TelInput,
    forms.SearchInput, forms.ColorInput, forms.PasswordInput, forms.HiddenInput, forms.DateInput,
    forms.DateTimeInput, forms.TimeInput, forms.FileInput, forms.CheckboxInput, forms.Textarea,
]  # fmt: skip
VALUES = [None, "", 0, 1234567, 1234.5, True, False, date(2026, 2, 3), HOSTILE, "a\nb"]


def same(widget: forms.Widget, value: object, attributes: dict[str, Any]) -> bool:
    """Whether both make the same element; whitespace between options is nobody's."""
    made = [
        widget.render(HOSTILE, value, attributes, renderer=renderer)
        for renderer in (FieldRenderer(), DjangoTemplates())
    ]
    ours, theirs = (lxml.html.tostring(lxml.html.fragment_fromstring(html)) for html in made)
    if isinstance(widget, forms.Textarea):
        return ours == theirs
    return b"".join(ours.split()) == b"".join(theirs.split())


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("widget", INPUTS)
def test_inputs_are_the_same(widget: type[forms.Widget], value: object, language: str) -> None:
    with override(language):
        assert same(widget(), value, ATTRIBUTES)
        assert same(widget(ATTRIBUTES), value, {})


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("value", [None, "", 1, "two", HOSTILE, ["a", "two"], 1234.5], ids=repr)
@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple])
def test_lists_to_choose_from_are_the_same(
    widget: type[forms.Select], value: object, language: str
) -> None:
    with override(language):
        assert same(widget(choices=CHOICES), value, ATTRIBUTES)
        assert same(forms.NullBooleanSelect(), value == "two", ATTRIBUTES)


def test_other_fields_are_djangos_own_and_the_portal_uses_this() -> None:
    assert same(forms.RadioSelect(choices=CHOICES), "two", {"id": "id_x"})
    assert settings.FORM_RENDERER == "portal.form_fields.FieldRenderer"
