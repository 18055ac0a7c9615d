"""How staff find leaving members, and confirm which jobs to cancel."""

import re

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from allocations.forms.manage import ReasonForm
from allocations.models import Site
from slurm_bridge.wire_leaving import MOST_JOBS

LONGEST_ID = 22
_JOB_IDS = re.compile(r"[0-9_+]{1,22}(,[0-9_+]{1,22})*", re.ASCII)


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


class LeavingFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Removals that wait, by site and words."""

    q = WordFilter(
        _("Name, project or user name"),
        "username",
        "user__first_name",
        "user__last_name",
        "allocation__account_name",
        "allocation__project__name",
        "allocation__project__title",
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"),
        field_name="allocation__site",
        queryset=_sites,
        to_field_name="code",
        empty_label=_("All"),
    )


class CancelForm(ReasonForm):
    """Why, and which jobs stood on the page."""

    seen = forms.CharField(
        widget=forms.HiddenInput, max_length=MOST_JOBS * (LONGEST_ID + 1), required=False
    )

    def clean_seen(self) -> list[str]:
        """The numbers of the jobs."""
        text: str = self.cleaned_data["seen"]
        if text and not _JOB_IDS.fullmatch(text):
            raise forms.ValidationError(_("The list of jobs cannot be read: open the page again."))
        return text.split(",")
