"""How staff narrow down what was changed by hand."""

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import LONGEST_SEARCH
from allocations.models import Drift, Site


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


class DriftFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Changes by hand by site, state and words."""

    q = filters.CharFilter(
        method="search",
        label=_("Project, account or user name"),
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"), queryset=_sites, to_field_name="code", empty_label=_("All")
    )
    state = filters.ChoiceFilter(
        label=_("State"), choices=Drift.State.choices, empty_label=_("All")
    )

    def search(self, drift: QuerySet[Drift], name: str, value: str) -> QuerySet[Drift]:
        """Those in which every word occurs."""
        for word in value.split():
            drift = drift.filter(
                Q(subject__icontains=word)
                | Q(change__username__icontains=word)
                | Q(change__partition__icontains=word)
                | Q(allocation__project__title__icontains=word)
                | Q(allocation__project__name__icontains=word)
            )
        return drift
