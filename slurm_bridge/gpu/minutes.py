"""A GPU's minutes for one job: mean utilisation, most memory, mean power. Pure.

Minutes are those of UTC, and a sample belongs to the one in which it was taken.
"""

from dataclasses import dataclass, field

SECONDS_A_MINUTE = 60
BYTES_A_MEBIBYTE = 2**20

Minute = tuple[int | None, int | None, int | None]
"""Per cent, MiB and watts."""


@dataclass
class _Open:
    """A minute that is not over."""

    number: int
    busy_seconds: float = 0
    known_seconds: float = 0
    memory_bytes: int | None = None
    joules: float = 0
    powered_seconds: float = 0

    def closed(self) -> Minute:
        busy, powered = self.known_seconds, self.powered_seconds
        return (
            round(100 * self.busy_seconds / busy) if busy else None,
            None if self.memory_bytes is None else self.memory_bytes // BYTES_A_MEBIBYTE,
            round(self.joules / powered) if powered else None,
        )


@dataclass
class MinuteSeries:
    """The minutes that are over, by their number since 1970, and the one that runs."""

    minutes: dict[int, Minute] = field(default_factory=dict)
    _open: _Open | None = None

    def add(
        self,
        at: float,
        seconds: float,
        *,
        utilisation: float | None,
        memory_bytes: int | None,
        joules: float | None,
    ) -> None:
        """Add the time until a sample."""
        number = int(at) // SECONDS_A_MINUTE
        if self._open is None or self._open.number != number:
            self.close()
            self._open = _Open(number)
        minute = self._open
        if utilisation is not None and seconds > 0:
            minute.busy_seconds += utilisation * seconds
            minute.known_seconds += seconds
        if memory_bytes is not None:
            minute.memory_bytes = max(minute.memory_bytes or 0, memory_bytes)
        if joules is not None and seconds > 0:
            minute.joules += joules
            minute.powered_seconds += seconds

    def close(self) -> None:
        """End the minute that runs; where a clock was set back its first form stays."""
        if self._open is not None:
            self.minutes.setdefault(self._open.number, self._open.closed())
        self._open = None

    def forget_before(self, at: float) -> None:
        """Drop minutes that are too old for anybody to ask for."""
        first = int(at) // SECONDS_A_MINUTE
        for number in [number for number in self.minutes if number < first]:
            del self.minutes[number]
