"""Which partitions a project may use, as forms."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from allocations.forms.dedicated import NodesForm
from allocations.forms.manage import ReasonForm
from allocations.models import Partition


class PartitionChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Partitions as people know them, with the site where they are of several."""

    widget = forms.CheckboxSelectMultiple
    names_site = False

    def label_from_instance(self, obj: Partition) -> str:
        """Name, site and description."""
        return f"{obj if self.names_site else obj.name}: {obj.shown_description}"


class PartitionsForm(forms.Form):
    """Some of the partitions that there are."""

    def __init__(self, *args: Any, choices: QuerySet[Partition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partitions"] = PartitionChoice(choices, label=_("Partitions"))


class DedicatedForm(NodesForm, ReasonForm):
    """Nodes, limits, priority and last day, with the reason for a change."""

    field_order = (
        "nodes", "max_hours", "max_nodes", "priority", "memory_mb_per_cpu", "ends_on", "reason",
    )  # fmt: skip
