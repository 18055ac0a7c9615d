"""Applications, decisions, and how long each step took."""

from collections.abc import Iterable

from allocations.rules.suppression import people_behind_share
from allocations.states import OFFERED_STATES
from portal.programme.final_reports import REPORT_FIGURES, REPORTS_DUE, on_time
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.statement import (
    Row,
    Source,
    ask,
    conditions,
    day_of,
    in_period,
    parameters,
    part_expression,
    part_key,
    part_of,
    read_together,
)
from portal.programme.values import Found, Value, percent

_OF_APPLICATION = """
    allocations_application application
    LEFT JOIN allocations_track track ON track.id = application.track_id
    LEFT JOIN accounts_organisation organisation ON organisation.id = application.organisation_id
    JOIN allocations_requestedhours wanted ON wanted.application_id = application.id
    LEFT JOIN allocations_site site ON site.id = wanted.site_id
"""
_HANDED_IN = Source(
    tables=_OF_APPLICATION,
    day=day_of("application.submitted_at"),
    conditions=in_period("application.submitted_at"),
    is_of_period=True,
)
_DECIDED = Source(
    tables=f"""{_OF_APPLICATION}
    JOIN allocations_decision decision ON decision.application_id = application.id
    """,
    day=day_of("decision.decided_at"),
    conditions=in_period("decision.decided_at"),
    is_of_period=True,
)
_PEOPLE = "COUNT(DISTINCT application.applicant_id)"
_AWARDED = ", ".join(f"'{state.value}'" for state in sorted(OFFERED_STATES))
_IN_TIME = f"{day_of('decision.decided_at')} <= application.decision_due_on"

# Stays in a state end where the next one begins.
_STAYS = """
    WITH stay AS MATERIALIZED (
        SELECT application_id, state, EXTRACT(EPOCH FROM left_at - at) / 86400 AS days,
               {day} AS day
        FROM (
            SELECT application_id, state, at,
                   LEAD(at) OVER (PARTITION BY application_id ORDER BY at, id) AS left_at
            FROM allocations_transition
        ) step
        WHERE state IN ('submitted', 'info_requested') AND {in_period}
    )
    {whole} UNION ALL {parts}
"""
_DAYS_OF_STAYS = """
    SELECT {part} AS part, stay.state,
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY stay.days) AS days
    FROM stay
    LEFT JOIN allocations_application application ON application.id = stay.application_id
    LEFT JOIN allocations_track track ON track.id = application.track_id
    LEFT JOIN accounts_organisation organisation ON organisation.id = application.organisation_id
    {sites}
    WHERE {where}
    GROUP BY 1, 2
"""
_STAY = Source(tables="", day="stay.day", is_of_period=True)
_AT_SITES = """
    JOIN allocations_requestedhours wanted ON wanted.application_id = application.id
    JOIN allocations_site site ON site.id = wanted.site_id
"""


def handed_in_and_decided(selection: ProgrammeSelection, *, with_people: bool) -> Found:
    """What came in, what came out, and the final reports that came of projects.

    In one question, since a page has none to spare.
    """
    people = f"{_PEOPLE if with_people else '0'} AS people"
    handed_in = f"""
        COUNT(DISTINCT application.id) AS applications, {people},
        COALESCE(SUM(wanted.gpu_hours), 0) AS requested
    """
    decided = f"""
        COUNT(DISTINCT application.id) AS decisions, {people},
        COUNT(DISTINCT application.id) FILTER (WHERE decision.outcome IN ({_AWARDED})) AS approvals,
        COUNT(DISTINCT application.id) FILTER (WHERE {_IN_TIME}) AS in_time
    """
    rows = read_together(
        {
            "handed_in": (_HANDED_IN, handed_in),
            "decided": (_DECIDED, decided),
            "reports": (REPORTS_DUE, REPORT_FIGURES),
        },
        selection,
    )
    return {
        **_handed_in(rows["handed_in"]),
        **_decided(rows["decided"]),
        **on_time(rows["reports"]),
    }


def _handed_in(rows: Iterable[Row]) -> Found:
    """Applications, and the hours they ask for."""
    found: Found = {}
    for row in rows:
        part, people = part_of(row), row["people"]
        found[part, "applications"] = Value(row["applications"], people)
        found[part, "requested"] = Value(float(row["requested"]), people)
    return found


def _decided(rows: Iterable[Row]) -> Found:
    """Decisions, how many were approvals, and how many came in time."""
    found: Found = {}
    for row in rows:
        part, all_of_them = part_of(row), row["decisions"]
        found[part, "decisions"] = Value(all_of_them, row["people"])
        for key, count in (
            ("approval_rate", row["approvals"]),
            ("inside_deadline", row["in_time"]),
        ):
            # Of several applications of one person, a share may speak of that person alone.
            people = min(people_behind_share(count, all_of_them), row["people"])
            found[part, key] = Value(percent(count, all_of_them), people)
    return found


def stays(selection: ProgrammeSelection) -> Found:
    """For how many days applications stood in each state."""
    where = " AND ".join(conditions(_STAY, selection))
    nothing = "NULL::date" if selection.by == Division.MONTH else "NULL"
    # At a site an application stands once, and at several as often.
    at_site = _AT_SITES if selection.site else ""
    whole = _DAYS_OF_STAYS.format(part=nothing, sites=at_site, where=where)
    parts = _DAYS_OF_STAYS.format(
        part=part_expression(_STAY, selection.by),
        sites=_AT_SITES if selection.by == Division.SITE else at_site,
        where=where,
    )
    found: Found = {}
    statement = _STAYS.format(
        day=day_of("left_at"), in_period=in_period("left_at"), whole=whole, parts=parts
    )
    for row in ask(statement, parameters(selection)):
        part = None if row["part"] is None else part_key(row["part"])
        for share, days in zip(("p50", "p90"), row["days"], strict=True):
            found[part, f"days_{row['state']}_{share}"] = Value(float(days))
    return found
