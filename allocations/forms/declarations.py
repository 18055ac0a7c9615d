"""Ticking what is declared, and writing what has to be."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.forms.translations import add_translations, take_translations
from allocations.models import DeclarationText, Site
from allocations.rules.text import one_line, several_lines

_TEXTS = {"title": one_line, "text": several_lines}


class SigningForm(forms.Form):
    """One box for each text that is not signed yet."""

    def __init__(self, *args: Any, texts: Iterable[DeclarationText], **kwargs: Any) -> None:
        self.texts = {f"text_{text.pk}": text for text in texts}
        super().__init__(*args, **kwargs)
        for name, text in self.texts.items():
            self.fields[name] = forms.BooleanField(
                label=_("I declare: %(title)s") % {"title": text.shown_title}, required=False
            )

    def ticked(self) -> list[int]:
        """The texts that were ticked."""
        return [text.pk for name, text in self.texts.items() if self.cleaned_data[name]]


class DeclarationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new version of a declaration, or a new declaration."""

    class Meta:
        model = DeclarationText
        fields = ("code", "site", "title", "text", "valid_from")
        help_texts = {
            "code": _("The same code is a new version of the same declaration."),
            "site": _("Leave it empty for what is declared to the portal."),
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = timezone.localdate
        add_translations(self, _TEXTS, {})
        site = self.fields["site"]
        if isinstance(site, forms.ModelChoiceField):
            site.queryset = Site.objects.all()

    def values(self) -> dict[str, Any]:
        """What to publish, the texts in other languages together."""
        values = dict(self.cleaned_data)
        translations = take_translations(values, _TEXTS)
        return {**values, "translations": translations}

    def clean_title(self) -> str:
        """The title on one line."""
        return one_line(self.cleaned_data["title"])

    def clean_text(self) -> str:
        """The text without what could change how it reads."""
        return several_lines(self.cleaned_data["text"])
