"""The same texts once more in a form, for each other language of the portal."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from allocations.stored_texts import Translations

_OTHERS = [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
_ROWS = 4


def add_translations(form: forms.BaseForm, names: Iterable[str], stored: Translations) -> None:
    """A field for each of these texts in each other language; all may stay empty."""
    for name in names:
        for code, language in _OTHERS:
            field = deepcopy(form.fields[name])
            field.required = False
            field.label = _("%(text)s (%(language)s)") % {
                "text": field.label,
                "language": language,
            }
            field.help_text = ""
            field.initial = stored.get(code, {}).get(name, "")
            field.widget.attrs["lang"] = code
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = _ROWS
            form.fields[_name(name, code)] = field


def translated_fields(form: forms.BaseForm, names: Iterable[str]) -> list[BoundField]:
    """Those fields, for templates."""
    return [form[_name(name, code)] for name in names for code, _language in _OTHERS]


def take_translations(
    cleaned: dict[str, Any], cleaners: Mapping[str, Callable[[str], str]]
) -> Translations:
    """What was filled in, taken out of the form's values; each text made safe to read."""
    found: Translations = {}
    for name, clean in cleaners.items():
        for code, _language in _OTHERS:
            text = clean(cleaned.pop(_name(name, code), ""))
            if text:
                found.setdefault(code, {})[name] = text
    return found


def _name(name: str, code: str) -> str:
    return f"{name}_{code}"
