"""What the sites' Slurm has, as their bridges last said: kept by name, and read by name.

A site has many thousands of users and accounts, and most questions are of a few.
"""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, overload

from django.db import connection
from pydantic import ValidationError

from allocations.models import Site
from slurm_bridge.wire import ActualAccount, ActualState

NAMED_BY = {"users": "username", "groups": "name", "qos": "name", "accounts": "name"}
"""The parts of a state that are kept by name, and what the name is called there."""


@dataclass(frozen=True)
class ObservedAccount:
    """An account as the site's Slurm has it, with the budget of its QOS."""

    account: ActualAccount
    gpu_minutes: int | None

    @property
    def members(self) -> list[str]:
        """The users who may submit to it, by name."""
        return sorted(self.account.members)


def by_name(actual: ActualState) -> dict[str, Any]:
    """What a site said, as it is kept."""
    state = actual.model_dump(mode="json")
    return state | {
        part: {item[key]: item for item in state[part]}
        for part, key in NAMED_BY.items()
        if state[part] is not None
    }


def observed_states(
    sites: Collection[Site], names: Collection[str]
) -> dict[int, ActualState | None]:
    """What sites have, by key, with only the users, groups, QOS and accounts so named.

    A site that never said so is left out; None where no words of it are read by this release.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _NAMED,
            {
                "sites": [site.pk for site in sites],
                "parts": list(NAMED_BY),
                "names": list(names),
            },
        )
        return {site: _readable(json.loads(state)) for site, state in cursor.fetchall()}


class ReportedAccounts(Sequence[ObservedAccount]):
    """All accounts that a site reported, in the order of their names; a paginator reads a page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __len__(self) -> int:
        """How many there are, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_ACCOUNTS, [self._site.pk])
            return int(cursor.fetchone()[0])

    @overload
    def __getitem__(self, asked: int) -> ObservedAccount: ...

    @overload
    def __getitem__(self, asked: slice) -> list[ObservedAccount]: ...

    def __getitem__(self, asked: int | slice) -> ObservedAccount | list[ObservedAccount]:
        """These of them, with their budgets, in one query; those that nobody can read are left out.

        A part is asked for by where it begins and ends, both counted from the first account.
        """
        if isinstance(asked, int):
            return self[asked : asked + 1][0]
        first = asked.start or 0
        with connection.cursor() as cursor:
            values = {"site": self._site.pk, "first": first, "most": asked.stop - first}
            cursor.execute(_ACCOUNTS, values)
            rows = cursor.fetchall()
        found = []
        for account, gpu_minutes in rows:
            with suppress(ValidationError):
                read = ActualAccount.model_validate_json(account)
                found.append(ObservedAccount(read, gpu_minutes))
        return found


def _readable(state: dict[str, Any]) -> ActualState | None:
    parts = {
        part: list(state[part].values()) for part in NAMED_BY if isinstance(state.get(part), dict)
    }
    try:
        return ActualState.model_validate(state | parts)
    except ValidationError:
        return None


_NAMED = """
    SELECT kept.site_id, jsonb_object_agg(part.key,
        CASE WHEN part.key = ANY(%(parts)s) AND jsonb_typeof(part.value) = 'object' THEN COALESCE((
            SELECT jsonb_object_agg(name, part.value -> name)
            FROM unnest(%(names)s::text[]) AS name WHERE part.value ? name
        ), '{}') ELSE part.value END)::text
    FROM allocations_slurmstate AS kept CROSS JOIN LATERAL jsonb_each(kept.state) AS part
    WHERE kept.site_id = ANY(%(sites)s)
    GROUP BY kept.site_id
"""

_COUNT_ACCOUNTS = """
    SELECT COUNT(*) FROM allocations_slurmstate, jsonb_object_keys(state -> 'accounts')
    WHERE site_id = %s
"""

# What is kept of a site is unpacked once, and not for each account.
_ACCOUNTS = """
    SELECT (accounts -> name)::text,
           (qos -> (accounts -> name ->> 'default_qos') ->> 'gpu_minutes')::bigint
    FROM allocations_slurmstate
    CROSS JOIN jsonb_to_record(state) AS part (accounts jsonb, qos jsonb)
    CROSS JOIN LATERAL (
        SELECT name FROM jsonb_object_keys(accounts) AS name
        ORDER BY name COLLATE "C" LIMIT %(most)s OFFSET %(first)s
    ) AS asked
    WHERE site_id = %(site)s
    ORDER BY name COLLATE "C"
"""
