"""Organisations that had projects, and the people in them."""

from allocations.rules.suppression import people_behind_share
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.statement import (
    Row,
    Source,
    ask,
    conditions,
    parameters,
    part_expression,
    part_of,
    read,
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

# Each person is looked at once for a part, however many projects and sites brought them there.
_PEOPLE = """
    SELECT part, GROUPING(part) = 1 AS is_total, COUNT(DISTINCT user_id) AS people,
           COUNT(DISTINCT user_id) FILTER (WHERE is_new) AS first_time_people
    FROM (
        SELECT DISTINCT {part} AS part, membership.user_id,
               first_time.day BETWEEN span.day AND span.until AS is_new
        FROM {running}
        JOIN allocations_membership membership
          ON membership.project_id = project.id
         AND membership.joined_at::date <= span.until
         AND COALESCE(membership.left_at::date, 'infinity'::date) >= span.day
        JOIN (
            SELECT user_id, MIN(joined_at)::date AS day
            FROM allocations_membership GROUP BY user_id
        ) first_time ON first_time.user_id = membership.user_id
        WHERE {where}
    ) known
    GROUP BY GROUPING SETS ((), (part))
"""


def in_projects(selection: ProgrammeSelection) -> Found:
    """Organisations and people whose projects could run in the period."""
    by_month = selection.by == Division.MONTH
    source = Source(tables=_BY_MONTH if by_month else _WHOLE, day="span.day")
    figures = """
        COUNT(DISTINCT organisation.id) AS organisations,
        COUNT(DISTINCT organisation.id) FILTER (WHERE organisation.kind = 'sme') AS smes,
        COUNT(DISTINCT organisation.id) FILTER (WHERE organisation.kind = 'start_up') AS start_ups
    """
    people = {part_of(row): row for row in _people(source, selection)}
    found: Found = {}
    for row in read(source, figures, selection):
        part = part_of(row)
        known = people.get(part, _NOBODY)
        for key in ("organisations", "smes", "start_ups"):
            found[part, key] = Value(row[key], known["people"])
        found[part, "people"] = Value(known["people"], known["people"])
        first_time = known["first_time_people"]
        behind = people_behind_share(first_time, known["people"])
        found[part, "first_time_people"] = Value(first_time, behind)
    return found


_NOBODY: Row = {"people": 0, "first_time_people": 0}


def _people(source: Source, selection: ProgrammeSelection) -> list[Row]:
    statement = _PEOPLE.format(
        part=part_expression(source, selection.by),
        running=source.tables,
        where=" AND ".join(conditions(source, selection)),
    )
    return ask(statement, parameters(selection))
