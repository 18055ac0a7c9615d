"""Which partitions a project or a track may use, as forms."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from allocations.forms.manage import ReasonForm
from allocations.models import Allocation, Partition
from allocations.models.partitions import HIGHEST_PRIORITY
from slurm_bridge.node_lists import LONGEST_LIST, NodeListError, folded

LONGEST_JOB_HOURS = 366 * 24
MOST_MEMORY_MB = 10_000_000


class PartitionChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Partitions as people know them, with the site where they are of several."""

    widget = forms.CheckboxSelectMultiple
    names_site = False

    def label_from_instance(self, obj: Partition) -> str:
        """Name, site and description."""
        return f"{obj if self.names_site else obj.name}: {obj.description}"


class PartitionsForm(forms.Form):
    """Some of the partitions that there are."""

    def __init__(
        self, *args: Any, choices: QuerySet[Partition], is_for_track: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = PartitionChoice(choices, label=_("Partitions"), required=not is_for_track)
        field.names_site = is_for_track
        self.fields["partitions"] = field


class DedicatedForm(ReasonForm):
    """Nodes, limits, priority and last day."""

    nodes = forms.CharField(label=_("Nodes"), max_length=LONGEST_LIST)
    max_hours = forms.IntegerField(
        label=_("Longest job, in hours"), min_value=1, max_value=LONGEST_JOB_HOURS
    )
    max_nodes = forms.IntegerField(
        label=_("Most nodes in one job"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("Empty: all of them."),
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=1,
        max_value=HIGHEST_PRIORITY,
        help_text=_("Jobs of a higher one start first on nodes that partitions share. Others: 1."),
    )
    memory_mb_per_cpu = forms.IntegerField(
        label=_("Memory for each core, in MB"),
        min_value=1,
        max_value=MOST_MEMORY_MB,
        help_text=_("For jobs that do not say how much they need."),
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Running and waiting jobs still come to their end after it."),
    )

    field_order = (
        "nodes", "max_hours", "max_nodes", "priority", "memory_mb_per_cpu", "ends_on", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, allocation: Allocation, site_nodes: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nodes"].help_text = (
            _("Such as node[1-4],node7. %(site)s has %(nodes)s.")
            % {"site": allocation.site, "nodes": site_nodes}
            if site_nodes
            else _("%(site)s has not said yet which nodes it has.") % {"site": allocation.site}
        )

    def clean_nodes(self) -> str:
        """The list, as short as it can be written."""
        try:
            return folded(self.cleaned_data["nodes"])
        except NodeListError as error:
            raise forms.ValidationError(
                _("These nodes cannot be read: %(why)s."), params={"why": str(error)}
            ) from error
