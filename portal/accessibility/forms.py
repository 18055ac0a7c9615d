"""What somebody says of the portal's accessibility."""

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.rules.text import one_line, several_lines


class FeedbackForm(forms.Form):
    """What is in the way, where, and whom to answer; only the first has to be said."""

    text = forms.CharField(
        label=_("What can you not use, or what do you need in another form?"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    page = forms.CharField(
        label=_("On which page?"),
        max_length=500,
        required=False,
        help_text=_("Its title or address, if you know it."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("If you want an answer. It is used for nothing else."),
    )

    def clean_text(self) -> str:
        """The text without invisible characters; something must be left."""
        text = several_lines(self.cleaned_data["text"])
        if not text:
            raise forms.ValidationError(_("Write what is in the way."))
        return text

    def clean_page(self) -> str:
        """On one line."""
        return one_line(self.cleaned_data["page"])
