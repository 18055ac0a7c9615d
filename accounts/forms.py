"""What people fill in about themselves."""

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.languages import current_language
from accounts.models import MailRhythm, User
from accounts.permissions import Role


class SignupForm(forms.Form):
    """Asks for a name beside what django-allauth asks for; used by ACCOUNT_SIGNUP_FORM_CLASS."""

    first_name = forms.CharField(label=_("First name"), max_length=80)
    last_name = forms.CharField(label=_("Last name"), max_length=80)

    field_order = ("first_name", "last_name", "email", "password1", "password2")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Store the name on the new person, and the language in which they signed up."""
        user.first_name = self.cleaned_data["first_name"]
        user.last_name = self.cleaned_data["last_name"]
        user.language = current_language()
        user.save(update_fields=["first_name", "last_name", "language"])


class RoleForm(forms.Form):
    """Another role for somebody."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)


class MailsForm(forms.Form):
    """In which language mails come, and how often those that can wait."""

    language = forms.ChoiceField(label=_("Language of pages and mails"), choices=settings.LANGUAGES)
    rhythm = forms.ChoiceField(
        label=_("Mails that can wait"),
        choices=MailRhythm.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "What is urgent, such as a decision or a question to you, always comes at once."
        ),
    )
