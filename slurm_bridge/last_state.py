"""What the bridge last saw of its cluster, kept on disk so that a restart forgets no drift."""

import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from slurm_bridge import changes as ch
from slurm_bridge.drift import drift_of, target
from slurm_bridge.wire import ActualState, ChangeResult, Drift

log = logging.getLogger(__name__)


class Remembered(BaseModel):
    """The state after the last cycle, and the drift that it could not put right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: ActualState | None = None
    """None while changes are under way: after a crash nobody is blamed for Belfry's own."""
    waiting: tuple[Drift, ...] = ()


@dataclass
class LastState:
    """Remembers between cycles, and with a `path` also between processes."""

    path: Path | None = None
    _known: Remembered | None = None
    _stamp: tuple[int, int] | None = None

    def compare(self, wanted: Sequence[ch.Change], now: ActualState) -> tuple[Drift, ...]:
        """The drift that a plan would put right, with what earlier cycles could not."""
        known = self._recall()
        planned = {target(change) for change in wanted}
        waiting = {target(item.change): item for item in known.waiting}
        fresh = drift_of(known.state, now, wanted) if known.state else ()
        found = {key: item for key, item in waiting.items() if key in planned}
        found |= {target(item.change): item for item in fresh}
        return tuple(found.values())

    def begin(self, found: tuple[Drift, ...]) -> None:
        """Note that changes are under way."""
        self._keep(Remembered(waiting=found))

    def settle(
        self,
        found: tuple[Drift, ...],
        results: Sequence[ChangeResult],
        after: ActualState | None,
    ) -> tuple[Drift, ...]:
        """Remember the state after a cycle; returns the drift with what became of it."""
        applied = {target(item.change) for item in results if item.outcome == "applied"}
        judged = tuple(
            item.model_copy(update={"corrected": target(item.change) in applied}) for item in found
        )
        waiting = tuple(item for item in judged if not item.corrected)
        self._keep(Remembered(state=after, waiting=waiting))
        return judged

    def _recall(self) -> Remembered:
        """What is known; another process of this bridge may have written since."""
        if self.path is None:
            return self._known or Remembered()
        stamp = _stamp(self.path)
        if self._known is None or stamp != self._stamp:
            self._known, self._stamp = _read(self.path), stamp
        return self._known

    def _keep(self, remembered: Remembered) -> None:
        same = self._known is not None and _without_time(self._known) == _without_time(remembered)
        self._known = remembered
        if self.path is None or (same and self._stamp is not None):
            return
        try:
            _write(self.path, remembered)
            self._stamp = _stamp(self.path)
        except OSError as error:
            self._stamp = None
            log.warning("cannot keep the last state in %s: %s", self.path, error.strerror)


def _read(path: Path) -> Remembered:
    """What a file says; nothing where it is missing or another release wrote it."""
    try:
        return Remembered.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValidationError) as error:
        log.warning("cannot use the last state in %s: %s", path, type(error).__name__)
        return Remembered()


def _write(path: Path, remembered: Remembered) -> None:
    """Replace the file as a whole, so that a crash leaves the old one or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(remembered.model_dump_json())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _without_time(remembered: Remembered) -> Remembered:
    state = remembered.state
    timeless = state.model_copy(update={"read_at": 0}) if state else None
    return remembered.model_copy(update={"state": timeless})
