"""What a site's Slurm should be: computed afresh from the database each time it is asked for."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

from accounts.models import UnixIdentity
from allocations.account_members import AccountMembers, members_by_allocation
from allocations.models import (
    Allocation,
    DedicatedPartition,
    JobCancel,
    Partition,
    Site,
    SitePlan,
    Track,
)
from allocations.models.partitions import MINUTES_WITHOUT_LIMIT
from allocations.rules.budgets import limit_in_slurm
from allocations.rules.naming import QOS_MARK, TREE_MARK, TREE_ROOT, track_account
from allocations.rules.text import one_line
from allocations.rules.units import MINUTES_AN_HOUR
from allocations.states import AllocationState
from slurm_bridge.wire import (
    DesiredAccount,
    DesiredGroup,
    DesiredKey,
    DesiredPartition,
    DesiredQos,
    DesiredState,
    DesiredUser,
)
from slurm_bridge.wire_leaving import ConfirmedCancel

LONGEST_REASON = 500
Item = TypeVar("Item")
_CLOSED = frozenset({AllocationState.EXPIRED, AllocationState.SUSPENDED})


def desired_state(site: Site) -> DesiredState:
    """All that Belfry wants at one site today; the revision changes when the content does."""
    return desired_states([site])[site]


def desired_states(
    sites: Collection[Site], *, projects: Collection[int] | None = None
) -> dict[Site, DesiredState]:
    """The same of several sites, in as many queries as of one.

    With the keys of projects it is what is wanted for these alone, at a cost that does not grow
    with the others.
    """
    today = timezone.localdate()
    wanted = Allocation.objects.taken_up().with_grants().filter(site__in=sites)
    allocations = list(
        (wanted if projects is None else wanted.filter(project__in=projects))
        .select_related("project", "project__track", "project__unix_group", "site", "dedicated")
        .prefetch_related("partitions")
        .order_by("account_name")
    )
    known = _Known(
        allocations=_by_site((item.site_id, item) for item in allocations),
        members=members_by_allocation(allocations, today),
        tree=_tree(),
        partitions=_by_site(
            Partition.objects.filter(site__in=sites).order_by("name").values_list("site", "name")
        ),
        dedicated=_dedicated(sites, today),
        plans=_by_site(
            SitePlan.objects.approved()
            .filter(site__in=sites)
            .order_by("plan_id")
            .values_list("site", "plan_id")
        ),
        cancels=_cancels(sites),
    )
    return {site: _state(site, known, today) for site in sites}


@dataclass(frozen=True)
class _Known:
    """What was read: by site, or for all of them."""

    allocations: Mapping[int, list[Allocation]]
    members: Mapping[int, AccountMembers]
    tree: list[DesiredAccount]
    partitions: Mapping[int, list[str]]
    dedicated: Mapping[int, list[DesiredPartition]]
    plans: Mapping[int, list[str]]
    cancels: Mapping[int, list[ConfirmedCancel]]


def _by_site(rows: Iterable[tuple[int, Item]]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    for site_id, item in rows:
        found.setdefault(site_id, []).append(item)
    return found


def _state(site: Site, known: _Known, today: date) -> DesiredState:
    allocations = known.allocations.get(site.pk, [])
    members = {item.pk: known.members[item.pk] for item in allocations}
    welcome = _who_may_sign_in(allocations, members, today)
    content = DesiredState(
        revision="",
        cluster=site.cluster,
        generated_at=0,
        users=tuple(_users(members, welcome)),
        groups=tuple(_groups(allocations, members)),
        qos=tuple(
            DesiredQos(
                name=allocation.qos_name,
                owner_mark=QOS_MARK,
                gpu_minutes=limit_in_slurm(allocation.granted_minutes, allocation.lost_minutes),
            )
            for allocation in allocations
            if allocation.adopted_at is None
        ),
        accounts=(*known.tree, *_projects(allocations, members, today)),
        partitions=tuple(known.partitions.get(site.pk, [])),
        dedicated=tuple(known.dedicated.get(site.pk, [])),
        approved_plans=tuple(known.plans.get(site.pk, [])),
        confirmed_cancels=tuple(known.cancels.get(site.pk, [])),
    )
    return content.model_copy(
        update={"revision": _revision(content), "generated_at": int(timezone.now().timestamp())}
    )


def _who_may_sign_in(
    allocations: list[Allocation], members: dict[int, AccountMembers], today: date
) -> set[int]:
    """The numbers of those with a project here that has not ended long ago."""
    earliest = today - timedelta(days=settings.ACCESS_DAYS_AFTER_END)
    return {
        person.uid
        for allocation in allocations
        if allocation.adopted_at or allocation.ends_on >= earliest
        for person in members[allocation.pk].people
        if person.user.is_active
    }


def _users(members: dict[int, AccountMembers], welcome: set[int]) -> list[DesiredUser]:
    identities = {person.uid: person for part in members.values() for person in part.people}
    return [
        DesiredUser(
            username=identities[uid].username,
            uid=uid,
            keys=_keys(identities[uid]) if uid in welcome else (),
        )
        for uid in sorted(identities)
    ]


def _keys(person: UnixIdentity) -> tuple[DesiredKey, ...]:
    return tuple(
        DesiredKey(
            line=key.line, expires_at=int(key.expires_at.timestamp()) if key.expires_at else None
        )
        for key in person.user.ssh_keys.all()
    )


def _groups(
    allocations: list[Allocation], members: dict[int, AccountMembers]
) -> Iterator[DesiredGroup]:
    """One for each project, of the project's name whatever its account is called here.

    What was adopted has groups of its own, which are left as they are.
    """
    for allocation in allocations:
        group = allocation.project.unix_group
        if group is not None and allocation.adopted_at is None:
            names = members[allocation.pk].usernames
            yield DesiredGroup(name=group.name, gid=group.gid, members=names)


def _tree() -> list[DesiredAccount]:
    """The accounts that only hold others; all tracks, so that a first project is quicker."""
    top = DesiredAccount(name=TREE_ROOT, parent="root", owner_mark=TREE_MARK)
    codes = Track.objects.order_by("code").values_list("code", flat=True)
    tracks = [
        DesiredAccount(name=track_account(code), parent=TREE_ROOT, owner_mark=TREE_MARK)
        for code in codes
    ]
    return [top, *tracks]


def _projects(
    allocations: list[Allocation], members: dict[int, AccountMembers], today: date
) -> list[DesiredAccount]:
    return [
        DesiredAccount(
            name=allocation.account_name,
            parent=track_account(allocation.project.track.code),
            owner_mark=allocation.project.owner_mark,
            qos=None if allocation.adopted_at else allocation.qos_name,
            members=members[allocation.pk].usernames,
            partitions=_partitions(allocation, today),
            suspended=allocation.state_on(today) in _CLOSED,
            ends_on=allocation.ends_on,
            closed_because=_why_closed(allocation, today),
            confirmed=allocation.active_since is not None,
            adopted=members[allocation.pk].adopted,
        )
        for allocation in allocations
    ]


def _partitions(allocation: Allocation, today: date) -> tuple[str, ...]:
    """What its jobs may name; a partition of its own comes last."""
    shared = sorted(partition.name for partition in allocation.partitions.all())
    own = getattr(allocation, "dedicated", None)
    return (*shared, own.name) if own and own.is_open_on(today) else tuple(shared)


def _dedicated(sites: Collection[Site], today: date) -> dict[int, list[DesiredPartition]]:
    """Those that have ended, too: the site removes them once they are empty."""
    found = DedicatedPartition.objects.filter(
        allocation__site__in=sites, allocation__is_offered=False
    ).select_related("allocation__project")
    # An account that was given back, and its name used again, may have left one behind.
    newest = {(own.allocation.site_id, own.name): own for own in found.order_by("pk")}
    return _by_site((site_id, _own(own, today)) for (site_id, _name), own in newest.items())


def _own(partition: DedicatedPartition, today: date) -> DesiredPartition:
    minutes = partition.max_hours * MINUTES_AN_HOUR
    return DesiredPartition(
        name=partition.name,
        owner_mark=partition.allocation.project.owner_mark,
        account=partition.allocation.account_name,
        nodes=partition.nodes,
        default_minutes=min(minutes, MINUTES_WITHOUT_LIMIT),
        max_minutes=minutes,
        max_nodes=partition.max_nodes,
        priority=partition.priority,
        memory_mb_per_cpu=partition.memory_mb_per_cpu,
        ends_on=partition.last_day(),
        closed=not partition.is_open_on(today),
    )


def _cancels(sites: Collection[Site]) -> dict[int, list[ConfirmedCancel]]:
    """What staff have confirmed and the site has not said to be over."""
    waiting = JobCancel.objects.waiting().filter(allocation__site__in=sites)
    return _by_site(
        (
            cancel.allocation.site_id,
            ConfirmedCancel(
                account=cancel.allocation.account_name,
                username=cancel.username,
                job_ids=tuple(cancel.job_ids),
            ),
        )
        for cancel in waiting.select_related("allocation")
    )


def _why_closed(allocation: Allocation, today: date) -> str:
    """What members are told at the site; an expiry needs no reason beyond its date."""
    if allocation.state_on(today) != AllocationState.SUSPENDED:
        return ""
    return one_line(allocation.suspended_because)[:LONGEST_REASON]


def _revision(content: DesiredState) -> str:
    text = json.dumps(content.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
