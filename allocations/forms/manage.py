"""What staff change after an award, as small forms."""

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.forms.decisions import LONGEST_REASON
from allocations.models import Allocation, Partition, Site
from allocations.models.applications import MOST_GPU_HOURS

LONGEST_DAYS_AHEAD = 5 * 366


class ReasonForm(forms.Form):
    """Why something changes."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The members of the project read this."),
    )


class BudgetForm(ReasonForm):
    """GPU-hours to add, or with a minus to take away."""

    gpu_hours = forms.IntegerField(
        label=_("GPU-hours to add"),
        min_value=-MOST_GPU_HOURS,
        max_value=MOST_GPU_HOURS,
        help_text=_("With a minus, hours are taken away: -100."),
    )
    seen_minutes = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order = ("gpu_hours", "reason")

    def clean_gpu_hours(self) -> int:
        """Anything but nothing."""
        hours: int = self.cleaned_data["gpu_hours"]
        if hours == 0:
            raise forms.ValidationError(_("Enter a number other than 0."))
        return hours


class HoursForm(ReasonForm):
    """GPU-hours, at least one."""

    gpu_hours = forms.IntegerField(
        label=_("GPU-hours"), min_value=1, max_value=MOST_GPU_HOURS, required=True
    )
    seen_minutes = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order: tuple[str, ...] = ("gpu_hours", "reason")


class EndForm(ReasonForm):
    """Another last day."""

    ends_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("A day before today ends the allocation at once; running jobs run out."),
    )

    field_order: tuple[str, ...] = ("ends_on", "reason")

    def clean_ends_on(self) -> date:
        """A day that somebody can have meant."""
        ends_on: date = self.cleaned_data["ends_on"]
        if ends_on > timezone.localdate() + timedelta(days=LONGEST_DAYS_AHEAD):
            raise forms.ValidationError(_("This is more than five years ahead."))
        return ends_on


class RenewalForm(HoursForm, EndForm):
    """Hours for another period, and its last day."""

    field_order = ("gpu_hours", "ends_on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gpu_hours"].label = _("GPU-hours to grant anew")
        self.fields["ends_on"].label = _("New last day")
        self.fields["ends_on"].help_text = ""


class RefundForm(HoursForm):
    """Hours to give back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gpu_hours"].label = _("GPU-hours to give back")
        self.fields["reason"].help_text = _(
            "Name the jobs and what happened. The members of the project read this."
        )


class TransferForm(HoursForm):
    """Hours to move, and where to."""

    field_order = ("to_site", "gpu_hours", "partitions", "reason")

    to_site = forms.ModelChoiceField(queryset=Site.objects.none(), label=_("To"))
    partitions = forms.ModelMultipleChoiceField(
        queryset=Partition.objects.none(),
        label=_("Partitions, where the project is new"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, allocation: Allocation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gpu_hours"].label = _("GPU-hours to move")
        elsewhere = Site.objects.exclude(pk=allocation.site_id)
        known = Allocation.objects.filter(project=allocation.project_id).values("site")
        new = Partition.objects.filter(site__in=elsewhere).exclude(site__in=known)
        cast(forms.ModelChoiceField[Site], self.fields["to_site"]).queryset = elsewhere
        cast(forms.ModelChoiceField[Partition], self.fields["partitions"]).queryset = new
        if not new.exists():
            del self.fields["partitions"]
