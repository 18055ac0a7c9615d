"""What an applicant fills in; every part may stay empty until the application is handed in."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from allocations.actions.drafts import DraftText
from allocations.models import Application, Site
from allocations.models.applications import MOST_GPU_HOURS
from allocations.rules.text import one_line

_LARGEST_VERSION = 2**31 - 1


class DraftForm(forms.Form):
    """The text of an application, with one field of GPU-hours for each site of its track."""

    version = forms.IntegerField(min_value=0, max_value=_LARGEST_VERSION, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title"),
        max_length=150,
        required=False,
        help_text=_("A short name for the project, like “Early warning of cracks in bells”."),
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Choose an organisation"),
    )
    abstract = forms.CharField(
        label=_("Public abstract"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "What the project is about, for anybody to read. We may publish it. "
            "Between 50 and 2,000 characters."
        ),
    )
    may_be_listed = forms.BooleanField(
        label=_("If it is awarded, show the project in the public list"),
        required=False,
        help_text=_(
            "Title, public abstract, organisation, track, sites, GPU-hours and period, for"
            " everybody. You can change your mind on the project's page at any time."
        ),
    )
    purpose = forms.CharField(
        label=_("What you will use the GPU time for"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_(
            "For the people who decide, not published: what you want to compute, with which data "
            "and software, and how you arrived at the number of GPU-hours."
        ),
    )
    months = forms.TypedChoiceField(label=_("Length"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        self.application = application
        self.rules = application.rules()
        self.sites = list(Site.objects.filter(partitions__trackversion=self.rules).distinct())
        kwargs.setdefault("initial", stored_values(application))
        super().__init__(*args, **kwargs)
        self._offer_organisations(application)
        self._offer_lengths(self.rules.lengths_in_months)
        for site in self.sites:
            self.fields[_hours_name(site)] = _hours_field(site)

    @property
    def hours_fields(self) -> Iterator[BoundField]:
        """The fields that ask for GPU-hours, one for each site."""
        return (self[_hours_name(site)] for site in self.sites)

    def clean_title(self) -> str:
        """The title on one line."""
        return one_line(self.cleaned_data["title"])

    def text(self) -> DraftText:
        """What was written, for the action that stores it."""
        written = self.cleaned_data
        return DraftText(
            title=written["title"],
            abstract=written["abstract"],
            may_be_listed=written["may_be_listed"],
            purpose=written["purpose"],
            months=written["months"],
            organisation=written["organisation"],
            hours_by_site={
                site: written[_hours_name(site)]
                for site in self.sites
                if written[_hours_name(site)]
            },
        )

    def answer_version(self, version: int) -> None:
        """Save over this version when the form is sent again."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["version"] = str(version)
            self.data = data

    def stored_differently(self, stored: Application) -> list[tuple[str, str]]:
        """Label and stored value of each field that says something else than this form."""
        values = stored_values(stored)
        return [
            (str(field.label), _shown(field, values.get(field.name)))
            for field in self
            if field.name != "version"
            and field.field.has_changed(values.get(field.name), field.data)
        ]

    def _offer_organisations(self, application: Application) -> None:
        """Those for which anybody of the team may apply."""
        field = self.fields["organisation"]
        if isinstance(field, forms.ModelChoiceField):
            team = Q(people=application.applicant) | Q(
                people__accepted_invitations__application=application
            )
            field.queryset = Organisation.objects.filter(team).distinct()

    def _offer_lengths(self, lengths: list[int]) -> None:
        field = self.fields["months"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [("", _("Choose a length"))] + [
                (
                    months,
                    ngettext("%(months)d month", "%(months)d months", months) % {"months": months},
                )
                for months in lengths
            ]


def stored_values(application: Application) -> dict[str, Any]:
    """What is stored, under the names of the form's fields."""
    hours = application.requested_hours.select_related("site")
    return {
        "version": application.version,
        "title": application.title,
        "organisation": application.organisation_id,
        "abstract": application.abstract,
        "may_be_listed": application.may_be_listed,
        "purpose": application.purpose,
        "months": application.months,
        **{_hours_name(line.site): line.gpu_hours for line in hours},
    }


def _hours_name(site: Site) -> str:
    return f"hours_{site.code}"


def _hours_field(site: Site) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("GPU-hours at %(site)s") % {"site": site.name},
        min_value=0,
        max_value=MOST_GPU_HOURS,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 1}),
        help_text=site.gpu_name,
    )


def _shown(field: BoundField, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if value in (None, ""):
        return str(_("nothing"))
    if isinstance(field.field, forms.ChoiceField):
        options = cast(Iterable[tuple[Any, Any]], field.field.choices)
        return str(dict(options).get(value, value))
    return str(value)
