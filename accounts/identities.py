"""Gives people their UNIX identities, new ones or a site's own, and projects their groups."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import reduce
from itertools import chain, count
from operator import or_

from django.conf import settings
from django.db import connection
from django.db.models import Max, Q
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
    _one_at_a_time()
    known = {item.user_id: item for item in UnixIdentity.objects.filter(user__in=users)}
    made = _new_identities([user for user in users if user.pk not in known])
    known |= {item.user_id: item for item in made}
    return {user: known[user.pk] for user in users}


def _new_identities(users: Sequence[User]) -> list[UnixIdentity]:
    if not users:
        return []
    given = UnixIdentity.objects.filter(taken_over=False)
    numbers = _free_numbers(
        given.aggregate(highest=Max("uid"))["highest"],
        first=settings.UNIX_UID_MIN,
        other_range=settings.UNIX_GROUP_GID_MIN,
    )
    names = _free_usernames(users)
    return UnixIdentity.objects.bulk_create(
        UnixIdentity(user=user, username=name, uid=uid)
        for user, name, uid in zip(users, names, numbers, strict=False)
    )


def take_over_identity(user: User, *, username: str, uid: int) -> UnixIdentity:
    """Let somebody be who they are at a site already; raises IdentityTakenError where not possible.

    Call it inside an action.
    """
    _one_at_a_time()
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


def ensure_group(project: str) -> UnixGroup:
    """The UNIX group of a project, made now if there is none; call it inside an action."""
    _one_at_a_time()
    name = settings.UNIX_USERNAME_PREFIX + project
    existing = UnixGroup.objects.filter(name=name).first()
    if existing:
        return existing
    highest = UnixGroup.objects.aggregate(highest=Max("gid"))["highest"]
    numbers = _free_numbers(
        highest, first=settings.UNIX_GROUP_GID_MIN, other_range=settings.UNIX_UID_MIN
    )
    return UnixGroup.objects.create(name=name, gid=next(numbers))


def _one_at_a_time() -> None:
    """Nobody races for the same name or number, nor for two of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('unix_identity'))")


def _free_numbers(highest: int | None, *, first: int, other_range: int) -> Iterator[int]:
    """The numbers after the highest given out; those of the system are left out.

    Each person has a private group of the same number, so that none may be both.
    """
    following = max((highest or 0) + 1, first)
    taken = {
        *UnixIdentity.objects.filter(uid__gte=following).values_list("uid", flat=True),
        *UnixGroup.objects.filter(gid__gte=following).values_list("gid", flat=True),
    }
    for number in count(following):
        if number in taken or number in _SYSTEM_UIDS:
            continue
        if first < other_range <= number:
            raise OverflowError(f"all numbers from {first} to {other_range - 1} are given out")
        yield number


def _free_usernames(users: Sequence[User]) -> list[str]:
    """A name for each that nobody has, nor another of them."""
    stems = [
        settings.UNIX_USERNAME_PREFIX
        + username_stem(first_name=user.first_name, last_name=user.last_name)
        for user in users
    ]
    alike = reduce(or_, (Q(username__startswith=stem[:_LONGEST_STEM]) for stem in stems))
    there = UnixIdentity.objects.filter(alike).values_list("username", flat=True)
    taken = {*RESERVED_NAMES, *there}
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
