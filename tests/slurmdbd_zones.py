"""Slurm's database in another time zone than the bridges'."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from deploy.testbed.history import Accounting
from deploy.testbed.layout import SITES
from deploy.testbed.processes import start, stop
from deploy.testbed.services import service_named
from tests.testbed import Testbed

HOUR = 3600


def clocks_changed_on(*, forward: date, back: date) -> str:
    """A zone an hour west of UTC, as POSIX writes it, with summer time between two days at 2."""
    return f"WEST1SUMMER0,{_number(forward)}/2,{_number(back)}/2"


def _number(day: date) -> int:
    """A day by its place in its year, from 0 on."""
    return day.timetuple().tm_yday - 1


@contextmanager
def slurmdbd_in(testbed: Testbed, accounting: Accounting, zone: str) -> Iterator[None]:
    """Slurm's database in another time zone; afterwards its sums are as they were."""
    service = service_named(testbed.layout, accounting.settings, "slurmdbd")
    clusters = [item.name for item in SITES]
    ran = {name: accounting.sql(f"SELECT * FROM {name}_last_ran_table;") for name in clusters}
    stop(testbed.layout, service)
    start(testbed.layout, replace(service, environment={**(service.environment or {}), "TZ": zone}))
    try:
        yield
    finally:
        stop(testbed.layout, service)
        for name in clusters:
            for table in ("assoc_usage", "usage"):
                for kind, length in (("hour", HOUR), ("day", 24 * HOUR)):
                    accounting.sql(
                        f"DELETE FROM {name}_{table}_{kind}_table WHERE time_start % {length} <> 0;"
                    )
            # Of a new cluster nothing was ever added up.
            accounting.sql(f"DELETE FROM {name}_last_ran_table;")
            for hourly, daily, monthly in ran[name]:
                accounting.sql(
                    f"INSERT INTO {name}_last_ran_table (hourly_rollup, daily_rollup,"
                    f" monthly_rollup) VALUES ({hourly}, {daily}, {monthly});"
                )
        start(testbed.layout, service)
