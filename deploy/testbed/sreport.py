"""Slurm's own figures, up to this moment."""

from __future__ import annotations

import time

from deploy.testbed.layout import Layout, Site
from deploy.testbed.rollup import SECONDS_AN_HOUR, local_time, roll_up
from deploy.testbed.slurm import run_slurm

# sreport ends its report at the full hour that is nearest to now, whatever it is asked; so in the
# first half of an hour it leaves that hour out. Told that it is an hour later, it does not.
AN_HOUR_LATER = ("faketime", "-f", "+1h")


def tres_seconds_by_user(
    layout: Layout, site: Site, *, since: int, tres: str = "gres/gpu"
) -> dict[tuple[str, str], int]:
    """What sreport says that each (account, user) used of a TRES, from that hour on until now."""
    until = int(time.time()) + SECONDS_AN_HOUR
    roll_up(layout, site, since, until)
    report = run_slurm(
        layout,
        site,
        *AN_HOUR_LATER,
        *("sreport", "--noheader", "--parsable2", "-t", "Seconds", "-T", tres),
        *("cluster", "AccountUtilizationByUser", f"Clusters={site.name}"),
        f"start={local_time(since):%Y-%m-%dT%H:00:00}",
        f"end={local_time(until):%Y-%m-%dT%H:00:00}",
        "format=Account,Login,Used",
    )
    rows = [line.split("|") for line in report.splitlines()]
    return {(account, login): int(used) for account, login, used in rows if login}
