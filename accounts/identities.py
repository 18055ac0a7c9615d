"""Gives people their UNIX identities, new ones or a site's own, and projects their groups."""

import re
import unicodedata
from itertools import chain, count

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
    _one_at_a_time()
    existing = UnixIdentity.objects.filter(user=user).first()
    if existing:
        return existing
    given = UnixIdentity.objects.filter(taken_over=False)
    highest = given.aggregate(highest=Max("uid"))["highest"]
    return UnixIdentity.objects.create(
        user=user,
        username=_free_username(user),
        uid=_next_number(
            highest, first=settings.UNIX_UID_MIN, other_range=settings.UNIX_GROUP_GID_MIN
        ),
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
    gid = _next_number(
        highest, first=settings.UNIX_GROUP_GID_MIN, other_range=settings.UNIX_UID_MIN
    )
    return UnixGroup.objects.create(name=name, gid=gid)


def _one_at_a_time() -> None:
    """Nobody races for the same name or number, nor for two of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('unix_identity'))")


def _next_number(highest: int | None, *, first: int, other_range: int) -> int:
    """The number after the highest given out; those of the system are left out.

    Each person has a private group of the same number, so that none may be both.
    """
    following = max((highest or 0) + 1, first)
    taken = {
        *UnixIdentity.objects.filter(uid__gte=following).values_list("uid", flat=True),
        *UnixGroup.objects.filter(gid__gte=following).values_list("gid", flat=True),
    }
    free = next(n for n in count(following) if n not in taken and n not in _SYSTEM_UIDS)
    if first < other_range <= free:
        raise OverflowError(f"all numbers from {first} to {other_range - 1} are given out")
    return free


def _free_username(user: User) -> str:
    stem = username_stem(first_name=user.first_name, last_name=user.last_name)
    stem = settings.UNIX_USERNAME_PREFIX + stem
    alike = UnixIdentity.objects.filter(username__startswith=stem[:_LONGEST_STEM])
    taken = RESERVED_NAMES.union(alike.values_list("username", flat=True))
    endings = chain([""], (str(number) for number in count(2)))
    candidates = (f"{stem[: _LONGEST_NAME - len(ending)]}{ending}" for ending in endings)
    return next(name for name in candidates if name not in taken and not _is_a_groups(name))


def _is_a_groups(name: str) -> bool:
    return is_like_a_project(name.removeprefix(settings.UNIX_USERNAME_PREFIX))
