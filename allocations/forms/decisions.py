"""The three outcomes of a review as forms."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from allocations.actions.decisions import AwardLine
from allocations.models import Application, Site
from allocations.models.applications import MOST_GPU_HOURS

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


class ApprovalForm(ReviewForm):
    """Hours and partitions for each site; what was asked for stands there at first."""

    prefix = "approve"

    def __init__(
        self, application: Application, *args: Any, needs_reason: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(application, *args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.asked = {line.site_id: line.gpu_hours for line in application.requested_hours.all()}
        self.sites = list(Site.objects.prefetch_related("partitions"))
        of_track = set(application.track.partitions.values_list("pk", flat=True))
        for site in self.sites:
            self.fields[f"hours_{site.code}"] = self._hours_field(site)
            self.fields[f"partitions_{site.code}"] = _partitions_field(site, of_track)

    def site_fields(self) -> list[SiteFields]:
        """The fields of each site, for the template."""
        return [
            SiteFields(
                site=site,
                asked=self.asked.get(site.pk),
                hours=self[f"hours_{site.code}"],
                partitions=self[f"partitions_{site.code}"],
            )
            for site in self.sites
        ]

    def awards(self) -> dict[Site, AwardLine]:
        """What would be granted; a site without hours is left out."""
        return {
            site: AwardLine(gpu_hours=hours, partitions=self._chosen_partitions(site))
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


def _partitions_field(site: Site, of_track: set[int]) -> forms.TypedMultipleChoiceField:
    partitions = site.partitions.all()
    return forms.TypedMultipleChoiceField(
        label=_("Partitions"),
        required=False,
        coerce=int,
        choices=[(item.pk, f"{item.name}: {item.description}") for item in partitions],
        initial=[item.pk for item in partitions if item.pk in of_track],
        widget=forms.CheckboxSelectMultiple,
    )
