"""How staff narrow down what was changed by hand."""

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from allocations.models import Drift, Site


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


class DriftFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Changes by hand by site, state and words."""

    q = WordFilter(
        _("Project, account or user name"),
        "subject",
        "change__username",
        "change__partition",
        "allocation__project__title",
        "allocation__project__name",
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"), queryset=_sites, to_field_name="code", empty_label=_("All")
    )
    state = filters.ChoiceFilter(
        label=_("State"), choices=Drift.State.choices, empty_label=_("All")
    )
