"""The arithmetic of budgets, as laws that no sequence of changes may break."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from allocations.rules.budgets import (
    Budget,
    Entry,
    EntryKind,
    TooMuchError,
    Use,
    budget_of,
    limit_in_slurm,
    minutes_of,
)

MINUTES = st.integers(1, 100_000)
SITES = st.sampled_from(("zellik", "charleroi"))
GIVEN_ANEW = frozenset({EntryKind.AWARD, EntryKind.SUPPLEMENT, EntryKind.RENEWAL})


@dataclass
class _Site:
    """One allocation with a Slurm that starts a job only if it can end inside the limit."""

    ledger: list[Entry] = field(default_factory=list)
    used: int = 0
    running: list[int] = field(default_factory=list)
    has_ended: bool = False

    def budget(self) -> Budget:
        return budget_of(self.ledger, Use(self.used, sum(self.running)))

    def starts(self, minutes: int) -> bool:
        fits = self.used + sum(self.running) + minutes <= limit_in_slurm(self.granted(), 0)
        return fits and not self.has_ended

    def granted(self) -> int:
        return sum(entry.gpu_minutes for entry in self.ledger)


class TwoSites(RuleBasedStateMachine):
    """Staff, jobs and nights in any order at two sites of one project."""

    def __init__(self) -> None:
        super().__init__()
        self.sites = {"zellik": _Site(), "charleroi": _Site()}

    @rule(site=SITES, minutes=MINUTES)
    def supplement(self, site: str, minutes: int) -> None:
        if not self.sites[site].has_ended:
            self.sites[site].ledger.append(Entry(EntryKind.SUPPLEMENT, minutes))

    @rule(site=SITES, minutes=MINUTES)
    def reduce(self, site: str, minutes: int) -> None:
        self._book(site, lambda budget: budget.reduction(minutes))

    @rule(site=SITES, minutes=MINUTES)
    def refund(self, site: str, minutes: int) -> None:
        if not self.sites[site].has_ended:
            self._book(site, lambda budget: budget.refund(minutes))

    @rule(site=SITES, minutes=MINUTES)
    def transfer(self, site: str, minutes: int) -> None:
        source = self.sites[site]
        target = self.sites["charleroi" if site == "zellik" else "zellik"]
        if source.has_ended or target.has_ended:
            return
        before = source.granted() + target.granted()
        try:
            leaves, arrives = source.budget().transfer(minutes)
        except TooMuchError:
            return
        source.ledger.append(leaves)
        target.ledger.append(arrives)
        assert source.granted() + target.granted() == before

    @rule(site=SITES)
    def end(self, site: str) -> None:
        self.sites[site].has_ended = True

    @rule(site=SITES)
    def night(self, site: str) -> None:
        if self.sites[site].has_ended:
            self._lapse(site)
            assert self.sites[site].budget().free_minutes == 0
            assert self.sites[site].budget().lapse() is None, "a second night takes nothing"

    @rule(site=SITES)
    def extend(self, site: str) -> None:
        here = self.sites[site]
        if here.has_ended:
            self._lapse(site)
            free = here.budget().free_minutes
            here.has_ended = False
            assert free == 0, "another last day brings nothing back"

    @rule(site=SITES, minutes=MINUTES)
    def renew(self, site: str, minutes: int) -> None:
        here = self.sites[site]
        had_ended = here.has_ended
        self.extend(site)
        here.ledger.append(Entry(EntryKind.RENEWAL, minutes))
        if had_ended:
            assert here.budget().free_minutes == minutes, "exactly the renewed minutes"

    @rule(site=SITES, minutes=MINUTES)
    def start_job(self, site: str, minutes: int) -> None:
        if self.sites[site].starts(minutes):
            self.sites[site].running.append(minutes)

    @rule(site=SITES, share=st.integers(0, 100))
    def end_job(self, site: str, share: int) -> None:
        here = self.sites[site]
        if here.running:
            here.used += here.running.pop() * share // 100

    @invariant()
    def nothing_is_negative(self) -> None:
        for site in self.sites.values():
            assert site.granted() >= site.used + sum(site.running)
            budget = site.budget()
            assert 0 <= budget.free_minutes <= budget.left_minutes <= budget.granted_minutes
            assert 0 <= budget.used_percent <= 100
            assert budget.lapsed_minutes >= 0
            assert 0 <= budget.refunded_minutes <= site.used

    @invariant()
    def no_more_is_used_than_was_awarded(self) -> None:
        entries = [entry for site in self.sites.values() for entry in site.ledger]
        awarded = sum(entry.gpu_minutes for entry in entries if entry.kind in GIVEN_ANEW)
        refunded = sum(item.gpu_minutes for item in entries if item.kind == EntryKind.REFUND)
        assert sum(site.used for site in self.sites.values()) <= awarded + refunded

    def _book(self, site: str, change: object) -> None:
        budget = self.sites[site].budget()
        try:
            self.sites[site].ledger.append(change(budget))  # type: ignore[operator]
        except TooMuchError:
            return

    def _lapse(self, site: str) -> None:
        entry = self.sites[site].budget().lapse()
        if entry:
            self.sites[site].ledger.append(entry)


TwoSites.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_no_sequence_of_changes_breaks_the_laws = TwoSites.TestCase

ENTRIES = st.lists(
    st.builds(Entry, st.sampled_from([*GIVEN_ANEW, EntryKind.TRANSFER_IN]), MINUTES), max_size=8
)


@given(ENTRIES, st.randoms(use_true_random=False), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_order_of_what_is_given_does_not_matter(
    ledger: list[Entry], chance: object, used: int, reserved: int
) -> None:
    mixed = list(ledger)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert budget_of(mixed, Use(used, reserved)) == budget_of(ledger, Use(used, reserved))


@given(MINUTES, st.integers(0, 10**7), st.integers(0, 10**7))
def test_what_slurm_forgot_lowers_the_limit_by_as_much_and_never_below_zero(
    granted: int, used: int, lost: int
) -> None:
    limit = limit_in_slurm(granted, lost)
    assert limit >= 0
    counter = max(used - lost, 0)
    if lost <= used:
        assert limit - counter <= max(granted - used, 0)


def test_a_lapse_takes_what_is_free_and_a_renewal_adds_just_its_own() -> None:
    ledger = [Entry(EntryKind.AWARD, 600)]
    lapse = budget_of(ledger, Use(used_minutes=240, reserved_minutes=60)).lapse()
    assert lapse == Entry(EntryKind.LAPSE, -300)
    ledger += [lapse, Entry(EntryKind.RENEWAL, 120)]
    renewed = budget_of(ledger, Use(used_minutes=300))
    assert (renewed.granted_minutes, renewed.left_minutes, renewed.lapsed_minutes) == (
        420,
        120,
        300,
    )


@pytest.mark.parametrize(
    ("used", "percent"), [(0, 0), (299, 50), (480, 80), (596, 99), (597, 100), (600, 100)]
)
def test_percent_is_rounded(used: int, percent: int) -> None:
    assert budget_of([Entry(EntryKind.AWARD, 600)], Use(used)).used_percent == percent


def test_percent_is_that_of_the_period_since_the_last_lapse() -> None:
    ledger = [
        Entry(EntryKind.AWARD, 600),
        Entry(EntryKind.LAPSE, -200),
        Entry(EntryKind.RENEWAL, 100),
    ]
    assert budget_of(ledger, Use(400)).used_percent == 0
    assert budget_of(ledger, Use(450)).used_percent == 50


@pytest.mark.parametrize("minutes", [0, -1])
def test_nothing_and_less_cannot_be_moved(minutes: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        budget_of([Entry(EntryKind.AWARD, 600)], Use()).transfer(minutes)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (59, 0), (60, 1), (119, 1)])
def test_seconds_are_cut_off_to_whole_minutes(seconds: int, minutes: int) -> None:
    assert minutes_of(seconds) == minutes
