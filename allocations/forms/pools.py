"""Pools, quotas and unit prices as forms."""

from decimal import Decimal
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from allocations.actions.pool_book import PoolTerms
from allocations.models import Pool, Quota, Site, Track
from allocations.models.applications import MOST_GPU_HOURS
from allocations.models.pools import MOST_PERCENT, Funder
from allocations.rules.aid import CENTS_A_EURO
from allocations.rules.text import one_line

HIGHEST_PRICE = Decimal(10_000)


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


class PoolsFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Pools by name and site."""

    q = WordFilter(
        _("Name"),
        "name",
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"), queryset=_sites, to_field_name="code", empty_label=_("All")
    )


class PoolForm(forms.Form):
    """A pool; its site is chosen once."""

    name = forms.CharField(label=_("Name"), max_length=80)
    funder = forms.ChoiceField(label=_("Funder"), choices=Funder)
    site = forms.ModelChoiceField(Site.objects.all(), label=_("Site"))
    starts_on = _day(_("First day"))
    ends_on = _day(_("Last day"))
    gpu_hours = forms.IntegerField(label=_("GPU-hours"), min_value=1, max_value=MOST_GPU_HOURS)
    tracks = forms.ModelMultipleChoiceField(
        Track.objects.all(),
        label=_("Tracks that draw from it"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, pool: Pool | None = None, **kwargs: Any) -> None:
        self.pool = pool
        super().__init__(*args, **kwargs)
        if pool is not None:
            del self.fields["site"]

    def clean_name(self) -> str:
        """A name that no other pool has."""
        name = one_line(self.cleaned_data["name"])
        others = Pool.objects.exclude(pk=self.pool.pk) if self.pool else Pool.objects.all()
        if others.filter(name=name).exists():
            raise forms.ValidationError(_("Another pool is called so."))
        return name

    def terms(self) -> PoolTerms:
        """What was filled in, for the action."""
        cleaned = self.cleaned_data
        names = ("name", "funder", "starts_on", "ends_on", "gpu_hours", "tracks")
        return PoolTerms(**{name: cleaned[name] for name in names})


class QuotaForm(forms.Form):
    """Another share of a quota, from a day on."""

    prefix = "quota"

    quota = forms.ModelChoiceField(Quota.objects.none(), label=_("Quota"))
    percent = forms.IntegerField(
        label=_("Percent of each pool at most"), min_value=0, max_value=MOST_PERCENT
    )
    valid_from = _day(_("Valid from"), initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holding = Quota.objects.on(timezone.localdate()).values("pk")
        field = self.fields["quota"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Quota.objects.filter(pk__in=holding)


class PriceForm(forms.Form):
    """Another unit price of a site, from a day on."""

    prefix = "price"

    site = forms.ModelChoiceField(Site.objects.all(), label=_("Site"))
    euros = forms.DecimalField(
        label=_("Euro a GPU-hour"),
        min_value=Decimal("0.01"),
        max_value=HIGHEST_PRICE,
        max_digits=9,
        decimal_places=2,
    )
    valid_from = _day(_("Valid from"), initial=timezone.localdate)

    @property
    def cents(self) -> int:
        """The price in cents."""
        return int(self.cleaned_data["euros"] * CENTS_A_EURO)
