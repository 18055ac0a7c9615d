"""Organisations that had projects, and the people in them.

Each counts once in a part of the programme, however many projects brought them there, and once in
the whole. So each has a set of parts, kept as the bits of one number: sets of people for each of
thirty-six months would take far longer to make.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

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
EVERY_PART: Bits = -1
MONTHS_A_YEAR = 12

# Projects that could run at a site in the period, and from which to which of its months.
_PROJECTS = """
    SELECT {part} AS part, project.id, organisation.id, organisation.kind, {since}, {until}
    FROM allocations_allocation allocation
    JOIN allocations_site site ON site.id = allocation.site_id
    JOIN allocations_project project ON project.id = allocation.project_id
    JOIN allocations_track track ON track.id = project.track_id
    JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
    WHERE allocation.starts_on <= %(last)s AND allocation.ends_on >= %(first)s AND {where}
"""
# Their members in the period, from which to which month, and in which of them each joined a project
# for the first time. Most were there all the time, and those come together.
_MEMBERS = """
    SELECT project_id, {since}, {until}, CASE WHEN first_time >= %(first)s THEN {new} END,
           array_agg(user_id)
    FROM (
        SELECT membership.project_id, membership.user_id, first_time.day AS first_time,
               GREATEST(membership.joined_at::date, %(first)s::date) AS since,
               LEAST(membership.left_at::date, %(last)s::date) AS until
        FROM allocations_membership membership
        JOIN (
            SELECT user_id, MIN(joined_at)::date AS day FROM allocations_membership GROUP BY user_id
        ) first_time USING (user_id)
    ) member
    WHERE since <= until
    GROUP BY 1, 2, 3, 4
"""
_FIRST, _LAST = "%(first)s::date", "%(last)s::date"
_MONTH_NUMBER = f"({MONTHS_A_YEAR} * date_part('year', {{day}}) + date_part('month', {{day}}))::int"


@dataclass
class Known:
    """Who was there, and in which parts."""

    kinds: dict[int, str] = field(default_factory=dict)
    """The kind of each organisation."""
    organisations: dict[int, Bits] = field(default_factory=lambda: defaultdict(int))
    people: dict[int, Bits] = field(default_factory=lambda: defaultdict(int))
    newcomers: dict[int, Bits] = field(default_factory=lambda: defaultdict(int))
    """Those who were never in a project before."""

    def figures(self, parts: Iterable[tuple[str | None, Bits]]) -> Found:
        """The counts in each of these sets of parts, with the people behind them."""
        kinds = Counter((self.kinds[key], bits) for key, bits in self.organisations.items())
        people, newcomers = Counter(self.people.values()), Counter(self.newcomers.values())
        found: Found = {}
        for part, wanted in parts:
            there: Counter[str] = Counter()
            for (kind, bits), number in kinds.items():
                if bits & wanted:
                    there[kind] += number
            behind, fresh = _how_many(people, wanted), _how_many(newcomers, wanted)
            found[part, "organisations"] = Value(there.total(), behind)
            found[part, "smes"] = Value(there[Organisation.Kind.SME], behind)
            found[part, "start_ups"] = Value(there[Organisation.Kind.START_UP], behind)
            found[part, "people"] = Value(behind, behind)
            found[part, "first_time_people"] = Value(fresh, people_behind_share(fresh, behind))
        return found


def in_projects(selection: ProgrammeSelection) -> Found:
    """Organisations and people whose projects could run in the period, in two queries."""
    by_month = selection.by == Division.MONTH
    asked = parameters(selection)
    places: dict[str, int] = {}
    if by_month:
        months = months_between(selection.first, selection.last)
        places = {part_key(month): place for place, month in enumerate(months)}
    known, running = Known(), defaultdict[int, Bits](int)
    for part, project, organisation, kind, since, until in tuples(_projects(selection), asked):
        if by_month:
            bits = _months(since, until)
        else:
            bits = 1 << places.setdefault(part_key(part), len(places))
        running[project] |= bits
        known.organisations[organisation] |= bits
        known.kinds[organisation] = kind
    for project, since, until, new, users in tuples(_members(by_month=by_month), asked):
        bits = running[project]
        if by_month:
            bits &= _months(since, until)
        if not bits:
            continue
        fresh = 0 if new is None else bits & (1 << new if by_month else EVERY_PART)
        for user in users:
            known.people[user] |= bits
            if fresh:
                known.newcomers[user] |= fresh
    return known.figures(
        [(None, EVERY_PART), *((part, 1 << place) for part, place in places.items())]
    )


def _how_many(counted: Counter[Bits], wanted: Bits) -> int:
    return sum(number for bits, number in counted.items() if bits & wanted)


def _months(since: int, until: int) -> Bits:
    """The months from one place to another."""
    return (2 << until) - (1 << since)


def _projects(selection: ProgrammeSelection) -> str:
    source = Source(tables="", day="")
    by_month = selection.by == Division.MONTH
    return _PROJECTS.format(
        part="NULL" if by_month else part_expression(source, selection.by),
        since=_place(f"GREATEST(allocation.starts_on, {_FIRST})", _FIRST, by_month=by_month),
        until=_place(f"LEAST(allocation.ends_on, {_LAST})", _LAST, by_month=by_month),
        where=" AND ".join(["TRUE", *conditions_of_place(source, selection)]),
    )


def _members(*, by_month: bool) -> str:
    return _MEMBERS.format(
        since=_place("since", _FIRST, by_month=by_month),
        until=_place("until", _LAST, by_month=by_month),
        new=_place("first_time", _FIRST, by_month=by_month),
    )


def _place(day: str, often: str, *, by_month: bool) -> str:
    """Which month of the period this day lies in; elsewhere the period is one.

    Of the day that it is most often, the month is computed once for all rows.
    """
    if not by_month:
        return "0"
    usual, found, first = (_MONTH_NUMBER.format(day=one) for one in (often, day, _FIRST))
    return f"CASE WHEN {day} = {often} THEN {usual} ELSE {found} END - {first}"
