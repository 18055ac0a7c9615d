"""What Slurm itself says was used, to hold the portal against."""

import time
from typing import Any

import psycopg2

from deploy.demo.stack import Stack
from deploy.demo.steps import wait_until
from deploy.testbed.layout import SITES, Site
from deploy.testbed.sreport import tres_seconds_by_user
from tests.testbed import Testbed

DAY = 86_400
START_RECORDS_SECONDS = 6


def slurm_seconds(
    testbed: Testbed, site: Site, account_name: str, days: int, tres: str
) -> dict[str, int]:
    """Seconds of a TRES for each user of an account in the last days, by sreport after a rollup."""
    since = (int(time.time()) // DAY - days) * DAY
    report = tres_seconds_by_user(testbed.layout, site, since=since, tres=tres)
    return {login: used for (account, login), used in report.items() if account == account_name}


def query(stack: Stack, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Rows of the portal's database, read beside it."""
    address = stack.environment["BELFRY_DATABASE_URL"]
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def portal_seconds(stack: Stack, site: Site, project: str) -> dict[str, dict[str, int]]:
    """GPU- and CPU-seconds for each user of a project, as the portal counted them."""
    rows = query(
        stack,
        """SELECT username, SUM(gpu_seconds)::bigint, SUM(cpu_seconds)::bigint
           FROM allocations_dailyusage usage
           JOIN allocations_project project ON project.id = usage.project_id
           JOIN allocations_site site ON site.id = usage.site_id
           WHERE project.name = %s AND site.code = %s GROUP BY username""",
        project,
        site.name,
    )
    return {username: {"gres/gpu": gpu, "cpu": cpu} for username, gpu, cpu in rows}


def wait_for_accounting(stack: Stack) -> None:
    """Return when both sites' accounting has been read whole, from now on.

    slurmctld tells slurmdbd of started jobs every five seconds; a job that is shorter can be seen
    by its number at once and in a window of time only then.
    """
    since = time.time() + START_RECORDS_SECONDS

    def read() -> bool:
        rows = query(
            stack, "SELECT EXTRACT(EPOCH FROM accounting_until) FROM allocations_sitestatus"
        )
        return len(rows) == len(SITES) and all(until and until > since for (until,) in rows)

    wait_until(read, 90, "A bridge did not read its accounting.", "Read the bridges' logs.")


def assert_exact(
    stack: Stack, testbed: Testbed, site: Site, project: str, days: int = 3, *, account: str = ""
) -> int:
    """The portal says for every user what Slurm says, to the second; returns the GPU-seconds."""
    portal = portal_seconds(stack, site, project)
    for tres in ("gres/gpu", "cpu"):
        slurm = slurm_seconds(testbed, site, account or project, days, tres)
        counted = {user: seconds[tres] for user, seconds in portal.items() if seconds[tres]}
        assert counted == {user: seconds for user, seconds in slurm.items() if seconds}
    return sum(seconds["gres/gpu"] for seconds in portal.values())
