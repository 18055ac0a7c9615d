"""A partition that a project has to itself, as a form: at the award, or afterwards."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.actions.partitions import PartitionWish
from allocations.models import Site
from allocations.models.partitions import HIGHEST_PRIORITY
from slurm_bridge.node_lists import LONGEST_LIST, NodeListError, folded

LONGEST_JOB_HOURS = 366 * 24
MOST_MEMORY_MB = 10_000_000
USUAL_PRIORITY = 10
USUAL_HOURS = 24
USUAL_MEMORY_MB = 2000


def usual_partition(ends_on: date) -> dict[str, Any]:
    """What is usual for one; only the nodes are always to be said."""
    return {
        "max_hours": USUAL_HOURS,
        "priority": USUAL_PRIORITY,
        "memory_mb_per_cpu": USUAL_MEMORY_MB,
        "ends_on": ends_on,
    }


class NodesForm(forms.Form):
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

    def __init__(self, *args: Any, site: Site, site_nodes: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nodes"].help_text = (
            _("Such as node[1-4],node7. %(site)s has %(nodes)s.")
            % {"site": site, "nodes": site_nodes}
            if site_nodes
            else _("%(site)s has not said yet which nodes it has.") % {"site": site}
        )

    def clean_nodes(self) -> str:
        """The list, as short as it can be written."""
        try:
            return folded(self.cleaned_data["nodes"])
        except NodeListError as error:
            raise forms.ValidationError(
                _("These nodes cannot be read: %(why)s."), params={"why": str(error)}
            ) from error


class AwardedNodesForm(NodesForm):
    """The same beside an award, where most get none: left as it stands, it asks for nothing."""

    def __init__(self, *args: Any, ends_on: date, **kwargs: Any) -> None:
        super().__init__(
            *args,
            initial=usual_partition(ends_on),
            empty_permitted=True,
            use_required_attribute=False,
            **kwargs,
        )

    def has_changed(self) -> bool:
        """Whether something was typed; what was not sent was not typed."""
        return any(self.add_prefix(name) in self.data for name in self.changed_data)

    def wish(self) -> PartitionWish | None:
        """The partition that is asked for, if any."""
        return PartitionWish(**self.cleaned_data) if self.cleaned_data else None
