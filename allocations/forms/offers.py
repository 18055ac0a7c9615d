"""Answering an offer."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.forms.decisions import LONGEST_REASON
from allocations.rules.text import several_lines


class AcceptanceForm(forms.Form):
    """A signature under the terms that were shown."""

    texts = forms.RegexField(
        r"\A[0-9]{1,15}(,[0-9]{1,15}){0,49}\Z", required=False, widget=forms.HiddenInput
    )
    accepts = forms.BooleanField(
        label=_("I accept this award on these terms, and may do so for the organisation.")
    )

    def __init__(self, *args: Any, texts: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["texts"].initial = ",".join(str(pk) for pk in texts)

    def read_texts(self) -> list[int]:
        """The texts that the page showed."""
        return [int(pk) for pk in self.cleaned_data["texts"].split(",") if pk]


class RefusalForm(forms.Form):
    """Why an award is not wanted."""

    reason = forms.CharField(
        label=_("Why you decline it"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_reason(self) -> str:
        """The text without what could change how it reads; something has to be left."""
        reason = several_lines(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError(_("Write something that can be read."))
        return reason
