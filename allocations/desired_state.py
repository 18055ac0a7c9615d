"""What a site's Slurm should be: computed afresh from the database each time it is asked for."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import UnixIdentity
from allocations.account_members import AccountMembers, members_by_allocation
from allocations.models import Allocation, DedicatedPartition, JobCancel, Site, SitePlan, Track
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
_CLOSED = frozenset({AllocationState.EXPIRED, AllocationState.SUSPENDED})


def desired_state(site: Site) -> DesiredState:
    """All that Belfry wants at one site today; the revision changes when the content does."""
    allocations = list(
        Allocation.objects.taken_up()
        .with_figures()
        .filter(site=site)
        .select_related("project", "project__track", "project__unix_group", "site", "dedicated")
        .prefetch_related("partitions")
        .order_by("account_name")
    )
    today = timezone.localdate()
    members = members_by_allocation(site, allocations, today)
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
        accounts=(*_tree(), *_projects(allocations, members, today)),
        partitions=tuple(site.partitions.order_by("name").values_list("name", flat=True)),
        dedicated=tuple(_dedicated(site, today)),
        approved_plans=tuple(
            SitePlan.objects.approved()
            .filter(site=site)
            .order_by("plan_id")
            .values_list("plan_id", flat=True)
        ),
        confirmed_cancels=tuple(_cancels(site)),
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


def _dedicated(site: Site, today: date) -> Iterator[DesiredPartition]:
    """Those that have ended, too: the site removes them once they are empty."""
    found = DedicatedPartition.objects.filter(
        allocation__site=site, allocation__is_offered=False
    ).select_related("allocation__project")
    # An account that was given back, and its name used again, may have left one behind.
    newest = {own.name: own for own in found.order_by("pk")}
    for name, own in newest.items():
        minutes = own.max_hours * MINUTES_AN_HOUR
        yield DesiredPartition(
            name=name,
            owner_mark=own.allocation.project.owner_mark,
            account=own.allocation.account_name,
            nodes=own.nodes,
            default_minutes=min(minutes, MINUTES_WITHOUT_LIMIT),
            max_minutes=minutes,
            max_nodes=own.max_nodes,
            priority=own.priority,
            memory_mb_per_cpu=own.memory_mb_per_cpu,
            ends_on=own.last_day(),
            closed=not own.is_open_on(today),
        )


def _cancels(site: Site) -> Iterator[ConfirmedCancel]:
    """What staff have confirmed and the site has not said to be over."""
    waiting = JobCancel.objects.waiting().filter(allocation__site=site)
    for cancel in waiting.select_related("allocation"):
        yield ConfirmedCancel(
            account=cancel.allocation.account_name,
            username=cancel.username,
            job_ids=tuple(cancel.job_ids),
        )


def _why_closed(allocation: Allocation, today: date) -> str:
    """What members are told at the site; an expiry needs no reason beyond its date."""
    if allocation.state_on(today) != AllocationState.SUSPENDED:
        return ""
    return one_line(allocation.suspended_because)[:LONGEST_REASON]


def _revision(content: DesiredState) -> str:
    text = json.dumps(content.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
