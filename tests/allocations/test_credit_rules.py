"""What of lost runs can be given back, and how much: the rules alone."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.budgets import Entry, EntryKind, Use, budget_of
from allocations.rules.credits import (
    RunFacts,
    Verdict,
    credit_minutes,
    digest_of,
    verdict_of,
)

facts = st.builds(
    RunFacts,
    has_ended=st.booleans(),
    gpu_seconds=st.integers(-5, 10**9),
    is_credited=st.booleans(),
    is_adopted=st.booleans(),
    in_this_budget=st.booleans(),
    allocation_has_ended=st.booleans(),
    is_of_the_actor=st.booleans(),
)


@given(facts)
def test_only_what_ended_and_used_something_once_is_creditable(run: RunFacts) -> None:
    allowed = verdict_of(run) == Verdict.CREDITABLE
    assert allowed == (
        run.has_ended and run.gpu_seconds > 0 and run.in_this_budget
        and not (run.is_credited or run.is_adopted)
        and not (run.allocation_has_ended or run.is_of_the_actor)
    )  # fmt: skip


@given(st.lists(st.integers(0, 10**12), max_size=40), st.integers(0, 40))
def test_credits_in_parts_or_at_once_are_never_more_than_was_used(
    seconds: list[int], cut: int
) -> None:
    whole = credit_minutes(seconds)
    assert 0 <= whole * 60 <= sum(seconds) < (whole + 1) * 60
    parts = credit_minutes(seconds[:cut]) + credit_minutes(seconds[cut:])
    assert whole - 1 <= parts <= whole


@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**6), max_size=12), st.integers(0, 10**6))
def test_refunds_and_their_reversals_leave_a_ledger_that_adds_up(
    granted: int, wanted: list[int], used: int
) -> None:
    ledger = [Entry(EntryKind.AWARD, granted)]
    for minutes in wanted:
        now_is = budget_of(ledger, Use(used))
        for step in (now_is.refund, now_is.take_back_refund):
            try:
                ledger.append(step(minutes))
            except ValueError:
                continue
            break
        after = budget_of(ledger, Use(used))
        assert after.refunded_minutes <= used
        assert after.left_minutes >= 0
        assert after.granted_minutes == sum(entry.gpu_minutes for entry in ledger)


keys = st.tuples(st.integers(), st.datetimes(timezones=st.just(UTC)))
charges = st.dictionaries(keys, st.integers())


@given(charges, charges)
def test_other_runs_or_other_seconds_are_another_digest(
    first: dict[tuple[int, datetime], int], second: dict[tuple[int, datetime], int]
) -> None:
    assert (digest_of(first) == digest_of(second)) == (first == second)
