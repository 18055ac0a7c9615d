"""Carrying out a plan: a failed change is noted with its reason and stops no independent one."""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from slurm_bridge import changes as ch
from slurm_bridge.additions import is_addition, left_to_right, measured, portions
from slurm_bridge.directory.interface import Directory
from slurm_bridge.errors import (
    BridgeError,
    StoppedError,
    TransientLeaseError,
    TransientSlurmTimeoutError,
)
from slurm_bridge.grouping import Batch, batches, halves, membership, removals_together, stages
from slurm_bridge.progress import Progress, SilentProgress
from slurm_bridge.slurm.interface import Slurm
from slurm_bridge.wire import ActualState
from slurm_bridge.write import Writer
from slurm_bridge.writing_way import is_load_quicker

log = logging.getLogger(__name__)

Task = Callable[[], None]

# They renumber no tree of associations, so that sacctmgr processes can make them side by side.
INDEPENDENT = (
    ch.CreateQos,
    ch.SetQosFlags,
    ch.SetQosBudget,
    ch.SuspendAccount,
    ch.MoveDefaultAccount,
)


@dataclass
class Attempt:
    """What came of trying a plan; a change in neither map was accepted."""

    failed: dict[ch.Change, str] = field(default_factory=dict)
    deferred: dict[ch.Change, str] = field(default_factory=dict)


def _always() -> None:
    return None


class Applier:
    """Applies one plan to one site."""

    def __init__(
        self,
        slurm: Slurm,
        directory: Directory,
        actual: ActualState,
        may_write: Callable[[], object] = _always,
        progress: Progress | None = None,
    ) -> None:
        self._may_write = may_write
        self._slurm = slurm
        self._directory = directory
        self._writer = Writer(slurm, directory, actual)
        self._progress = progress or SilentProgress()
        self._associations = sum(1 + len(account.members) for account in actual.accounts)
        self._attempt = Attempt()
        self._blocked: set[ch.Change] = set()
        self._has_tried_to_block = False
        self._given_up = ""
        self._telling = threading.Lock()

    def apply(self, changes: Iterable[ch.Change]) -> Attempt:
        """Try every change once, by as few programs as possible.

        A Slurm that does not answer is not asked again: one timeout ends the attempt, and so does
        `may_write` when it raises.
        """
        changes = tuple(changes)
        for stage in stages(changes):
            if isinstance(stage[0], ch.CreateAccount):
                self._add(stage)
            elif isinstance(stage[0], ch.AddMember):
                self._add(left_to_right(self._keep(stage, self._unresolved(stage)), changes))
            elif isinstance(stage[0], ch.RemoveMember):
                self._side_by_side(self._blocks(changes))
                self._remove(stage, changes)
            elif isinstance(stage[0], ch.DeletePartition):
                self._by_commands(self._unused(stage))
            elif isinstance(stage[0], INDEPENDENT):
                writes = [partial(self._try, batch) for batch in batches(stage)]
                self._side_by_side((*writes, *self._blocks(changes)))
            else:
                self._by_commands(stage)
        return self._attempt

    def _add(self, changes: Batch) -> None:
        """Make accounts or members, by whichever way is quicker."""
        fresh, returning = self._writer.told_apart(changes)
        self._by_commands(returning)
        for portion in portions(fresh):
            self._load_or_command(portion)

    def _load_or_command(self, portion: Batch) -> None:
        """Make a portion; where a load of it is refused, try its halves."""
        if self._given_up or not is_load_quicker(measured(portion), self._associations):
            self._by_commands(portion)
            return
        try:
            self._may_write()
            self._writer.load(portion)
        except StoppedError:
            raise
        except (TransientLeaseError, TransientSlurmTimeoutError) as error:
            self._give_up(portion, error)
        except BridgeError as error:
            log.warning("%d changes in two parts, since one load failed: %s", len(portion), error)
            for half in halves(portion):
                self._load_or_command(half)
        else:
            self._settled(portion)

    def _by_commands(self, changes: Batch) -> None:
        for batch in batches(changes):
            self._try(batch)

    def _try(self, batch: Batch) -> None:
        """Apply a batch; where Slurm refuses it, find the part that it refuses."""
        if self._given_up:
            self._fail(batch, f"not tried: {self._given_up}")
            return
        try:
            self._may_write()
            self._writer.write(batch)
        except StoppedError:
            raise
        except (TransientLeaseError, TransientSlurmTimeoutError) as error:
            self._give_up(batch, error)
        except BridgeError as error:
            if len(batch) == 1:
                self._fail(batch, str(error))
                return
            for half in halves(batch):
                self._by_commands(half)
        else:
            self._settled(batch)

    def _give_up(self, batch: Batch, error: BridgeError) -> None:
        self._given_up = str(error)
        self._fail(batch, self._given_up)

    def _fail(self, batch: Batch, reason: str) -> None:
        self._attempt.failed.update(dict.fromkeys(batch, reason))
        self._tell(len(batch))

    def _settled(self, batch: Batch) -> None:
        if is_addition(batch[0]):
            self._associations += len(batch)
        self._tell(len(batch))

    def _tell(self, settled: int) -> None:
        with self._telling:
            self._progress.advance(settled)

    def _keep(self, batch: Batch, why_not: Callable[[ch.Change], str]) -> Batch:
        reasons = {change: why_not(change) for change in batch}
        late = {change: reason for change, reason in reasons.items() if reason}
        self._attempt.deferred.update(late)
        self._tell(len(late))
        return tuple(change for change, reason in reasons.items() if not reason)

    def _unresolved(self, stage: Batch) -> Callable[[ch.Change], str]:
        """Slurmctld remembers for ever that a user could not be resolved: identity comes first."""
        known = self._directory.resolved({membership(change)[1] for change in stage})
        return lambda change: _why_unresolved(membership(change)[1], known)

    def _remove(self, stage: Batch, changes: Batch) -> None:
        """Take out those who can start nothing more and have no job left."""
        leaving = tuple(change for change in stage if change in self._blocked)
        try:
            busy = self._slurm.busy_members() if leaving else set()
        except StoppedError:
            raise
        except BridgeError as error:
            self._keep(leaving, _unknown_jobs(error))
            return
        ready = self._keep(leaving, lambda change: _why_busy(change, busy))
        added = {membership(change) for change in changes if isinstance(change, ch.AddMember)}
        # Who has jobs counts as well: somebody may have been added by hand since the reading.
        staying = (self._writer.members | added | busy) - {membership(change) for change in ready}
        for batch in removals_together(ready, staying):
            self._try(batch)

    def _unused(self, stage: Batch) -> Batch:
        """The partitions on which no job runs or waits; Slurm itself refuses to remove others."""
        try:
            busy = self._slurm.busy_partitions()
        except StoppedError:
            raise
        except BridgeError as error:
            return self._keep(stage, _unknown_jobs(error))
        return self._keep(stage, lambda change: _why_in_use(change, busy))

    def _blocks(self, changes: Batch) -> Iterator[Task]:
        """What refuses leaving users' new jobs: once in a plan, beside the first that allows it."""
        if not self._has_tried_to_block:
            self._has_tried_to_block = True
            removals = [change for change in changes if isinstance(change, ch.RemoveMember)]
            yield from (partial(self._block, batch) for batch in batches(removals))

    def _block(self, batch: Batch) -> None:
        try:
            self._may_write()
            self._writer.block(batch)
        except StoppedError:
            raise
        except BridgeError as error:
            self._keep(batch, _unknown_jobs(error))
        else:
            self._blocked.update(batch)

    def _side_by_side(self, tasks: Iterable[Task]) -> None:
        """Do what cannot disturb each other, as much at a time as Slurm takes."""
        if self._slurm.simultaneous_changes == 1:
            for task in tasks:
                task()
            return
        with ThreadPoolExecutor(max_workers=self._slurm.simultaneous_changes) as pool:
            for done in [pool.submit(task) for task in tasks]:
                done.result()


def _why_unresolved(username: str, known: Collection[str]) -> str:
    return "" if username in known else f"waits until user {username} is known on this host"


def _unknown_jobs(error: BridgeError) -> Callable[[ch.Change], str]:
    return lambda _: f"cannot tell whether jobs are left: {error}"


def _why_in_use(change: ch.Change, busy: set[str]) -> str:
    if isinstance(change, ch.DeletePartition) and change.partition in busy:
        return f"waits until the jobs on partition {change.partition} have ended"
    return ""


def _why_busy(change: ch.Change, busy: set[tuple[str, str]]) -> str:
    account, username = membership(change)
    if (account, username) in busy:
        return f"waits until the jobs of {username} in {account} have ended"
    return ""
