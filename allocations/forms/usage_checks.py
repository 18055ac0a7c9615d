"""How staff narrow down the differences between the portal's use and Slurm's."""

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from allocations.models import Site, UsageDifference

REMAINING, RESOLVED = "remaining", "resolved"


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


class UsageDifferenceFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Differences by site, reason, state and words."""

    q = WordFilter(
        _("Project, account or user name"),
        "username",
        "allocation__account_name",
        "allocation__project__title",
        "allocation__project__name",
    )
    site = filters.ModelChoiceFilter(
        field_name="allocation__site",
        label=_("Site"),
        queryset=_sites,
        to_field_name="code",
        empty_label=_("All"),
    )
    reason = filters.ChoiceFilter(
        label=_("Why"), choices=UsageDifference.Reason.choices, empty_label=_("All")
    )
    state = filters.ChoiceFilter(
        method="by_state",
        label=_("State"),
        choices=((REMAINING, _("Remains")), (RESOLVED, _("Resolved"))),
        empty_label=_("All"),
    )

    def by_state(
        self, rows: QuerySet[UsageDifference], name: str, value: str
    ) -> QuerySet[UsageDifference]:
        """Those that remain, or that were resolved."""
        return rows.filter(resolved_at__isnull=value == REMAINING)
