"""The deadline of a decision: across holidays, years, cut-offs, changes of time, and pauses."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.calendar import add_working_days, is_working_day
from allocations.rules.deadlines import (
    BRUSSELS,
    Clock,
    DeadlineKind,
    DeadlineRule,
    Pause,
    Signal,
    answer_due_on,
    next_cut_off,
    signal_on,
)

WORKING = DeadlineRule(DeadlineKind.WORKING_DAYS, 4)
CALENDAR = DeadlineRule(DeadlineKind.CALENDAR_DAYS, 30)
CUT_OFF = DeadlineRule(DeadlineKind.AFTER_CUT_OFF, 10, cut_off_days=(1, 15))

RULES = st.builds(
    DeadlineRule,
    kind=st.sampled_from([kind.value for kind in DeadlineKind]),
    days=st.integers(1, 60),
    cut_off_days=st.lists(st.integers(1, 31), min_size=1, max_size=4).map(tuple),
    cut_off_time=st.times().map(lambda moment: moment.replace(microsecond=0, tzinfo=None)),
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2034, 12, 31)).map(  # noqa: DTZ001  # made aware
    lambda moment: moment.replace(tzinfo=UTC)
)


def brussels(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BRUSSELS)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("rule", "submitted_at", "due_on"),
    [
        (WORKING, brussels(2026, 11, 25, 12), date(2026, 12, 1)),
        (WORKING, brussels(2026, 12, 23, 17), date(2026, 12, 30)),  # Christmas is out
        (WORKING, brussels(2026, 12, 30, 9), date(2027, 1, 6)),  # so is New Year
        (WORKING, brussels(2026, 4, 2, 9), date(2026, 4, 9)),  # and Easter Monday
        (WORKING, datetime(2026, 11, 24, 23, 30, tzinfo=UTC), date(2026, 12, 1)),  # Wednesday here
        (CALENDAR, brussels(2026, 12, 15, 9), date(2027, 1, 14)),
        (CUT_OFF, brussels(2026, 12, 1, 10), date(2026, 12, 15)),  # to the second in time
        (CUT_OFF, brussels(2026, 12, 1, 10, 0, 1), date(2026, 12, 30)),
        (CUT_OFF, brussels(2026, 12, 15, 11), date(2027, 1, 15)),  # the year's last has passed
    ],
)
def test_decision_is_due_after_so_many_days(
    rule: DeadlineRule, submitted_at: datetime, due_on: date
) -> None:
    assert Clock(rule, submitted_at).due_on == due_on


def test_cut_off_is_ten_in_brussels_in_summer_and_in_winter() -> None:
    assert next_cut_off(CUT_OFF, datetime(2026, 7, 10, tzinfo=UTC)) == datetime(
        2026, 7, 15, 8, tzinfo=UTC
    )
    assert next_cut_off(CUT_OFF, datetime(2026, 12, 10, tzinfo=UTC)) == datetime(
        2026, 12, 15, 9, tzinfo=UTC
    )


def test_day_that_a_month_does_not_have_is_its_last() -> None:
    rule = DeadlineRule(DeadlineKind.AFTER_CUT_OFF, 1, cut_off_days=(31,), cut_off_time=time(10))
    assert next_cut_off(rule, brussels(2027, 2, 1, 0)) == brussels(2027, 2, 28, 10)


def test_rule_with_cut_offs_and_no_day_is_refused_rather_than_searched_for_ever() -> None:
    with pytest.raises(ValueError, match="day of the month"):
        next_cut_off(DeadlineRule(DeadlineKind.AFTER_CUT_OFF, 1), brussels(2026, 1, 1))


def test_question_answered_the_same_day_costs_nothing() -> None:
    asked = Pause(date(2026, 11, 26), date(2026, 11, 26))
    assert Clock(WORKING, brussels(2026, 11, 25, 12), (asked,)).due_on == date(2026, 12, 1)


def test_clock_stands_still_while_the_applicant_owes_information() -> None:
    submitted_at = brussels(2026, 11, 25, 12)
    owing = Clock(WORKING, submitted_at, (Pause(date(2026, 11, 26), None),))
    assert (owing.is_paused, owing.due_on, owing.amber_on, owing.red_on) == (True, None, None, None)
    # Thursday and Friday do not count; the weekend would not have counted anyway.
    answered = Clock(WORKING, submitted_at, (Pause(date(2026, 11, 26), date(2026, 11, 30)),))
    assert answered.due_on == date(2026, 12, 3)


def test_half_of_the_time_is_amber_four_fifths_are_red() -> None:
    clock = Clock(CUT_OFF, brussels(2026, 11, 30, 12))
    assert (clock.amber_on, clock.red_on, clock.due_on) == (
        date(2026, 12, 8),
        date(2026, 12, 11),
        date(2026, 12, 15),
    )


@pytest.mark.parametrize(
    ("today", "signal"),
    [
        (date(2026, 12, 7), Signal.GREEN),
        (date(2026, 12, 8), Signal.AMBER),
        (date(2026, 12, 11), Signal.RED),
        (date(2026, 12, 15), Signal.RED),
        (date(2026, 12, 16), Signal.LATE),
    ],
)
def test_colour_follows_the_days(today: date, signal: Signal) -> None:
    shown = signal_on(
        today, due_on=date(2026, 12, 15), amber_on=date(2026, 12, 8), red_on=date(2026, 12, 11)
    )
    assert shown == signal


def test_answer_is_due_so_many_calendar_days_after_the_question() -> None:
    assert answer_due_on(date(2026, 12, 24), 10) == date(2027, 1, 3)


@given(rule=RULES, submitted_at=MOMENTS)
def test_half_is_before_four_fifths_is_before_the_end(
    rule: DeadlineRule, submitted_at: datetime
) -> None:
    clock = Clock(rule, submitted_at)
    assert clock.amber_on is not None
    assert clock.red_on is not None
    assert clock.due_on is not None
    assert clock.starts_on < clock.amber_on <= clock.red_on <= clock.due_on
    if rule.kind == DeadlineKind.CALENDAR_DAYS:
        assert clock.due_on == clock.starts_on + timedelta(days=rule.days)
    else:
        assert is_working_day(clock.due_on)
        assert clock.due_on == add_working_days(clock.starts_on, rule.days)


@given(rule=RULES, submitted_at=MOMENTS)
def test_cut_off_is_never_past_and_never_more_than_a_month_and_a_day_away(
    rule: DeadlineRule, submitted_at: datetime
) -> None:
    cut_off = next_cut_off(rule, submitted_at)
    assert submitted_at <= cut_off <= submitted_at + timedelta(days=32)
    local = cut_off.astimezone(BRUSSELS)
    # An hour that does not exist on the night in March is told as the one after it.
    assert local.time() == rule.cut_off_time or local.utcoffset() != cut_off.utcoffset()


@given(
    rule=RULES,
    submitted_at=MOMENTS,
    after=st.integers(0, 40),
    length=st.integers(0, 40),
    longer=st.integers(0, 10),
)
def test_longer_pause_never_brings_the_day_nearer(
    rule: DeadlineRule, submitted_at: datetime, after: int, length: int, longer: int
) -> None:
    asked_on = submitted_at.astimezone(BRUSSELS).date() + timedelta(days=after)
    answered_on = asked_on + timedelta(days=length)
    pauses = [(), (Pause(asked_on, answered_on),)]
    pauses.append((Pause(asked_on, answered_on + timedelta(days=longer)),))
    due = [Clock(rule, submitted_at, some).due_on or date.max for some in pauses]
    assert due == sorted(due)
    assert date.max not in due


@given(rule=RULES, submitted_at=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=60)))
def test_who_hands_in_later_is_never_answered_sooner(
    rule: DeadlineRule, submitted_at: datetime, later: timedelta
) -> None:
    first = Clock(rule, submitted_at).due_on or date.max
    assert first <= (Clock(rule, submitted_at + later).due_on or date.min)
