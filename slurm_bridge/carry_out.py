"""A plan carried out and checked: what Slurm has afterwards decides, not what it said."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from slurm_bridge import changes as ch
from slurm_bridge.apply import Applier, Attempt
from slurm_bridge.directory.interface import Directory
from slurm_bridge.drift import target
from slurm_bridge.plan import Plan, plan
from slurm_bridge.progress import Progress, SilentProgress
from slurm_bridge.slurm.interface import Slurm
from slurm_bridge.wire import ActualState, ChangeResult, DesiredState

# sacctmgr can say that it added something and not have done so: where bridges of two clusters add
# the same user to one slurmdbd in the same second, one of the associations is lost (22.05).
PASSES = 2
LONGEST_REASON = 2000


@dataclass(frozen=True)
class Outcome:
    """What became of each change, and the state afterwards, if Slurm tells it."""

    results: tuple[ChangeResult, ...]
    actual: ActualState | None

    @property
    def applied(self) -> tuple[ch.Change, ...]:
        """The changes that Slurm really has."""
        return tuple(item.change for item in self.results if item.outcome == "applied")


@dataclass(frozen=True)
class CarryOut:
    """Applies plans to one site, and once more what was silently lost."""

    slurm: Slurm
    directory: Directory
    read: Callable[[], ActualState | None]
    may_write: Callable[[], object]
    """Asked before each write; raises where another bridge may be writing."""
    progress: Progress = field(default_factory=SilentProgress)

    def run(self, desired: DesiredState, wanted: Plan, before: ActualState) -> Outcome:
        """Apply a plan, and nothing that is not part of it."""
        if wanted.is_empty:
            return Outcome((), before)
        targets = {target(change) for change in wanted.changes}
        failed: dict[str, str] = {}
        deferred: dict[str, str] = {}
        remaining: dict[str, ch.Change] | None = None
        todo, state = wanted.changes, before
        for _ in range(PASSES):
            attempt = self._attempt(state, todo)
            failed |= _by_target(attempt.failed)
            deferred |= _by_target(attempt.deferred)
            after = self.read()
            if after is None:
                return Outcome(_results(wanted.changes, failed, deferred, None), None)
            state = after
            remaining = {target(change): change for change in plan(desired, state).changes}
            todo = tuple(remaining[key] for key in remaining if key in targets - deferred.keys())
            if not todo:
                break
        return Outcome(_results(wanted.changes, failed, deferred, remaining), state)

    def _attempt(self, state: ActualState, todo: tuple[ch.Change, ...]) -> Attempt:
        self.progress.start(len(todo))
        try:
            applier = Applier(self.slurm, self.directory, state, self.may_write, self.progress)
            return applier.apply(todo)
        finally:
            self.progress.stop()


def _by_target(reasons: dict[ch.Change, str]) -> dict[str, str]:
    return {target(change): reason for change, reason in reasons.items()}


def _results(
    changes: Iterable[ch.Change],
    failed: dict[str, str],
    deferred: dict[str, str],
    remaining: dict[str, ch.Change] | None,
) -> tuple[ChangeResult, ...]:
    """Outcomes by what still has to be planned; by what Slurm said, where that is unknown."""
    open_targets = failed.keys() if remaining is None else remaining.keys()
    return tuple(
        _result(change, failed, deferred, is_open=target(change) in open_targets)
        for change in changes
    )


def _result(
    change: ch.Change, failed: dict[str, str], deferred: dict[str, str], *, is_open: bool
) -> ChangeResult:
    key = target(change)
    if key in deferred:
        reason = deferred[key][:LONGEST_REASON]
        return ChangeResult(change=change, outcome="deferred", reason=reason)
    if not is_open:
        return ChangeResult(change=change, outcome="applied")
    reason = failed.get(key, "Slurm accepted the command, but nothing changed")
    return ChangeResult(change=change, outcome="failed", reason=reason[:LONGEST_REASON])
