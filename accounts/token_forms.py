"""The form for a new personal token."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Scope
from accounts.token_actions import last_day_of_tokens

_USUAL_DAYS = 90


class TokenForm(forms.Form):
    """What a token is called, what it may read, and until when."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("To know it again, such as “monthly report”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may read"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself, and it can change nothing."),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = timezone.localdate() + timedelta(days=_USUAL_DAYS)
        self.fields["expires_on"].initial = min(usual, last_day_of_tokens())
