"""Organisations that had projects, and the people in them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.models import Organisation
from allocations.rules.suppression import people_behind_share
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.statement import (
    Source,
    conditions,
    parameters,
    part_expression,
    part_key,
    tuples,
)
from portal.programme.values import Found, Value

# Projects that could run at a site, inside the period. One that runs in several months counts in
# each of them.
_RUNNING = """
    allocations_allocation allocation
    JOIN allocations_site site ON site.id = allocation.site_id
    JOIN allocations_project project ON project.id = allocation.project_id
    JOIN allocations_track track ON track.id = project.track_id
    JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
    JOIN LATERAL (
        SELECT GREATEST(span.day, %(first)s::date) AS day,
               LEAST((span.day + interval '{length}')::date - 1, %(last)s::date) AS until
        FROM (
            SELECT generate_series({start}, %(last)s::date, interval '{length}')::date AS day
        ) span
    ) span ON allocation.starts_on <= span.until AND allocation.ends_on >= span.day
"""
_WHOLE = _RUNNING.format(start="%(first)s::date", length="1000 years")
_BY_MONTH = _RUNNING.format(start="date_trunc('month', %(first)s::date)", length="1 month")

_PROJECTS = """
    SELECT DISTINCT {part} AS part, project.id, organisation.id, organisation.kind,
           span.day, span.until
    FROM {running}
    WHERE {where}
"""
_MEMBERS = """
    SELECT membership.project_id, membership.user_id, membership.joined_at::date,
           COALESCE(membership.left_at::date, date '9999-12-31'), first_time.day
    FROM allocations_membership membership
    JOIN (
        SELECT user_id, MIN(joined_at)::date AS day FROM allocations_membership GROUP BY user_id
    ) first_time USING (user_id)
    WHERE membership.project_id = ANY(%(projects)s)
"""


@dataclass
class Known:
    """Who was there in one part; the whole has all of every part."""

    kinds: dict[int, str] = field(default_factory=dict)
    """The kind of each organisation."""
    people: set[int] = field(default_factory=set)
    newcomers: set[int] = field(default_factory=set)
    """Those who were never in a project before."""

    def add(self, other: "Known") -> None:
        """Add another part."""
        self.kinds |= other.kinds
        self.people |= other.people
        self.newcomers |= other.newcomers

    def figures(self) -> dict[str, Value]:
        """The counts, with the people behind them."""
        people, newcomers = len(self.people), len(self.newcomers)
        kinds = list(self.kinds.values())
        return {
            "organisations": Value(len(kinds), people),
            "smes": Value(kinds.count(Organisation.Kind.SME), people),
            "start_ups": Value(kinds.count(Organisation.Kind.START_UP), people),
            "people": Value(people, people),
            "first_time_people": Value(newcomers, people_behind_share(newcomers, people)),
        }


@dataclass
class Team:
    """The people of a project: each from one day to another, and since when in any project."""

    members: list[tuple[int, date, date, date]] = field(default_factory=list)
    people: set[int] = field(default_factory=set)
    last_joined: date = date.min
    first_left: date = date.max
    last_first_time: date = date.min

    def add(self, user: int, joined: date, left: date, first_time: date) -> None:
        """Add a member."""
        self.members.append((user, joined, left, first_time))
        self.people.add(user)
        self.last_joined = max(self.last_joined, joined)
        self.first_left = min(self.first_left, left)
        self.last_first_time = max(self.last_first_time, first_time)

    def join(self, known: Known, day: date, until: date) -> None:
        """Have those known who were members between two days."""
        if self.last_joined <= until and self.first_left >= day:
            # All of them, as in most months of most projects, and most of the time nobody is new.
            known.people |= self.people
            if self.last_first_time < day:
                return
        for user, joined, left, first_time in self.members:
            if joined <= until and left >= day:
                known.people.add(user)
                if day <= first_time <= until:
                    known.newcomers.add(user)


def in_projects(selection: ProgrammeSelection) -> Found:
    """Organisations and people whose projects could run in the period, in two queries."""
    by_month = selection.by == Division.MONTH
    source = Source(tables=_BY_MONTH if by_month else _WHOLE, day="span.day")
    statement = _PROJECTS.format(
        part=part_expression(source, selection.by),
        running=source.tables,
        where=" AND ".join(conditions(source, selection)),
    )
    running = tuples(statement, parameters(selection))
    parts = _known(running, _teams({row[1] for row in running}))
    whole = Known()
    for known in parts.values():
        whole.add(known)
    return {
        (part, key): value
        for part, known in [(None, whole), *parts.items()]
        for key, value in known.figures().items()
    }


def _known(
    running: Iterable[tuple[Any, ...]], teams: Mapping[int, Team]
) -> dict[str | None, Known]:
    """Each person is counted once in a part, however many projects brought them there."""
    found: dict[Any, Known] = defaultdict(Known)
    for part, project, organisation, kind, day, until in running:
        known = found[part]
        known.kinds[organisation] = kind
        if project in teams:
            teams[project].join(known, day, until)
    return {part_key(part): known for part, known in found.items()}


def _teams(projects: set[int]) -> dict[int, Team]:
    found: dict[int, Team] = defaultdict(Team)
    for project, *membership in tuples(_MEMBERS, {"projects": sorted(projects)}):
        found[project].add(*membership)
    return found
