"""How staff narrow down the rows of accounting that were set aside."""

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import LONGEST_SEARCH
from allocations.models import SetAsideRow, Site


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


class SetAsideFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Rows by site, words, and whether they are read again."""

    q = filters.CharFilter(
        method="search",
        label=_("Account, job number or reason"),
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"), queryset=_sites, to_field_name="code", empty_label=_("All")
    )
    is_final = filters.ChoiceFilter(
        label=_("What follows"),
        choices=[("False", _("It is read again")), ("True", _("Nothing"))],
        empty_label=_("All"),
    )

    def search(self, rows: QuerySet[SetAsideRow], name: str, value: str) -> QuerySet[SetAsideRow]:
        """Those in which every word occurs."""
        for word in value.split():
            is_number = word.isascii() and word.isdigit() and len(word) <= len(str(2**62))
            found = Q(account__icontains=word) | Q(reason__icontains=word)
            rows = rows.filter(found | Q(job_id=int(word)) if is_number else found)
        return rows
