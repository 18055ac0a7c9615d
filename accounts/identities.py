"""Gives people their UNIX identities."""

import re
import unicodedata
from itertools import chain, count

from django.conf import settings
from django.db import connection
from django.db.models import Max

from accounts.models import UnixIdentity, User
from accounts.reserved_names import RESERVED_NAMES

_SHORTEST_STEM, _LONGEST_STEM = 2, 20
_LONGEST_NAME = 31
# What Debian and systemd keep for themselves above the numbers of people, nobody included.
_SYSTEM_UIDS = range(60_000, 65_536)


def username_stem(*, first_name: str, last_name: str) -> str:
    """Lower-case ASCII letters and digits made from a name: Zoë Van den Bosch → zvandenbosch."""
    text = unicodedata.normalize("NFKD", f"{first_name[:1]}{last_name}")
    letters = re.sub(r"[^a-z0-9]", "", text.encode("ascii", "ignore").decode().lower())
    stem = letters.lstrip("0123456789")[:_LONGEST_STEM]
    return stem if len(stem) >= _SHORTEST_STEM else "user"


def ensure_identity(user: User) -> UnixIdentity:
    """The person's UNIX identity, made now if there is none; call it inside an action."""
    with connection.cursor() as cursor:
        # One at a time, so that nobody races for the same user name, nor for two of them.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('unix_identity'))")
    existing = UnixIdentity.objects.filter(user=user).first()
    if existing:
        return existing
    highest = UnixIdentity.objects.aggregate(highest=Max("uid"))["highest"]
    return UnixIdentity.objects.create(
        user=user,
        username=_free_username(user),
        uid=_next_uid(highest),
    )


def _next_uid(highest: int | None) -> int:
    """The number after the highest given out; those of the system are left out."""
    following = max((highest or 0) + 1, settings.UNIX_UID_MIN)
    return _SYSTEM_UIDS.stop if following in _SYSTEM_UIDS else following


def _free_username(user: User) -> str:
    stem = username_stem(first_name=user.first_name, last_name=user.last_name)
    stem = settings.UNIX_USERNAME_PREFIX + stem
    alike = UnixIdentity.objects.filter(username__startswith=stem[:_LONGEST_STEM])
    taken = RESERVED_NAMES.union(alike.values_list("username", flat=True))
    endings = chain([""], (str(number) for number in count(2)))
    candidates = (f"{stem[: _LONGEST_NAME - len(ending)]}{ending}" for ending in endings)
    return next(name for name in candidates if name not in taken)
