"""Organisations that had projects, and the people in them.

Each counts once in a part of the programme, however many projects brought them there, and once in
the whole. So each has a set of parts, kept as the bits of one number: sets of people for each of
thirty-six months would take far longer to make.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from accounts.models import Organisation
from allocations.rules.months import months_between
from allocations.rules.suppression import people_behind_share
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.statement import (
    Source,
    conditions_of_place,
    parameters,
    part_expression,
    part_key,
    tuples,
)
from portal.programme.values import Found, Value

Bits = int
"""A set of parts: each is the bit of its place among them."""

# Projects that could run at a site in the period, and from which to which of its months.
_PROJECTS = """
    SELECT {part} AS part, project.id, organisation.id, organisation.kind, {since}, {until}
    FROM allocations_allocation allocation
    LEFT JOIN allocations_site site ON site.id = allocation.site_id
    LEFT JOIN allocations_project project ON project.id = allocation.project_id
    LEFT JOIN allocations_track track ON track.id = project.track_id
    LEFT JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
    WHERE allocation.starts_on <= %(last)s AND allocation.ends_on >= %(first)s AND {where}
"""
# Their members in the period: in which month of it they came and left, and whether they joined a
# project for the first time. Most were there all the time, and most are in one project alone: those
# are only counted, and the few others come by name, with the month in which they first joined one.
_MEMBERS = """
    SELECT project_id, came, gone, is_new, first_came,
           COUNT(*) FILTER (WHERE is_alone), array_agg(user_id) FILTER (WHERE NOT is_alone)
    FROM (
        SELECT membership.project_id, membership.user_id, several.user_id IS NULL AS is_alone,
               CASE WHEN membership.joined_at >= {after_first} THEN {came} END AS came,
               CASE WHEN membership.left_at < {last} THEN {gone} END AS gone,
               COALESCE(several.since, membership.joined_at) >= {first} AS is_new,
               {first_came} AS first_came
        FROM allocations_membership membership
        LEFT JOIN (
            SELECT user_id, MIN(joined_at) AS since FROM allocations_membership
            GROUP BY user_id HAVING COUNT(*) > 1
        ) several USING (user_id)
        WHERE membership.joined_at < {after_last} AND (
            membership.left_at IS NULL
            OR membership.left_at >= {first}
               AND membership.left_at::date >= membership.joined_at::date
        ) AND membership.project_id IN (
            SELECT project_id FROM allocations_allocation
            WHERE starts_on <= %(last)s AND ends_on >= %(first)s
        )
    ) member
    GROUP BY 1, 2, 3, 4, 5
"""
# The beginnings of days in UTC: to compare with them is quicker than to tell the day of each row.
_BEGINNINGS = {
    "first": "%(first)s::timestamp AT TIME ZONE 'UTC'",
    "after_first": "(%(first)s::date + 1)::timestamp AT TIME ZONE 'UTC'",
    "last": "%(last)s::timestamp AT TIME ZONE 'UTC'",
    "after_last": "(%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC'",
}


@dataclass
class Known:
    """Who was there, and in which parts."""

    kinds: dict[int, str] = field(default_factory=dict)
    """The kind of each organisation."""
    organisations: dict[int, Bits] = field(default_factory=lambda: defaultdict(int))
    people: Counter[Bits] = field(default_factory=Counter)
    """How many people were in just these parts."""
    newcomers: Counter[Bits] = field(default_factory=Counter)
    """And of them, in which parts those were who were never in a project before."""

    def figures(self, parts: Sequence[str]) -> Found:
        """The counts of the whole and of each of these parts, with the people behind them."""
        kinds: dict[str, Counter[Bits]] = defaultdict(Counter)
        for organisation, bits in self.organisations.items():
            kinds[self.kinds[organisation]][bits] += 1
        there = {kind: _by_part(counted, parts) for kind, counted in kinds.items()}
        people, newcomers = _by_part(self.people, parts), _by_part(self.newcomers, parts)
        found: Found = {}
        for part in (None, *parts):
            behind, fresh = people[part], newcomers[part]
            of_kind = {kind: counted[part] for kind, counted in there.items()}
            smes = of_kind.get(Organisation.Kind.SME, 0)
            start_ups = of_kind.get(Organisation.Kind.START_UP, 0)
            found[part, "organisations"] = Value(sum(of_kind.values()), behind)
            found[part, "smes"] = Value(smes, behind)
            found[part, "start_ups"] = Value(start_ups, behind)
            found[part, "people"] = Value(behind, behind)
            found[part, "first_time_people"] = Value(fresh, people_behind_share(fresh, behind))
        return found


def _by_part(counted: Counter[Bits], parts: Sequence[str]) -> dict[str | None, int]:
    """How many are in the whole, which is None, and in each part, of so many in each set."""
    found: dict[str | None, int] = dict.fromkeys((None, *parts), 0)
    for bits, number in counted.items():
        found[None] += number if bits else 0
        remaining = bits
        while remaining:
            place = remaining.bit_length() - 1
            found[parts[place]] += number
            remaining ^= 1 << place
    return found


def in_projects(selection: ProgrammeSelection) -> Found:
    """Organisations and people whose projects could run in the period, in two queries."""
    by_month = selection.by == Division.MONTH
    asked = parameters(selection)
    places: dict[str, int] = {}
    months: dict[date | None, int] = {}
    if by_month:
        every = months_between(selection.first, selection.last)
        months = {month: place for place, month in enumerate(every)}
        places = {part_key(month): place for place, month in enumerate(every)}
    known, running = Known(), defaultdict[int, Bits](int)
    for part, project, organisation, kind, since, until in tuples(_projects(selection), asked):
        if by_month:
            bits = _from_to(months[since], months[until])
        else:
            bits = 1 << places.setdefault(part_key(part), len(places))
        running[project] |= bits
        known.organisations[organisation] |= bits
        known.kinds[organisation] = kind
    people, newcomers = defaultdict[int, Bits](int), defaultdict[int, Bits](int)
    for row in tuples(_members(by_month=by_month), asked):
        project, came, gone, is_new, first_came, alone, users = row
        bits = running[project]
        if by_month:
            bits &= _from_to(months.get(came, 0), months.get(gone, len(months) - 1))
        if not bits:
            continue
        fresh = bits if is_new else 0
        if by_month:
            fresh &= 1 << months.get(first_came or came, 0)
        known.people[bits] += alone
        known.newcomers[fresh] += alone
        for user in users or ():
            people[user] |= bits
            newcomers[user] |= fresh
    known.people.update(people.values())
    known.newcomers.update(newcomers.values())
    return known.figures(list(places))


def _from_to(since: int, until: int) -> Bits:
    """The months from one place to another."""
    return (2 << until) - (1 << since)


def _projects(selection: ProgrammeSelection) -> str:
    source = Source(tables="", day="")
    by_month = selection.by == Division.MONTH
    return _PROJECTS.format(
        part="NULL" if by_month else part_expression(source, selection.by),
        since=_month("GREATEST(allocation.starts_on, %(first)s::date)", by_month=by_month),
        until=_month("LEAST(allocation.ends_on, %(last)s::date)", by_month=by_month),
        where=" AND ".join(["TRUE", *conditions_of_place(source, selection)]),
    )


def _members(*, by_month: bool) -> str:
    return _MEMBERS.format(
        came=_month("membership.joined_at::date", by_month=by_month),
        gone=_month("membership.left_at::date", by_month=by_month),
        first_came=_month("several.since::date", by_month=by_month),
        **_BEGINNINGS,
    )


def _month(day: str, *, by_month: bool) -> str:
    """The first day of the month that this day lies in; elsewhere the period is one."""
    if not by_month:
        return "%(first)s::date"
    return f"date_trunc('month', ({day})::timestamp)::date"
