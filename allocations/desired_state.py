"""What a site's Slurm should be: computed afresh from the database each time it is asked for."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
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


@dataclass(frozen=True)
class SiteAccount:
    """An allocation with all that its site is told of it."""

    allocation: Allocation
    granted_minutes: int
    members: AccountMembers
    partitions: tuple[str, ...]
    """The shared ones that its jobs may name, by name."""
    own: DedicatedPartition | None
    """What it has, or had, to itself."""


@dataclass(frozen=True)
class Surroundings:
    """What a site is told beside the accounts of projects."""

    tracks: Collection[str]
    """The codes of those whose accounts hold the others."""
    partitions: Sequence[str] = ()
    dedicated: Sequence[DedicatedPartition] = ()
    plans: Sequence[str] = ()
    cancels: Sequence[ConfirmedCancel] = ()

    def with_own(self, partition: DedicatedPartition | None) -> "Surroundings":
        """The same with another partition of a project's own, if there is one."""
        return self if partition is None else replace(self, dedicated=[*self.dedicated, partition])


def desired_state(site: Site) -> DesiredState:
    """All that Belfry wants at one site today; the revision changes when the content does."""
    return desired_states([site])[site]


def desired_states(sites: Collection[Site]) -> dict[Site, DesiredState]:
    """The same of several sites, in as many queries as of one."""
    today = timezone.localdate()
    accounts = site_accounts(sites, today)
    # Also tracks without a project, so that the first one is quicker.
    tracks = list(Track.objects.published().order_by("code").values_list("code", flat=True))
    partitions = _by_site(
        Partition.objects.filter(site__in=sites).order_by("name").values_list("site", "name")
    )
    dedicated = dedicated_partitions(sites)
    plans = _by_site(
        SitePlan.objects.approved()
        .filter(site__in=sites)
        .order_by("plan_id")
        .values_list("site", "plan_id")
    )
    cancels = _cancels(sites)
    return {
        site: state_of(
            site,
            accounts.get(site.pk, []),
            Surroundings(
                tracks=tracks,
                partitions=partitions.get(site.pk, []),
                dedicated=dedicated.get(site.pk, []),
                plans=plans.get(site.pk, []),
                cancels=cancels.get(site.pk, []),
            ),
            today,
        )
        for site in sites
    }


def site_accounts(
    sites: Collection[Site], today: date, *, projects: QuerySet[Any] | None = None
) -> dict[int, list[SiteAccount]]:
    """The accounts that Belfry looks after at each site, by key, or those of some projects."""
    wanted = Allocation.objects.taken_up().with_grants().filter(site__in=sites)
    shared = Allocation.partitions.through.objects.filter(allocation=OuterRef("pk"))
    allocations = list(
        (wanted if projects is None else wanted.filter(project__in=projects))
        .annotate(partition_names=ArraySubquery(shared.values("partition__name")))
        .select_related("project", "project__track", "project__unix_group", "site", "dedicated")
        .order_by("account_name")
    )
    members = members_by_allocation(allocations, today) if allocations else {}
    return _by_site(
        (
            item.site_id,
            SiteAccount(
                allocation=item,
                granted_minutes=item.granted_minutes,
                members=members[item.pk],
                partitions=tuple(sorted(item.partition_names)),  # type: ignore[attr-defined]  # read with it
                own=getattr(item, "dedicated", None),
            ),
        )
        for item in allocations
    )


def _by_site(rows: Iterable[tuple[int, Item]]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    for site_id, item in rows:
        found.setdefault(site_id, []).append(item)
    return found


def state_of(
    site: Site, accounts: Sequence[SiteAccount], around: Surroundings, today: date
) -> DesiredState:
    """What a site is told that has these accounts, whether they are stored or not."""
    welcome = _who_may_sign_in(accounts, today)
    content = DesiredState(
        revision="",
        cluster=site.cluster,
        generated_at=0,
        users=tuple(_users(accounts, welcome)),
        groups=tuple(_groups(accounts)),
        qos=tuple(
            DesiredQos(
                name=item.allocation.qos_name,
                owner_mark=QOS_MARK,
                gpu_minutes=limit_in_slurm(item.granted_minutes, item.allocation.lost_minutes),
            )
            for item in accounts
            if item.allocation.adopted_at is None
        ),
        accounts=(*_tree(around.tracks), *_projects(accounts, today)),
        partitions=tuple(around.partitions),
        dedicated=tuple(_own(partition, today) for partition in around.dedicated),
        approved_plans=tuple(around.plans),
        confirmed_cancels=tuple(around.cancels),
    )
    return content.model_copy(
        update={"revision": _revision(content), "generated_at": int(timezone.now().timestamp())}
    )


def _who_may_sign_in(accounts: Sequence[SiteAccount], today: date) -> set[int]:
    """The numbers of those with a project here that has not ended long ago."""
    earliest = today - timedelta(days=settings.ACCESS_DAYS_AFTER_END)
    return {
        person.uid
        for item in accounts
        if item.allocation.adopted_at or item.allocation.ends_on >= earliest
        for person in item.members.people
        if person.user.is_active
    }


def _users(accounts: Sequence[SiteAccount], welcome: set[int]) -> list[DesiredUser]:
    identities = {person.uid: person for item in accounts for person in item.members.people}
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


def _groups(accounts: Sequence[SiteAccount]) -> Iterator[DesiredGroup]:
    """One for each project, of the project's name whatever its account is called here.

    What was adopted has groups of its own, which are left as they are.
    """
    for item in accounts:
        group = item.allocation.project.unix_group
        if group is not None and item.allocation.adopted_at is None:
            yield DesiredGroup(name=group.name, gid=group.gid, members=item.members.usernames)


def _tree(tracks: Collection[str]) -> list[DesiredAccount]:
    """The accounts that only hold others."""
    top = DesiredAccount(name=TREE_ROOT, parent="root", owner_mark=TREE_MARK)
    return [
        top,
        *(
            DesiredAccount(name=track_account(code), parent=TREE_ROOT, owner_mark=TREE_MARK)
            for code in tracks
        ),
    ]


def _projects(accounts: Sequence[SiteAccount], today: date) -> Iterator[DesiredAccount]:
    for item in accounts:
        allocation = item.allocation
        yield DesiredAccount(
            name=allocation.account_name,
            parent=track_account(allocation.project.track.code),
            owner_mark=allocation.project.owner_mark,
            qos=None if allocation.adopted_at else allocation.qos_name,
            members=item.members.usernames,
            partitions=_partitions(item, today),
            suspended=allocation.state_on(today) in _CLOSED,
            ends_on=allocation.ends_on,
            closed_because=_why_closed(allocation, today),
            confirmed=allocation.active_since is not None,
            adopted=item.members.adopted,
        )


def _partitions(item: SiteAccount, today: date) -> tuple[str, ...]:
    """What its jobs may name; a partition of its own comes last."""
    own = item.own
    return (*item.partitions, own.name) if own and own.is_open_on(today) else item.partitions


def dedicated_partitions(sites: Collection[Site]) -> dict[int, list[DedicatedPartition]]:
    """Those of each site, by key; also those that have ended: the site removes them once empty."""
    found = DedicatedPartition.objects.filter(
        allocation__site__in=sites, allocation__is_offered=False
    ).select_related("allocation__project")
    # An account that was given back, and its name used again, may have left one behind.
    newest = {(own.allocation.site_id, own.name): own for own in found.order_by("pk")}
    return _by_site((site_id, own) for (site_id, _name), own in newest.items())


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
