"""The three outcomes of a review as forms."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Prefetch, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.actions.award_plans import AwardLine
from allocations.forms.dedicated import AwardedNodesForm
from allocations.models import Application, Partition, RequestedHours, Site
from allocations.models.applications import MOST_GPU_HOURS
from allocations.offered import gpu_types_of
from allocations.rules.calendar import last_day
from allocations.rules.form.resources import GPU_TYPE
from allocations.rules.questions import Section
from allocations.site_overview import nodes_of_site

LONGEST_REASON = 5000


class ReviewForm(forms.Form):
    """A reason, given for the version of the application that staff have read."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The applicant reads this."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, application: Application, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application

    def clean(self) -> dict[str, Any]:
        """Refuse a decision on a text that is no longer there."""
        cleaned = super().clean() or {}
        seen = cleaned.get("version")
        if seen is not None and seen != self.application.version:
            raise forms.ValidationError(
                _("The application was changed since you opened this page: read it again."),
                code="stale",
            )
        return cleaned


class RejectionForm(ReviewForm):
    """Say no."""

    prefix = "reject"

    is_ineligible = forms.BooleanField(
        label=_("It is not eligible"),
        required=False,
        help_text=_("Then no review is needed: it is refused before its merits are looked at."),
    )


class QuestionForm(ReviewForm):
    """Ask the applicant for something."""

    prefix = "ask"

    def __init__(self, application: Application, *args: Any, **kwargs: Any) -> None:
        super().__init__(application, *args, **kwargs)
        self.fields["reason"].label = _("What do you need to know?")
        self.fields["reason"].help_text = _("The applicant can edit the application and answers.")


@dataclass(frozen=True)
class SiteFields:
    """What staff fill in for one site."""

    site: Site
    asked: int | None
    hours: BoundField
    partitions: BoundField
    own: AwardedNodesForm


class ApprovalForm(ReviewForm):
    """Hours and partitions for each site; what was asked for stands there at first."""

    prefix = "approve"

    def __init__(
        self, application: Application, *args: Any, needs_reason: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(application, *args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.sites = _read_sites(application)
        self.asked = {site.pk: site.asked for site in self.sites if site.asked}  # type: ignore[attr-defined]  # read with it
        for site in self.sites:
            self.fields[f"hours_{site.code}"] = self._hours_field(site)
            self.fields[f"partitions_{site.code}"] = _partitions_field(site)
        self.own = {site.code: self._own_form(site) for site in self.sites}

    def clean(self) -> dict[str, Any]:
        """Partitions of the project's own are refused with the rest, each beside its fields."""
        cleaned = super().clean()
        for site in self.sites:
            own = self.own[site.code]
            if not own.is_valid():
                self.add_error(None, _own_problem(site, own))
            elif own.wish() and not cleaned.get(f"hours_{site.code}"):
                problem = _("%(site)s: a partition of its own needs GPU-hours there.")
                self.add_error(None, problem % {"site": site})
        return cleaned

    def site_fields(self) -> list[SiteFields]:
        """The fields of each site, for the template."""
        return [
            SiteFields(
                site=site,
                asked=self.asked.get(site.pk),
                hours=self[f"hours_{site.code}"],
                partitions=self[f"partitions_{site.code}"],
                own=self.own[site.code],
            )
            for site in self.sites
        ]

    def requested(self) -> list[RequestedHours]:
        """What was asked for, without another query."""
        return [
            RequestedHours(application=self.application, site=site, gpu_hours=self.asked[site.pk])
            for site in self.sites
            if site.pk in self.asked
        ]

    def awards(self) -> dict[Site, AwardLine]:
        """What would be granted; a site without hours is left out."""
        return {
            site: AwardLine(
                gpu_hours=hours,
                partitions=self._chosen_partitions(site),
                own=self.own[site.code].wish(),
            )
            for site in self.sites
            if (hours := self.cleaned_data[f"hours_{site.code}"])
        }

    def asked_awards(self) -> dict[Site, AwardLine]:
        """What was asked for, with the partitions of the track."""
        return {
            site: AwardLine(
                gpu_hours=self.asked[site.pk],
                partitions=[
                    partition
                    for partition in site.partitions.all()
                    if partition.pk in self.fields[f"partitions_{site.code}"].initial
                ],
            )
            for site in self.sites
            if site.pk in self.asked
        }

    def _own_form(self, site: Site) -> AwardedNodesForm:
        return AwardedNodesForm(
            self.data if self.is_bound else None,
            prefix=f"{self.prefix}-own_{site.code}",
            ends_on=last_day(timezone.localdate(), self.application.months or 1),
            site=site,
            site_nodes=nodes_of_site(site),
        )

    def _hours_field(self, site: Site) -> forms.IntegerField:
        return forms.IntegerField(
            label=_("GPU-hours"),
            required=False,
            min_value=0,
            max_value=MOST_GPU_HOURS,
            initial=self.asked.get(site.pk),
            help_text=_("Empty or 0: not at this site."),
        )

    def _chosen_partitions(self, site: Site) -> list[Any]:
        chosen = set(self.cleaned_data[f"partitions_{site.code}"])
        return [partition for partition in site.partitions.all() if partition.pk in chosen]


def _own_problem(site: Site, own: AwardedNodesForm) -> str:
    """What is wrong, for the list at the head of the page."""
    wrong = [
        f"{own.fields[name].label}: {' '.join(str(error) for error in errors)}"
        for name, errors in own.errors.items()
    ]
    words = {"site": site, "wrong": " ".join(wrong)}
    return _("%(site)s, partition of its own: %(wrong)s") % words


def _read_sites(application: Application) -> list[Site]:
    """All sites, with what was asked for there and what they last said, in two queries.

    With each is the type of GPU that was asked for, wherever that is.
    """
    asked = application.requested_hours.filter(site=OuterRef("pk")).values("gpu_hours")
    resources = application.section_answers.filter(section=Section.RESOURCES)
    gpu_type = resources.annotate(gpu_type=KeyTextTransform(GPU_TYPE, "answers")).values("gpu_type")
    of_track = application.rules().partitions.filter(pk=OuterRef("pk"))
    partitions = Partition.objects.annotate(is_of_track=Exists(of_track))
    return list(
        Site.objects.select_related("status")
        .annotate(asked=Subquery(asked), gpu_type=Subquery(gpu_type))
        .prefetch_related(Prefetch("partitions", partitions))
    )


def _partitions_field(site: Site) -> forms.TypedMultipleChoiceField:
    """Those of the track are proposed; of them those alone with the GPUs asked for, if any has."""
    partitions = site.partitions.all()
    of_track = [item for item in partitions if item.is_of_track]  # type: ignore[attr-defined]  # read with it
    fitting = [item for item in of_track if site.gpu_type in gpu_types_of(item)]  # type: ignore[attr-defined]  # read with it
    return forms.TypedMultipleChoiceField(
        label=_("Partitions"),
        required=False,
        coerce=int,
        choices=[(item.pk, f"{item.name}: {item.shown_description}") for item in partitions],
        initial=[item.pk for item in fitting or of_track],
        widget=forms.CheckboxSelectMultiple,
    )
