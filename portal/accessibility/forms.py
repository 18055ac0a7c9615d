"""What somebody says of the portal's accessibility, and how staff find it."""

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.lists import WordFilter
from allocations.rules.text import one_line, several_lines
from portal.models import AccessibilityFeedback

ANSWERED, ALL = "answered", "all"


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


class FeedbackFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Messages by words, and whether somebody has answered them; the open ones by default."""

    q = WordFilter(_("Message, page or address"), "text", "page", "email")
    state = filters.ChoiceFilter(
        label=_("State"),
        empty_label=pgettext_lazy("messages", "Open"),
        choices=[(ANSWERED, _("Answered")), (ALL, _("All"))],
        method="of_state",
    )

    def of_state(
        self, messages: QuerySet[AccessibilityFeedback], name: str, value: str
    ) -> QuerySet[AccessibilityFeedback]:
        """Those that are answered, or all."""
        return messages if value == ALL else messages.exclude(answered_at=None)

    def filter_queryset(
        self, queryset: QuerySet[AccessibilityFeedback]
    ) -> QuerySet[AccessibilityFeedback]:
        """What was chosen; without a state, what is open."""
        found: QuerySet[AccessibilityFeedback] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.filter(answered_at=None)
