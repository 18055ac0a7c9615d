"""Who may submit to which account, as the portal has it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from accounts.models import SshKey, UnixIdentity
from allocations.models import Allocation, Membership
from slurm_bridge.wire import Adopted


@dataclass(frozen=True)
class AccountMembers:
    """The people of one account, and of an adopted one the record that goes with them."""

    people: tuple[UnixIdentity, ...]
    adopted: Adopted | None = None

    @property
    def usernames(self) -> tuple[str, ...]:
        """Their names on the clusters."""
        return tuple(person.username for person in self.people)


def members_by_allocation(
    allocations: Collection[Allocation], today: date
) -> dict[int, AccountMembers]:
    """The members of each account, with the SSH keys that are valid on a day."""
    memberships = _memberships({item.project_id for item in allocations}, today)
    current = _by_project(memberships.filter(left_at=None))
    adopted = [item for item in allocations if item.adopted_at is not None]
    prefetch_related_objects(adopted, "recorded_members")
    projects = [item.project_id for item in adopted]
    ended = memberships.filter(left_at__isnull=False, project__in=projects)
    left = _by_project(ended if adopted else ())
    return {
        item.pk: _members(item, current.get(item.project_id, []), left.get(item.project_id, []))
        for item in allocations
    }


def _memberships(projects: Collection[int], today: date) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(project__in=projects)
        .select_related("user__unix_identity")
        .prefetch_related(Prefetch("user__ssh_keys", SshKey.objects.valid_on(today)))
        .order_by("user__unix_identity__username")
    )


def _by_project(rows: Iterable[Membership]) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = {}
    for row in rows:
        found.setdefault(row.project_id, []).append(row)
    return found


def _members(
    allocation: Allocation, current: list[Membership], left: list[Membership]
) -> AccountMembers:
    since = allocation.adopted_at
    if since is None:
        return AccountMembers(tuple(_person(item) for item in current))
    there = {member.username for member in allocation.recorded_members.all()}
    gone = {_person(item).username for item in left if item.left_at and item.left_at >= since}
    return AccountMembers(
        people=tuple(_person(item) for item in current if _belongs(item, there, since)),
        adopted=Adopted(
            recorded=tuple(sorted(there - gone)),
            removed=tuple(sorted(gone - {_person(item).username for item in current})),
        ),
    )


def _belongs(membership: Membership, there: Collection[str], since: datetime) -> bool:
    """Whether somebody was in the account when it was adopted, or joined the project later."""
    return _person(membership).username in there or membership.joined_at > since


def _person(membership: Membership) -> UnixIdentity:
    return membership.user.unix_identity
