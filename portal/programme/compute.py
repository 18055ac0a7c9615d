"""GPU time: granted, lapsed, used, lost to failures, and each pool's share of it."""

from accounts.models import Organisation
from allocations.rules.aid import CENTS_A_EURO
from allocations.rules.budgets import EntryKind
from allocations.rules.outcomes import GOOD_ENDS
from portal.programme.selection import ProgrammeSelection
from portal.programme.statement import Source, day_of, in_period, part_of, read
from portal.programme.values import Found, Value, hours_of_minutes, hours_of_seconds, percent
from portal.reports.sums import AT_EDGES, SIGN

INDUSTRY_KINDS = (
    Organisation.Kind.START_UP.value,
    Organisation.Kind.SME.value,
    Organisation.Kind.LARGE.value,
)
QUICK_TRACKS = ("pg", "fl")


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_PROJECT = """
    LEFT JOIN allocations_project project ON project.id = {rows}.project_id
    LEFT JOIN allocations_track track ON track.id = project.track_id
    LEFT JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
"""
_GRANTS = """
    allocations_ledgerentry entry
    JOIN allocations_allocation allocation ON allocation.id = entry.allocation_id
    LEFT JOIN allocations_site site ON site.id = allocation.site_id
    {project}
"""
# What was booked, the aid that it was, and the pools that it came from, each on its day.
_BOOKED = Source(
    tables=_GRANTS.replace("allocations_ledgerentry entry", """(
        SELECT allocation_id, {day} AS day, kind, gpu_minutes, 0 AS cents, 0 AS drawn_minutes
        FROM allocations_ledgerentry entry WHERE gpu_minutes <> 0 AND {in_period}
        UNION ALL
        SELECT entry.allocation_id, aid.granted_on, entry.kind, 0, aid.cents, 0
        FROM allocations_aidgrant aid
        JOIN allocations_ledgerentry entry ON entry.id = aid.entry_id
        JOIN allocations_allocation taken ON taken.id = entry.allocation_id
        WHERE aid.granted_on BETWEEN %(first)s AND %(last)s
          AND NOT (taken.is_offered AND taken.released_at IS NOT NULL)
        UNION ALL
        SELECT entry.allocation_id, {day}, entry.kind, 0, 0, draw.gpu_minutes
        FROM allocations_pooldraw draw
        JOIN allocations_ledgerentry entry ON entry.id = draw.entry_id WHERE {in_period}
    ) entry""").format(
        day=day_of("entry.at"),
        in_period=in_period("entry.at"),
        project=_PROJECT.format(rows="allocation"),
    ),
    day="entry.day",
    is_of_period=True,
)  # fmt: skip
_LAPSED = f"entry.kind = '{EntryKind.LAPSE.value}'"
# Today's members stand behind what their project was granted.
_MEMBERS = Source(
    tables=_GRANTS.format(project=_PROJECT.format(rows="allocation"))
    + """
    JOIN allocations_membership member ON member.project_id = project.id AND member.left_at IS NULL
    """,
    day=day_of("entry.at"),
    conditions=f"NOT {_LAPSED} AND entry.gpu_minutes <> 0 AND {in_period('entry.at')}",
    is_of_period=True,
)
# Months are read from their sums, and the days about them by themselves.
_SUMMED = f"""
    (
        SELECT project_id, site_id, month AS day, gpu_seconds, failed_gpu_seconds
        FROM allocations_projectmonth WHERE month >= %(months_from)s AND month < %(months_until)s
        UNION ALL
        SELECT project_id, site_id, MIN(day), SUM({SIGN} * gpu_seconds), 0
        FROM allocations_dailyusage WHERE {AT_EDGES}
        GROUP BY project_id, site_id, date_trunc('month', day::timestamp)
        UNION ALL
        SELECT project_id, site_id, MIN(day), 0, SUM({SIGN} * gpu_seconds)
        FROM allocations_joboutcome WHERE {AT_EDGES} AND state NOT IN ({_names(GOOD_ENDS)})
        GROUP BY project_id, site_id, date_trunc('month', day::timestamp)
    )
"""
_USAGE = """
    {rows} usage
    LEFT JOIN allocations_site site ON site.id = usage.site_id
    {project}
"""
_USED = Source(
    tables=_USAGE.format(rows=_SUMMED, project=_PROJECT.format(rows="usage")),
    day="usage.day",
    is_of_period=True,
)
_PEOPLE = Source(
    tables=_USAGE.format(rows="allocations_dailyusage", project=_PROJECT.format(rows="usage")),
    day="usage.day",
    conditions="usage.gpu_seconds > 0",
)


def granted(selection: ProgrammeSelection, *, with_people: bool) -> Found:
    """What was given and lapsed, how much went to each pool, what it was worth as aid."""
    figures = f"""
        COALESCE(SUM(entry.gpu_minutes) FILTER (WHERE NOT {_LAPSED}), 0) AS granted,
        COALESCE(-SUM(entry.gpu_minutes) FILTER (WHERE {_LAPSED}), 0) AS unspent,
        COALESCE(SUM(entry.gpu_minutes) FILTER (
            WHERE NOT {_LAPSED} AND organisation.kind IN ({_names(INDUSTRY_KINDS)})
        ), 0) AS pool_industry,
        COALESCE(SUM(entry.gpu_minutes) FILTER (
            WHERE NOT {_LAPSED} AND track.code IN ({_names(QUICK_TRACKS)})
        ), 0) AS pool_quick,
        COALESCE(SUM(entry.cents), 0)::bigint AS cents,
        COALESCE(SUM(entry.drawn_minutes), 0)::bigint AS drawn_minutes
    """
    members = "COUNT(DISTINCT member.user_id) AS people"
    behind = read(_MEMBERS, members, selection) if with_people else []
    people = {part_of(row): row["people"] for row in behind}
    found: Found = {}
    for row in read(_BOOKED, figures, selection):
        part = part_of(row)
        found[part, "granted"] = Value(hours_of_minutes(row["granted"]), people.get(part, 0))
        found[part, "unspent"] = Value(hours_of_minutes(row["unspent"]))
        found[part, "aid"] = Value(row["cents"] / CENTS_A_EURO)
        found[part, "pools_granted"] = Value(hours_of_minutes(row["drawn_minutes"]))
        for pool in ("pool_industry", "pool_quick"):
            found[part, pool] = Value(percent(row[pool], row["granted"]))
    return found


def used(selection: ProgrammeSelection, *, with_people: bool) -> Found:
    """What jobs held, also those that failed; counting the people takes longer than all else."""
    figures = """
        SUM(usage.gpu_seconds)::bigint AS used, SUM(usage.failed_gpu_seconds)::bigint AS failed
    """
    people: dict[str | None, int] = {}
    if with_people:
        for row in read(_PEOPLE, "COUNT(DISTINCT usage.username) AS people", selection):
            people[part_of(row)] = row["people"]
    found: Found = {}
    for row in read(_USED, figures, selection):
        part = part_of(row)
        found[part, "used"] = Value(hours_of_seconds(row["used"]), people.get(part, 0))
        found[part, "failed"] = Value(hours_of_seconds(row["failed"]))
    return found
