"""Which partitions a project may use, and partitions that a project has to itself."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from allocations.actions import partitions as actions
from allocations.forms.dedicated import usual_partition
from allocations.forms.manage import ReasonForm
from allocations.forms.partitions import DedicatedForm, PartitionsForm
from allocations.models import Allocation
from allocations.site_overview import nodes_of_site
from allocations.views.manage import AllocationChange, change_allocation


def _dedicated_now(allocation: Allocation) -> dict[str, Any]:
    """What the partition is, or what is usual for one."""
    own = getattr(allocation, "dedicated", None)
    if own is None:
        return usual_partition(allocation.ends_on)
    names = ("nodes", "max_hours", "max_nodes", "priority", "memory_mb_per_cpu", "ends_on")
    return {name: getattr(own, name) for name in names}


_PARTITIONS = AllocationChange(
    form_class=PartitionsForm,
    heading=_("Choose the partitions"),
    explanation=_("The members can submit jobs to these partitions within seconds."),
    button=_("Choose these partitions"),
    done=_("The partitions are changed; the site applies it within seconds."),
    act=actions.change_partitions,
    initial=lambda allocation: {"partitions": list(allocation.partitions.all())},
    options=lambda allocation: {"choices": allocation.site.partitions.all()},
)
_DEDICATED = AllocationChange(
    form_class=DedicatedForm,
    heading=_("A partition of its own"),
    explanation=_("Only members of this project can submit to it."),
    button=_("Set the partition"),
    done=_("The partition is set; the site makes it within seconds."),
    act=actions.set_dedicated_partition,
    initial=_dedicated_now,
    options=lambda allocation: {
        "site": allocation.site,
        "site_nodes": nodes_of_site(allocation.site),
    },
)
_END_DEDICATED = AllocationChange(
    form_class=ReasonForm,
    heading=_("End the partition of its own"),
    explanation=_("It takes no new jobs at once, and is removed after the last job on it."),
    button=_("End the partition"),
    done=_("The partition ends: the site takes no new jobs on it within seconds."),
    act=actions.end_dedicated_partition,
    is_grave=True,
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_partitions(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Open partitions of the site to a project."""
    return change_allocation(request, allocation_id, _PARTITIONS)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dedicated(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Give a project nodes of its own, or change what it has."""
    return change_allocation(request, allocation_id, _DEDICATED)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_dedicated(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Take them away again."""
    return change_allocation(request, allocation_id, _END_DEDICATED)
