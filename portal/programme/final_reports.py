"""Final reports that were due, and how many of them came in time."""

from collections.abc import Iterable

from allocations.rules.suppression import people_behind_share
from portal.programme.statement import Row, Source, day_of, part_of
from portal.programme.values import Found, Value, percent

# One whose day has not passed is neither in time nor late, and a project that was given more time
# owes none until its new end.
REPORTS_DUE = Source(
    tables="""
        allocations_finalreport report
        JOIN allocations_project project ON project.id = report.project_id
        JOIN allocations_application application ON application.id = project.application_id
        LEFT JOIN allocations_track track ON track.id = project.track_id
        LEFT JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
        JOIN allocations_allocation allocation
          ON allocation.project_id = project.id AND allocation.adopted_at IS NULL
        LEFT JOIN allocations_site site ON site.id = allocation.site_id
    """,
    day="report.due_on",
    conditions=f"""
        report.due_on < {day_of("now()")}
        AND (report.state <> 'open' OR application.state = 'report_due')
    """,
)
_IN_TIME = f"report.state <> 'open' AND {day_of('report.handed_in_at')} <= report.due_on"
REPORT_FIGURES = f"""
    COUNT(DISTINCT report.id) AS due,
    COUNT(DISTINCT report.id) FILTER (WHERE {_IN_TIME}) AS in_time
"""


def on_time(rows: Iterable[Row]) -> Found:
    """Which share of the reports whose day lay in the period came by it."""
    found: Found = {}
    for row in rows:
        people = people_behind_share(row["in_time"], row["due"])
        found[part_of(row), "reports_on_time"] = Value(percent(row["in_time"], row["due"]), people)
    return found
