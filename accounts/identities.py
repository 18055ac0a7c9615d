"""Gives people their UNIX identities, new ones or a site's own, and projects their groups."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import chain, count
from operator import or_
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import CharField, Q, QuerySet, Value
from django.utils.translation import gettext as _

from accounts.models import UnixGroup, UnixIdentity, User
from accounts.reserved_names import RESERVED_NAMES, is_like_a_project

_SHORTEST_STEM, _LONGEST_STEM = 2, 20
_LONGEST_NAME = 31
# What Debian and systemd keep for themselves above the numbers of people, nobody included.
_SYSTEM_UIDS = range(60_000, 65_536)
_PERSONS_UIDS = range(1000, 2_000_000_000)
_PERSONS_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")


class IdentityTakenError(Exception):
    """Somebody cannot be given a user name and number; says why in one sentence."""


def username_stem(*, first_name: str, last_name: str) -> str:
    """Lower-case ASCII letters and digits made from a name: Zoë Van den Bosch → zvandenbosch."""
    text = unicodedata.normalize("NFKD", f"{first_name[:1]}{last_name}")
    letters = re.sub(r"[^a-z0-9]", "", text.encode("ascii", "ignore").decode().lower())
    stem = letters.lstrip("0123456789")[:_LONGEST_STEM]
    return stem if len(stem) >= _SHORTEST_STEM else "user"


def ensure_identity(user: User) -> UnixIdentity:
    """The person's UNIX identity, made now if there is none; call it inside an action."""
    return ensure_identities([user])[user]


def ensure_identities(users: Collection[User]) -> dict[User, UnixIdentity]:
    """The same of several people, in as many queries as of one."""
    hold_identities()
    known = {item.user_id: item for item in UnixIdentity.objects.filter(user__in=users)}
    nameless = [user for user in users if user.pk not in known]
    if nameless:
        made = new_identities(nameless)
        made.save()
        known |= {item.user_id: item for item in made.people}
    return {user: known[user.pk] for user in users}


def hold_identities() -> None:
    """Until the transaction ends nobody else gives out a name or a number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('unix_identity'))")


@dataclass(frozen=True)
class NewIdentities:
    """What people and a project would be on the clusters; what is new is not saved yet."""

    people: list[UnixIdentity]
    group: UnixGroup | None

    def save(self) -> None:
        """Give it out; whoever read it has held identities since before."""
        UnixIdentity.objects.bulk_create(self.people)
        if self.group is not None and self.group.pk is None:
            self.group.save()


def new_identities(users: Sequence[User], *, project: str = "") -> NewIdentities:
    """The next names and numbers for people who have none, and the group of a project if it is one.

    It reads, in one query where the project has no group yet, and writes nothing.
    """
    stems = [
        settings.UNIX_USERNAME_PREFIX
        + username_stem(first_name=user.first_name, last_name=user.last_name)
        for user in users
    ]
    group_name = settings.UNIX_USERNAME_PREFIX + project if project else ""
    given = _read_given(stems, group_name)
    names = zip(
        users, _free_usernames(stems, given), _free_numbers(given, _Row.PERSON), strict=False
    )
    return NewIdentities(
        people=[UnixIdentity(user=user, username=name, uid=uid) for user, name, uid in names],
        group=_group(group_name, given) if project else None,
    )


def take_over_identity(user: User, *, username: str, uid: int) -> UnixIdentity:
    """Let somebody be who they are at a site already; raises IdentityTakenError where not possible.

    Call it inside an action.
    """
    hold_identities()
    existing = UnixIdentity.objects.filter(user=user).first()
    if existing:
        if (existing.username, existing.uid) == (username, uid):
            return existing
        raise IdentityTakenError(
            _("%(person)s is %(username)s on the clusters already.")
            % {"person": user, "username": existing.username}
        )
    if (
        not _PERSONS_NAME.fullmatch(username)
        or username in RESERVED_NAMES
        or _is_a_groups(username)
    ):
        raise IdentityTakenError(
            _("Belfry cannot manage a user called %(username)s.") % {"username": username}
        )
    if uid in _SYSTEM_UIDS or not _PERSONS_UIDS.start <= uid < _PERSONS_UIDS.stop:
        raise IdentityTakenError(_("The number %(uid)d belongs to the system.") % {"uid": uid})
    if (
        UnixIdentity.objects.filter(Q(username=username) | Q(uid=uid)).exists()
        or UnixGroup.objects.filter(Q(name=username) | Q(gid=uid)).exists()
    ):
        raise IdentityTakenError(
            _("%(username)s, or the number %(uid)d, is somebody else on the clusters.")
            % {"username": username, "uid": uid}
        )
    return UnixIdentity.objects.create(user=user, username=username, uid=uid, taken_over=True)


def _group(name: str, given: "_Given") -> UnixGroup:
    if given.has_group:
        return UnixGroup.objects.get(name=name)
    return UnixGroup(name=name, gid=next(_free_numbers(given, _Row.GROUP)))


class _Row(StrEnum):
    """What one row says of what was given out."""

    PERSON = "person"
    GROUP = "group"
    NUMBER = "number"
    USERNAME = "username"
    SAME_GROUP = "same group"


@dataclass(frozen=True)
class _Given:
    """What was given out, as far as the next names and numbers depend on it."""

    highest: Mapping[_Row, int]
    """Of people and of groups; what was taken over starts no series."""
    taken: Collection[int]
    """Numbers that others may have above the highest."""
    usernames: Collection[str]
    has_group: bool


def _read_given(stems: Collection[str], group_name: str) -> _Given:
    people, groups = UnixIdentity.objects.order_by(), UnixGroup.objects.order_by()
    first, first_of_groups = settings.UNIX_UID_MIN, settings.UNIX_GROUP_GID_MIN
    start = min(first, first_of_groups)
    queries = [
        _rows(_Row.PERSON, people.filter(taken_over=False).order_by("-uid")[:1], "uid", "username"),
        _rows(_Row.GROUP, groups.order_by("-gid")[:1], "gid", "name"),
        # Each person has a private group of the same number, so that none may be both.
        _rows(_Row.NUMBER, people.filter(taken_over=True, uid__gte=start), "uid", "username"),
        _rows(_Row.NUMBER, groups.filter(_in_series("gid", first)), "gid", "name"),
        _rows(_Row.NUMBER, people.filter(_in_series("uid", first_of_groups)), "uid", "username"),
        _rows(_Row.SAME_GROUP, groups.filter(name=group_name), "gid", "name"),
    ]
    if stems:
        alike = reduce(or_, (Q(username__startswith=stem[:_LONGEST_STEM]) for stem in stems))
        queries.append(_rows(_Row.USERNAME, people.filter(alike), "uid", "username"))
    rows = list(queries[0].union(*queries[1:], all=True))
    return _Given(
        highest={_Row(kind): number for kind, number, _name in rows if kind in _SERIES},
        taken={number for kind, number, _name in rows if kind == _Row.NUMBER},
        usernames={name for kind, _number, name in rows if kind == _Row.USERNAME},
        has_group=any(kind == _Row.SAME_GROUP for kind, _number, _name in rows),
    )


_SERIES = (_Row.PERSON, _Row.GROUP)


def _rows(kind: _Row, found: QuerySet[Any], *columns: str) -> QuerySet[Any, tuple[str, int, str]]:
    return found.values_list(Value(kind.value, CharField()), *columns)


def _in_series(column: str, first: int) -> Q:
    """Numbers of one table in the range of the other."""
    other = settings.UNIX_GROUP_GID_MIN if first == settings.UNIX_UID_MIN else settings.UNIX_UID_MIN
    inside = Q(**{f"{column}__gte": first})
    return inside & Q(**{f"{column}__lt": other}) if first < other else inside


def _free_numbers(given: _Given, series: _Row) -> Iterator[int]:
    """The numbers after the highest given out; those of the system are left out."""
    ranges = [settings.UNIX_UID_MIN, settings.UNIX_GROUP_GID_MIN]
    first, other_range = ranges if series == _Row.PERSON else reversed(ranges)
    for number in count(max(given.highest.get(series, 0) + 1, first)):
        if number in given.taken or number in _SYSTEM_UIDS:
            continue
        if first < other_range <= number:
            raise OverflowError(f"all numbers from {first} to {other_range - 1} are given out")
        yield number


def _free_usernames(stems: Sequence[str], given: _Given) -> list[str]:
    """A name for each that nobody has, nor another of them."""
    taken = {*RESERVED_NAMES, *given.usernames}
    names: list[str] = []
    for stem in stems:
        names.append(_free_username(stem, taken))
        taken.add(names[-1])
    return names


def _free_username(stem: str, taken: Collection[str]) -> str:
    endings = chain([""], (str(number) for number in count(2)))
    candidates = (f"{stem[: _LONGEST_NAME - len(ending)]}{ending}" for ending in endings)
    return next(name for name in candidates if name not in taken and not _is_a_groups(name))


def _is_a_groups(name: str) -> bool:
    return is_like_a_project(name.removeprefix(settings.UNIX_USERNAME_PREFIX))
