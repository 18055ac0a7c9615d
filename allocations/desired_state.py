"""What a site's Slurm should be: computed afresh from the database each time it is asked for."""

import hashlib
import json
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import SshKey, UnixIdentity
from allocations.models import Allocation, Membership, Site, Track
from allocations.rules.naming import QOS_MARK, TREE_MARK, TREE_ROOT, track_account
from allocations.rules.text import one_line
from allocations.states import AllocationState
from slurm_bridge.wire import DesiredAccount, DesiredKey, DesiredQos, DesiredState, DesiredUser

LONGEST_REASON = 500
_CLOSED = frozenset({AllocationState.EXPIRED, AllocationState.SUSPENDED})


def desired_state(site: Site) -> DesiredState:
    """All that Belfry wants at one site today; the revision changes when the content does."""
    allocations = list(
        Allocation.objects.with_figures()
        .filter(site=site)
        .select_related("project", "project__track", "site")
        .prefetch_related("partitions")
        .order_by("account_name")
    )
    today = timezone.localdate()
    members = _members_by_project(site, today)
    welcome = _who_may_sign_in(allocations, members, today)
    content = DesiredState(
        revision="",
        cluster=site.cluster,
        generated_at=0,
        users=tuple(_users(members, welcome)),
        qos=tuple(
            DesiredQos(
                name=allocation.qos_name,
                owner_mark=QOS_MARK,
                gpu_minutes=allocation.granted_minutes,
            )
            for allocation in allocations
        ),
        accounts=(*_tree(), *_projects(allocations, members, today)),
        partitions=tuple(site.partitions.order_by("name").values_list("name", flat=True)),
    )
    return content.model_copy(
        update={"revision": _revision(content), "generated_at": int(timezone.now().timestamp())}
    )


def _members_by_project(site: Site, today: date) -> dict[int, list[UnixIdentity]]:
    rows = (
        Membership.objects.filter(left_at=None, project__allocations__site=site)
        .select_related("user__unix_identity")
        .prefetch_related(Prefetch("user__ssh_keys", SshKey.objects.valid_on(today)))
        .order_by("user__unix_identity__username")
    )
    members: dict[int, list[UnixIdentity]] = {}
    for row in rows:
        members.setdefault(row.project_id, []).append(row.user.unix_identity)
    return members


def _who_may_sign_in(
    allocations: list[Allocation], members: dict[int, list[UnixIdentity]], today: date
) -> set[int]:
    """The numbers of those with a project here that has not ended long ago."""
    earliest = today - timedelta(days=settings.ACCESS_DAYS_AFTER_END)
    return {
        person.uid
        for allocation in allocations
        if allocation.ends_on >= earliest
        for person in members.get(allocation.project_id, [])
        if person.user.is_active
    }


def _users(members: dict[int, list[UnixIdentity]], welcome: set[int]) -> list[DesiredUser]:
    identities = {person.uid: person for people in members.values() for person in people}
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
    allocations: list[Allocation], members: dict[int, list[UnixIdentity]], today: date
) -> list[DesiredAccount]:
    return [
        DesiredAccount(
            name=allocation.account_name,
            parent=track_account(allocation.project.track.code),
            owner_mark=allocation.project.owner_mark,
            qos=allocation.qos_name,
            members=tuple(person.username for person in members.get(allocation.project_id, [])),
            partitions=tuple(sorted(partition.name for partition in allocation.partitions.all())),
            suspended=allocation.state_on(today) in _CLOSED,
            ends_on=allocation.ends_on,
            closed_because=_why_closed(allocation, today),
            confirmed=allocation.active_since is not None,
        )
        for allocation in allocations
    ]


def _why_closed(allocation: Allocation, today: date) -> str:
    """What members are told at the site; an expiry needs no reason beyond its date."""
    if allocation.state_on(today) != AllocationState.SUSPENDED:
        return ""
    return one_line(allocation.suspended_because)[:LONGEST_REASON]


def _revision(content: DesiredState) -> str:
    text = json.dumps(content.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
