"""What staff say of a step that they have done."""

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.models.review_steps import LONGEST_NOTE
from allocations.rules.text import several_lines


class StepForm(forms.Form):
    """A note for those who decide; it may be empty."""

    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("For those who decide; the applicant does not read it."),
    )

    def clean_note(self) -> str:
        """Without what could change how it reads."""
        return several_lines(self.cleaned_data["note"])
