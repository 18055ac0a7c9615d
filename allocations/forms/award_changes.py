"""What people ask to have changed, and how staff find and decide it."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from accounts.models import User
from allocations.forms.decisions import LONGEST_REASON
from allocations.models import Allocation, AwardChange, Site
from allocations.models.applications import MOST_GPU_HOURS
from allocations.rules.award_changes import OPEN_CHANGES, ChangeKind, ChangeState
from allocations.rules.text import several_lines

EVERY_STATE = "all"


class WhyForm(forms.Form):
    """A reason that somebody reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def clean_reason(self) -> str:
        """The text without what could change how it reads; something has to be left."""
        reason = several_lines(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError(_("Write something that can be read."))
        return reason


class MemberChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """People, called by their names and, since two may share one, their addresses."""

    def label_from_instance(self, obj: User) -> str:
        """Name and address."""
        return f"{obj.full_name} ({obj.email})"


class LeaderForm(WhyForm):
    """Which member is to lead a project."""

    member = MemberChoice(queryset=User.objects.none(), label=_("New leader"))

    field_order = ("member", "reason")

    def __init__(self, *args: Any, among: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["member"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = among


class SiteChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The allocations of a project, called by their sites."""

    def label_from_instance(self, obj: Allocation) -> str:
        """The name of the site."""
        return obj.site.name


class ChangeForm(WhyForm):
    """One kind of change of a project: at which site, and what that kind needs to know."""

    NEEDS: ClassVar[dict[str, tuple[str, ...]]] = {
        ChangeKind.EXTENSION: ("ends_on", "gpu_hours"),
        ChangeKind.SUPPLEMENT: ("gpu_hours",),
        ChangeKind.TRANSFER: ("gpu_hours", "to_site"),
        ChangeKind.PAUSE: (),
        ChangeKind.RESUMPTION: (),
    }

    allocation = SiteChoice(queryset=Allocation.objects.none(), label=_("Site"))
    ends_on = forms.DateField(
        label=_("New last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    gpu_hours = forms.IntegerField(label=_("GPU-hours"), min_value=1, max_value=MOST_GPU_HOURS)
    to_site = forms.ModelChoiceField(queryset=Site.objects.none(), label=_("To"))

    field_order = ("allocation", "ends_on", "gpu_hours", "to_site", "reason")

    def __init__(
        self, *args: Any, at: QuerySet[Allocation], kind: ChangeKind, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in {"ends_on", "gpu_hours", "to_site"} - set(self.NEEDS[kind]):
            del self.fields[name]
        self._choose_from(at)
        if kind == ChangeKind.EXTENSION:
            self.fields["gpu_hours"].required = False
            self.fields["gpu_hours"].label = _("GPU-hours to add, if you need more")

    def _choose_from(self, at: QuerySet[Allocation]) -> None:
        site = self.fields["allocation"]
        if isinstance(site, forms.ModelChoiceField):
            site.queryset = at
            site.initial = site.queryset.first() if site.queryset.count() == 1 else None
        target = self.fields.get("to_site")
        if isinstance(target, forms.ModelChoiceField):
            target.queryset = Site.objects.all()

    def asked(self) -> dict[str, Any]:
        """What to hand to the action."""
        asked = dict(self.cleaned_data)
        return {"allocation_id": asked.pop("allocation").pk, "kind": self.kind, **asked}


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


class ChangesFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Changes by state, kind, site and words; those that wait by default."""

    q = WordFilter(
        _("Project, title, reference or person"),
        "application__reference",
        "application__title",
        "application__project__name",
        "asked_by__first_name",
        "asked_by__last_name",
    )
    state = filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("Open"),
        choices=[(EVERY_STATE, _("All")), *ChangeState.choices],
        method="of_state",
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=ChangeKind.choices, empty_label=_("All"))
    site = filters.ModelChoiceFilter(
        label=_("Site"),
        field_name="allocation__site",
        queryset=_sites,
        to_field_name="code",
        empty_label=_("All"),
    )

    def of_state(
        self, changes: QuerySet[AwardChange], name: str, value: str
    ) -> QuerySet[AwardChange]:
        """Those in one state, or in any."""
        return changes if value == EVERY_STATE else changes.filter(state=value)

    def filter_queryset(self, queryset: QuerySet[AwardChange]) -> QuerySet[AwardChange]:
        """What was asked for; without a state, what waits."""
        found: QuerySet[AwardChange] = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            found = found.filter(state__in=OPEN_CHANGES)
        return found
