"""Who may use which partition, and partitions that one project has to itself."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, action
from accounts.models import User
from allocations.actions.wake import wake_sites
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, DedicatedPartition, Partition, Site
from allocations.rules.nodes import shared_nodes, unknown_nodes
from allocations.site_overview import nodes_of_site
from slurm_bridge.node_lists import NodeListError, folded, nodes_of


@dataclass(frozen=True)
class PartitionWish:
    """Nodes that one project is to have to itself."""

    nodes: str
    max_hours: int
    max_nodes: int | None
    """In one job; None for all of them."""
    priority: int
    memory_mb_per_cpu: int
    ends_on: date


@action
def add_partition(*, site: Site, name: str, description: str, actor: Actor) -> Partition:
    """Let Belfry change the access list of a partition that the site's administrator defines."""
    partition, _created = Partition.objects.update_or_create(
        site=site, name=name, defaults={"description": description}
    )
    wake_sites([site])
    return partition


@action
def change_partitions(
    *, allocation_id: int, partitions: Collection[Partition], actor: User
) -> Allocation:
    """Open exactly these partitions of its site to an allocation."""
    allocation = _lock(allocation_id)
    if not partitions:
        raise RefusedError(_("Choose one partition at least."))
    if any(partition.site_id != allocation.site_id for partition in partitions):
        raise RefusedError(_("A partition chosen is at another site."))
    allocation.partitions.set(partitions)
    wake_sites([allocation.site])
    return allocation


@action
def set_dedicated_partition(
    *,
    allocation_id: int,
    nodes: str,
    max_hours: int,
    max_nodes: int | None,
    priority: int,
    memory_mb_per_cpu: int,
    ends_on: date,
    reason: str,
    actor: User,
) -> DedicatedPartition:
    """Give a project nodes of its own until a day, or change what it has."""
    wish = PartitionWish(
        nodes=nodes,
        max_hours=max_hours,
        max_nodes=max_nodes,
        priority=priority,
        memory_mb_per_cpu=memory_mb_per_cpu,
        ends_on=ends_on,
    )
    allocation = _lock(allocation_id)
    partition = give_partition(allocation, wish, reason=reason)
    wake_sites([allocation.site])
    return partition


def give_partition(
    allocation: Allocation, wish: PartitionWish, *, reason: str
) -> DedicatedPartition:
    """Give a project these nodes, or refuse; call it inside an action, the allocation locked."""
    [site] = hold_nodes([allocation.site])
    wanted = partition_for(allocation, wish, reason=reason, site=site)
    partition, _created = DedicatedPartition.objects.update_or_create(
        allocation=allocation, defaults=asdict(wish) | {"nodes": wanted.nodes, "reason": reason}
    )
    return partition


def hold_nodes(sites: Iterable[Site]) -> list[Site]:
    """These sites as they are now, locked, so that two projects cannot get the same node."""
    # Weaker than what a new allocation holds on its site, so that two approvals cannot block both.
    locked = Site.objects.select_for_update(no_key=True).filter(pk__in=[site.pk for site in sites])
    return list(locked.order_by("pk"))


def partition_for(
    allocation: Allocation, wish: PartitionWish, *, reason: str, site: Site
) -> DedicatedPartition:
    """What a project would have to itself, not stored; RefusedError where it cannot have it."""
    nodes = _checked_nodes(allocation, wish.nodes, site)
    if not timezone.localdate() <= wish.ends_on <= allocation.ends_on:
        raise RefusedError(_("The last day must be from today to the last day of the allocation."))
    if wish.max_nodes is not None and wish.max_nodes > len(nodes_of(nodes)):
        raise RefusedError(_("One job cannot have more nodes than the partition."))
    terms = asdict(wish) | {"nodes": nodes, "reason": reason}
    return DedicatedPartition(allocation=allocation, **terms)


@action
def end_dedicated_partition(*, allocation_id: int, reason: str, actor: User) -> DedicatedPartition:
    """Take no new jobs from now on; the site removes the partition after the last job on it."""
    allocation = _lock(allocation_id)
    today = timezone.localdate()
    partition = DedicatedPartition.objects.filter(allocation=allocation).first()
    if partition is None or not partition.is_open_on(today):
        raise StateError(_("This allocation has no partition of its own any more."))
    partition.ends_on = today - timedelta(days=1)
    partition.reason = reason
    partition.save(update_fields=["ends_on", "reason"])
    wake_sites([allocation.site])
    return partition


def _checked_nodes(allocation: Allocation, nodes: str, site: Site) -> str:
    """The nodes, folded, if they are there and nobody else has them to itself."""
    known = nodes_of_site(site)
    if not known:
        raise RefusedError(_("The site has not said yet which nodes it has; try again later."))
    today = timezone.localdate()
    others = DedicatedPartition.objects.open_on(today).filter(allocation__site=site)
    try:
        nodes = folded(nodes)
        missing = unknown_nodes(nodes, known)
        taken = shared_nodes(
            nodes, others.exclude(allocation=allocation.pk).values_list("nodes", flat=True)
        )
    except NodeListError as error:
        raise RefusedError(_("These nodes cannot be read: %(why)s.") % {"why": error}) from error
    if missing or not nodes:
        raise RefusedError(
            _("%(site)s has no node %(node)s.") % {"site": site, "node": ", ".join(missing[:5])}
        )
    if taken:
        raise RefusedError(
            _("Another project has %(nodes)s to itself.") % {"nodes": ", ".join(taken[:5])}
        )
    return nodes


def _lock(allocation_id: int) -> Allocation:
    return (
        Allocation.objects.select_for_update(of=["self"])
        .select_related("site", "project")
        .get(pk=allocation_id)
    )
