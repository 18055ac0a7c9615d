"""How staff narrow down the rows of accounting that were set aside."""

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from allocations.models import Site


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


class SetAsideFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Rows by site, words, and whether they are read again."""

    q = WordFilter(
        _("Account, job number or reason"),
        "account",
        "reason",
        number="job_id",
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"), queryset=_sites, to_field_name="code", empty_label=_("All")
    )
    is_final = filters.ChoiceFilter(
        label=_("What follows"),
        choices=[("False", _("It is read again")), ("True", _("Nothing"))],
        empty_label=_("All"),
    )
