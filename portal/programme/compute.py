"""GPU time: granted, lapsed, used, lost to failures, and each pool's share of it."""

from django.conf import settings

from accounts.models import Organisation
from allocations.rules.aid import CENTS_A_EURO
from allocations.rules.budgets import EntryKind
from portal.programme.selection import ProgrammeSelection
from portal.programme.statement import Source, part_of, read
from portal.programme.values import Found, Value, hours_of_minutes, hours_of_seconds, percent

INDUSTRY_KINDS = (
    Organisation.Kind.START_UP.value,
    Organisation.Kind.SME.value,
    Organisation.Kind.LARGE.value,
)
QUICK_TRACKS = ("pg", "fl")
FAILED_STATES = (
    "BOOT_FAIL",
    "DEADLINE",
    "FAILED",
    "LAUNCH_FAILED",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "TIMEOUT",
)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_PROJECT = """
    JOIN allocations_project project ON project.id = {rows}.project_id
    JOIN allocations_track track ON track.id = project.track_id
    JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
"""
# Today's members stand behind what their project was granted; the first carries the amount.
_LEDGER_TABLES = """
    allocations_ledgerentry entry
    JOIN allocations_allocation allocation ON allocation.id = entry.allocation_id
    JOIN allocations_site site ON site.id = allocation.site_id
    {project}
    LEFT JOIN (
        SELECT project_id, user_id,
               row_number() OVER (PARTITION BY project_id ORDER BY id) AS place
        FROM allocations_membership WHERE left_at IS NULL
    ) member ON member.project_id = project.id
"""
_LEDGER = Source(
    tables=_LEDGER_TABLES.format(project=_PROJECT.format(rows="allocation")),
    day=f"(entry.at AT TIME ZONE '{settings.TIME_ZONE}')::date",
)
_ENTRY_TABLES = """
    {rows}
    JOIN allocations_ledgerentry entry ON entry.id = {name}.entry_id
    JOIN allocations_allocation allocation ON allocation.id = entry.allocation_id
    JOIN allocations_site site ON site.id = allocation.site_id
    {project}
"""
_AID = Source(
    tables=_ENTRY_TABLES.format(
        rows="allocations_aidgrant aid", name="aid", project=_PROJECT.format(rows="allocation")
    ),
    day="aid.granted_on",
)
_DRAWN = Source(
    tables=_ENTRY_TABLES.format(
        rows="allocations_pooldraw draw", name="draw", project=_PROJECT.format(rows="allocation")
    ),
    day=f"(entry.at AT TIME ZONE '{settings.TIME_ZONE}')::date",
)
_USED = Source(
    tables=f"""
    allocations_dailyusage usage
    JOIN allocations_site site ON site.id = usage.site_id
    {_PROJECT.format(rows="usage")}
    """,
    day="usage.day",
)
_FAILED = Source(
    tables=f"""
    allocations_joboutcome outcome
    JOIN allocations_site site ON site.id = outcome.site_id
    {_PROJECT.format(rows="outcome")}
    """,
    day="outcome.day",
    conditions=f"outcome.state IN ({_names(FAILED_STATES)})",
)
_LAPSED = f"entry.kind = '{EntryKind.LAPSE.value}'"
_ONCE = "COALESCE(member.place, 1) = 1"


def granted(selection: ProgrammeSelection) -> Found:
    """What was given and what lapsed, and how much of it went to each pool."""
    figures = f"""
        COALESCE(SUM(entry.gpu_minutes) FILTER (WHERE {_ONCE} AND NOT {_LAPSED}), 0) AS granted,
        COALESCE(-SUM(entry.gpu_minutes) FILTER (WHERE {_ONCE} AND {_LAPSED}), 0) AS unspent,
        COALESCE(SUM(entry.gpu_minutes) FILTER (
            WHERE {_ONCE} AND NOT {_LAPSED} AND organisation.kind IN ({_names(INDUSTRY_KINDS)})
        ), 0) AS pool_industry,
        COALESCE(SUM(entry.gpu_minutes) FILTER (
            WHERE {_ONCE} AND NOT {_LAPSED} AND track.code IN ({_names(QUICK_TRACKS)})
        ), 0) AS pool_quick,
        COUNT(DISTINCT member.user_id) FILTER (WHERE NOT {_LAPSED}) AS people
    """
    found: Found = {}
    for row in read(_LEDGER, figures, selection):
        part = part_of(row)
        found[part, "granted"] = Value(hours_of_minutes(row["granted"]), row["people"])
        found[part, "unspent"] = Value(hours_of_minutes(row["unspent"]))
        for pool in ("pool_industry", "pool_quick"):
            found[part, pool] = Value(percent(row[pool], row["granted"]))
    return found


def aid(selection: ProgrammeSelection) -> Found:
    """What grants to economic activities were worth, and what was taken from pools."""
    euros = "COALESCE(SUM(aid.cents), 0)::bigint AS cents"
    minutes = "COALESCE(SUM(draw.gpu_minutes), 0)::bigint AS minutes"
    found: Found = {
        (part_of(row), "aid"): Value(float(row["cents"]) / CENTS_A_EURO)
        for row in read(_AID, euros, selection)
    }
    return found | {
        (part_of(row), "pools_granted"): Value(hours_of_minutes(row["minutes"]))
        for row in read(_DRAWN, minutes, selection)
    }


def used(selection: ProgrammeSelection, *, with_people: bool) -> Found:
    """What jobs held; counting the people takes longer and is left out where nobody asks."""
    people = "COUNT(DISTINCT usage.username) FILTER (WHERE usage.gpu_seconds > 0)"
    figures = f"""
        SUM(usage.gpu_seconds)::bigint AS seconds, {people if with_people else 0} AS people
    """
    return {
        (part_of(row), "used"): Value(hours_of_seconds(row["seconds"]), row["people"])
        for row in read(_USED, figures, selection)
    }


def failed(selection: ProgrammeSelection) -> Found:
    """What runs held that ended badly."""
    figures = "SUM(outcome.gpu_seconds)::bigint AS seconds"
    return {
        (part_of(row), "failed"): Value(hours_of_seconds(row["seconds"]))
        for row in read(_FAILED, figures, selection)
    }
