"""The comparison of usage, pure: how seconds fall on days, and why Slurm may be the odd one."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slurm_bridge.audit import (
    NOTHING,
    SHIFTS_SECONDS,
    Compared,
    DayOfRecords,
    Seconds,
    Surroundings,
    day_bounds,
    days_between,
    differing,
    reason_of,
    seconds_within,
    totals,
)
from slurm_bridge.wire_accounting import JobRow

DAY = date(2026, 11, 23)
STARTS, ENDS = day_bounds(DAY)
KEY = ("p1", "ada")
READ_AT = ENDS + 50_000


def run(**changes: Any) -> JobRow:
    values = {
        "db_index": 1,
        "job_id": 1,
        "account": "p1",
        "username": "ada",
        "partition": "h200",
        "state": "COMPLETED",
        "submitted_at": STARTS,
        "started_at": STARTS + 100,
        "ended_at": STARTS + 200,
        "gpus": 2,
        "cpus": 8,
    }
    return JobRow.model_validate(values | changes)


def records(*rows: JobRow) -> DayOfRecords:
    day = DayOfRecords(DAY, READ_AT)
    for row in rows:
        day.add(row)
    return day


seconds = st.integers(0, 400_000)
runs = st.builds(
    lambda start, length, suspended, gpus, cpus, is_running: run(
        started_at=STARTS - 100_000 + start,
        ended_at=None if is_running else STARTS - 100_000 + start + length,
        suspended_seconds=min(suspended, length),
        gpus=gpus,
        cpus=cpus,
    ),
    start=seconds,
    length=seconds,
    suspended=seconds,
    gpus=st.integers(0, 16),
    cpus=st.integers(1, 256),
    is_running=st.booleans(),
)


@given(runs)
def test_the_days_of_a_run_add_up_to_its_whole(row: JobRow) -> None:
    assert row.started_at is not None
    until = READ_AT if row.ended_at is None else row.ended_at
    length = max(until - row.started_at, 0)
    days = days_between(DAY - timedelta(days=3), DAY + timedelta(days=9))
    parts = [seconds_within(row, *day_bounds(day), READ_AT) for day in days]
    worked = max(length - row.suspended_seconds, 0)
    assert sum(part.gpu for part in parts) == row.gpus * length
    assert sum(part.cpu for part in parts) == row.cpus * worked


@given(runs, st.integers(1, 86_399))
def test_the_parts_of_a_day_add_up_to_it(row: JobRow, cut: int) -> None:
    whole = seconds_within(row, STARTS, ENDS, READ_AT)
    before = seconds_within(row, STARTS, STARTS + cut, READ_AT)
    assert before + seconds_within(row, STARTS + cut, ENDS, READ_AT) == whole


uses = st.dictionaries(
    st.tuples(st.sampled_from(["p1", "p2"]), st.sampled_from(["ada", "bob", "cy"])),
    st.builds(Seconds, gpu=st.integers(0, 3), cpu=st.integers(0, 3)),
)


@given(uses, uses)
def test_what_differs_is_found_whole_and_nothing_else(portal: Any, slurm: Any) -> None:
    odd = set(differing(portal, slurm))
    for key in portal.keys() | slurm.keys():
        assert (portal.get(key, NOTHING) != slurm.get(key, NOTHING)) == (key in odd)
    assert differing(slurm, portal) == sorted(odd)
    sums = totals(portal, slurm)
    assert sum(item.portal_gpu_seconds for item in sums) == sum(u.gpu for u in portal.values())
    assert sum(item.slurm_cpu_seconds for item in sums) == sum(u.cpu for u in slurm.values())


def compared(
    portal: Seconds, slurm: Seconds, records_say: Seconds | None = None, day: date = DAY
) -> Compared:
    return Compared(KEY, day, portal, slurm, portal if records_say is None else records_say)


ALL = Seconds(200, 800)
SOME = Seconds(100, 400)
MORE = Seconds(300, 1200)


@pytest.mark.parametrize(
    ("found", "around", "reason"),
    [
        (compared(ALL, SOME), Surroundings(), "rollup_missed"),
        (compared(ALL, SOME), Surroundings(rolled_up_until=ENDS), "rollup_missed"),
        (compared(ALL, SOME), Surroundings(rolled_up_until=ENDS - 3600), "rollup_late"),
        (compared(ALL, NOTHING), Surroundings(associations=frozenset()), "association_deleted"),
        (compared(ALL, NOTHING), Surroundings(associations=frozenset({KEY})), "rollup_missed"),
        (compared(ALL, MORE), Surroundings(), "sums_stale"),
        (compared(ALL, MORE), Surroundings(reserved={KEY: SOME}), "reservation"),
        (compared(ALL, MORE), Surroundings(reserved={KEY: Seconds(99, 400)}), "sums_stale"),
        (compared(SOME, ALL, ALL), Surroundings(reserved={KEY: MORE}), "records_differ"),
        (compared(ALL, Seconds(100, 900)), Surroundings(), "unexplained"),
    ],
)
def test_each_reason_is_told_by_what_was_measured(
    found: Compared, around: Surroundings, reason: str
) -> None:
    assert reason_of(found, records(run()), None, around) == reason


def test_a_record_that_cannot_be_understood_explains_that_slurm_has_more() -> None:
    day = records(run())
    day.refused.add(KEY)
    assert reason_of(compared(ALL, MORE), day, None, Surroundings()) == "row_refused"


def test_suspension_over_midnight_explains_cpu_time_only() -> None:
    row = run(started_at=STARTS - 1000, ended_at=STARTS + 1000, suspended_seconds=500)
    day = records(row)
    only_cpu = compared(Seconds(10, 20), Seconds(10, 30))
    assert reason_of(only_cpu, day, None, Surroundings()) == "suspension_spread"
    assert reason_of(compared(ALL, MORE), day, None, Surroundings()) == "sums_stale"
    inside = records(run(suspended_seconds=50))
    assert reason_of(only_cpu, inside, None, Surroundings()) == "sums_stale"


@pytest.mark.parametrize("shift", SHIFTS_SECONDS)
def test_a_clock_off_by_part_of_an_hour_is_known_by_its_figures(shift: int) -> None:
    day = records(
        run(db_index=1, started_at=STARTS - 5000, ended_at=STARTS + 9000),
        run(db_index=2, username="bob", started_at=ENDS - 100, ended_at=ENDS + 9000),
    )
    keys = [KEY, ("p1", "bob")]
    slurm = {key: day.of(key, shift) for key in keys}
    assert day.shift_of(slurm, keys) == shift
    slurm[KEY] += Seconds(1, 0)
    assert day.shift_of(slurm, keys) is None
    assert day.shift_of({}, []) is None
