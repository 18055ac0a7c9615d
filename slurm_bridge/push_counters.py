"""Telling the portal how much of each budget is gone, as slurmctld counts it."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from slurm_bridge.slurm.budgets import BudgetCounter
from slurm_bridge.wire_accounting import CounterReading, QosCounter

# A portal that was restored from a backup learns again what it has forgotten.
WHOLE_EVERY_SECONDS = 3600


class CounterReceiver(Protocol):
    """The portal, as far as counters are concerned."""

    def send_counters(self, reading: CounterReading) -> None:
        """Say how much of each budget is gone."""
        ...


@dataclass
class CounterPush:
    """Sends the counters that have changed; all of them at first and once an hour."""

    source: Callable[[], Mapping[str, BudgetCounter]]
    receiver: CounterReceiver
    clock: Callable[[], float] = time.time
    _told: dict[str, BudgetCounter] = field(default_factory=dict)
    _whole_at: float = float("-inf")

    def run(self, budgets: Collection[str]) -> int:
        """Read these budgets' counters and send what is news; how many those were."""
        read_at = (
            self.clock()
        )  # Before the reading, so that it claims to know no more than it does.
        counters = {name: item for name, item in self.source().items() if name in budgets}
        if read_at >= self._whole_at + WHOLE_EVERY_SECONDS:
            self._told = {}
            self._whole_at = read_at
        changed = {name: item for name, item in counters.items() if self._told.get(name) != item}
        try:
            self.receiver.send_counters(_reading(int(read_at), changed))
        except BaseException:
            self._told = {}  # Whether it has arrived is not known.
            raise
        self._told |= changed
        return len(changed)


def _reading(read_at: int, counters: Mapping[str, BudgetCounter]) -> CounterReading:
    return CounterReading(
        read_at=read_at,
        counters=tuple(
            QosCounter(qos=name, used_minutes=item.used, reserved_minutes=item.reserved)
            for name, item in sorted(counters.items())
        ),
    )
