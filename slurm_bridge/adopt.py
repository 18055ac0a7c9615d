"""Which accounts that were there before Belfry could be brought under projects, and why not others.

Pure: the reading comes in, offers and refusals come out.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from slurm_bridge.ownership import carries_any_mark
from slurm_bridge.plan_scope import ROOT_ACCOUNT, SYSTEM_UIDS, SYSTEM_USERS
from slurm_bridge.rows import AssociationRow, SlurmReading
from slurm_bridge.wire_offers import OfferedAccount, OfferedMember

# Below these every host's own users are.
FIRST_UID_OF_PEOPLE = 1000
MOST_MEMBERS = 500
LONGEST_DESCRIPTION = 500
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}")


@dataclass(frozen=True)
class Candidate:
    """An account that is not Belfry's; `refusal` says why it cannot be adopted, or is empty."""

    account: str
    parent: str
    members: tuple[OfferedMember, ...]
    refusal: str
    offer: OfferedAccount | None


@dataclass(frozen=True)
class Site:
    """All that is known of a site when its accounts are looked at."""

    cluster: str
    reading: SlurmReading
    limits: Mapping[str, Mapping[str, str]]
    """Each account's own limits, by the words that Slurm has for them."""
    uids: Mapping[str, int]
    belfrys: Collection[str]
    """The accounts that the portal wants of this cluster already."""


def members_of(reading: SlurmReading, cluster: str) -> dict[str, list[str]]:
    """The users of each account on a cluster, by name."""
    found: dict[str, set[str]] = {}
    for row in _on(reading.associations, cluster):
        if row.user:
            found.setdefault(row.account, set()).add(row.user)
    return {account: sorted(users) for account, users in found.items()}


def candidates(site: Site) -> list[Candidate]:
    """Every account that is not Belfry's, by name."""
    own = {row.account: row for row in _on(site.reading.associations, site.cluster) if not row.user}
    names = {row.name for row in site.reading.accounts} | own.keys()
    users = members_of(site.reading, site.cluster)
    return [
        _candidate(site, name, own.get(name), users.get(name, []))
        for name in sorted(names - set(site.belfrys))
    ]


def _candidate(
    site: Site, name: str, row: AssociationRow | None, users: Iterable[str]
) -> Candidate:
    members = tuple(
        OfferedMember.model_construct(username=user, uid=site.uids.get(user)) for user in users
    )
    refusal = next(_reasons(site, name, row, members), "")
    parent = row.parent if row else ""
    if refusal or row is None:
        return Candidate(name, parent, members, refusal, None)
    try:
        offer = _offer(site, row, members)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return Candidate(name, parent, members, f"Belfry cannot write down its {place}", None)
    return Candidate(name, parent, members, "", offer)


def _reasons(
    site: Site, name: str, row: AssociationRow | None, members: tuple[OfferedMember, ...]
) -> Iterator[str]:
    """Everything that speaks against an adoption, the weightiest first."""
    if name == ROOT_ACCOUNT:
        yield "is Slurm's own"
    if not _NAME.fullmatch(name):
        yield "its name has characters that Belfry does not write: only a-z, 0-9, _ and - are used"
    if row is None:
        yield f"is not on cluster {site.cluster}"
    descriptions = [item.description for item in site.reading.accounts if item.name == name]
    if len(descriptions) != 1:
        yield "Slurm lists it more than once, so that its description cannot be believed"
    if any(carries_any_mark(text) for text in descriptions):
        yield "carries the mark of another Belfry, or of this one from another time"
    children = sorted(
        item.account
        for item in _on(site.reading.associations, site.cluster)
        if item.parent == name and not item.user
    )
    if children:
        shown = ", ".join(children[:5]) + (" …" if len(children) > 5 else "")  # noqa: PLR2004
        yield f"holds other accounts: {shown}; adopt those that have the members"
    yield from _reasons_of_members(site, name, members)


def _reasons_of_members(site: Site, name: str, members: tuple[OfferedMember, ...]) -> Iterator[str]:
    if not members:
        yield "has no members"
    if len(members) > MOST_MEMBERS:
        yield f"has {len(members)} members; {MOST_MEMBERS} are the most that Belfry manages"
    for member in members:
        if member.username in SYSTEM_USERS or (
            member.uid is not None
            and (member.uid < FIRST_UID_OF_PEOPLE or member.uid in SYSTEM_UIDS)
        ):
            yield f"has the member {member.username}, a user of the system: take them out first"
        if not _USER.fullmatch(member.username):
            yield f"has the member {member.username[:64]!r}, a name that Belfry does not write"
    if any(
        row.account == name and row.user and row.partition
        for row in _on(site.reading.associations, site.cluster)
    ):
        yield "has members for single partitions, which Belfry does not know"


def _offer(site: Site, row: AssociationRow, members: tuple[OfferedMember, ...]) -> OfferedAccount:
    name = row.account
    description = next(item.description for item in site.reading.accounts if item.name == name)
    return OfferedAccount(
        account=name,
        parent=row.parent,
        description=" ".join(description.split())[:LONGEST_DESCRIPTION],
        members=members,
        qos=row.qos,
        limits=dict(site.limits.get(name, {})),
        partitions=tuple(
            item.name
            for item in site.reading.partitions
            if item.allow_accounts is None or name in item.allow_accounts
        ),
    )


def _on(rows: Iterable[AssociationRow], cluster: str) -> list[AssociationRow]:
    return [row for row in rows if row.cluster == cluster]
