"""Counters reach the portal when they change, and only Belfry's."""

from dataclasses import dataclass, field

import pytest

from slurm_bridge.errors import TransientPortalError
from slurm_bridge.push_counters import WHOLE_EVERY_SECONDS, CounterPush
from slurm_bridge.slurm.budgets import BudgetCounter
from slurm_bridge.wire_accounting import CounterReading


@dataclass
class Portal:
    readings: list[CounterReading] = field(default_factory=list)
    is_away: bool = False

    def send_counters(self, reading: CounterReading) -> None:
        if self.is_away:
            raise TransientPortalError("away")
        self.readings.append(reading)


@dataclass
class World:
    portal: Portal = field(default_factory=Portal)
    counters: dict[str, BudgetCounter] = field(default_factory=dict)
    now: float = 1000

    def push(self) -> CounterPush:
        return CounterPush(lambda: dict(self.counters), self.portal, clock=lambda: self.now)


def told(portal: Portal) -> dict[str, int]:
    return {item.qos: item.used_minutes for item in portal.readings[-1].counters}


def test_only_what_changed_is_sent_and_nobody_elses() -> None:
    world = World(counters={"a": BudgetCounter(1), "b": BudgetCounter(2), "x": BudgetCounter(9)})
    push = world.push()
    assert push.run({"a", "b"}) == 2
    assert told(world.portal) == {"a": 1, "b": 2}
    world.counters["b"] = BudgetCounter(0)
    push.run({"a", "b"})
    assert told(world.portal) == {"b": 0}
    push.run({"a", "b"})
    assert told(world.portal) == {}, "the moment of reading is news too"


def test_all_are_sent_again_once_an_hour_and_after_a_fault() -> None:
    world = World(counters={"a": BudgetCounter(1)})
    push = world.push()
    push.run({"a"})
    world.now += WHOLE_EVERY_SECONDS
    assert push.run({"a"}) == 1
    world.portal.is_away = True
    with pytest.raises(TransientPortalError):
        push.run({"a"})
    world.portal.is_away = False
    assert push.run({"a"}) == 1
