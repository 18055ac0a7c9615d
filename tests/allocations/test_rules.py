from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.calendar import add_working_days, is_working_day, last_day
from allocations.rules.naming import next_project_name, project_prefix
from allocations.rules.requests import TrackLimits, problems_of_request
from allocations.states import (
    AWARDED_STATES,
    ENDED_STATES,
    NEXT_STATES,
    OFFERED_STATES,
    ApplicationState,
)

LIMITS = TrackLimits(min_gpu_hours=100, max_gpu_hours=1000, max_sites=1, lengths_in_months=(1, 3))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 11, 23), 2, date(2026, 11, 25)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 11, 10), 1, date(2026, 11, 12)),  # over Armistice Day
        (date(2026, 12, 24), 1, date(2026, 12, 28)),  # over Christmas and a weekend
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # over New Year
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_deadlines_count_belgian_working_days(start: date, days: int, due: date) -> None:
    assert add_working_days(start, days) == due


@given(st.dates(date(2024, 1, 1), date(2035, 1, 1)), st.integers(1, 40))
def test_a_deadline_is_a_working_day_after_just_so_many(start: date, days: int) -> None:
    due = add_working_days(start, days)
    between = [date.fromordinal(o) for o in range(start.toordinal() + 1, due.toordinal() + 1)]
    assert is_working_day(due)
    assert sum(map(is_working_day, between)) == days


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 15), 1, date(2026, 2, 14)),
        (date(2026, 1, 1), 1, date(2026, 1, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 23), 6, date(2027, 5, 22)),
        (date(2026, 3, 31), 12, date(2027, 3, 30)),
    ],
)
def test_an_allocation_ends_the_day_before_the_same_day(
    start: date, months: int, end: date
) -> None:
    assert last_day(start, months) == end


def test_names_go_up_by_one_within_a_year_and_track() -> None:
    prefix = project_prefix(year=2026, track_code="fl")
    assert next_project_name(prefix=prefix, last=None) == "aif26fl0001"
    assert next_project_name(prefix=prefix, last="aif26fl0041") == "aif26fl0042"


def test_the_ten_thousandth_name_is_refused_rather_than_wrapped() -> None:
    with pytest.raises(OverflowError):
        next_project_name(prefix="aif26fl", last="aif26fl9999")


def test_a_name_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="aif26pg0001"):
        next_project_name(prefix="aif26fl", last="aif26pg0001")


@pytest.mark.parametrize(
    ("hours", "months", "problem"),
    [
        ({}, 1, "one site at least"),
        ({"Zellik": 50, "Charleroi": 60}, 1, "one site only"),
        ({"Zellik": 99}, 1, "between 100 and 1,000"),
        ({"Zellik": 1001}, 1, "between 100 and 1,000"),
        ({"Zellik": 100}, 2, "1, 3 months"),
        ({"Zellik": 100}, None, "1, 3 months"),
    ],
)
def test_a_request_that_does_not_fit_its_track_is_told_why(
    hours: dict[str, int], months: int | None, problem: str
) -> None:
    (found,) = problems_of_request(limits=LIMITS, hours_by_site=hours, months=months)
    assert problem in found


@pytest.mark.parametrize("hours", [100, 1000])
def test_a_request_at_the_edge_of_its_track_fits(hours: int) -> None:
    assert problems_of_request(limits=LIMITS, hours_by_site={"Z": hours}, months=3) == []


def test_no_decision_is_ever_undone_and_every_state_has_its_rule() -> None:
    assert set(NEXT_STATES) == set(ApplicationState)
    decided = {*AWARDED_STATES, *ENDED_STATES}
    reached = {new for state in decided for new in NEXT_STATES[state]} - ENDED_STATES
    states = ApplicationState
    assert reached == {states.ACCEPTED, states.APPEALED, states.REPORT_DUE}
    assert not {new for state in OFFERED_STATES for new in NEXT_STATES[state]} & {states.REPORT_DUE}
    assert NEXT_STATES[states.REPORT_DUE] == {states.CLOSED, states.ACCEPTED}


def test_every_state_that_is_not_final_leads_to_a_final_one() -> None:
    final = {state for state, following in NEXT_STATES.items() if not following}
    reaches = set(final)
    for _step in NEXT_STATES:
        reaches |= {state for state, following in NEXT_STATES.items() if following & reaches}
    assert reaches == set(ApplicationState)
