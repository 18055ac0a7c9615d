"""Carrying out a plan: a failed change is noted with its reason and stops no independent one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from slurm_bridge import changes as ch
from slurm_bridge.directory.interface import Directory
from slurm_bridge.errors import (
    BridgeError,
    StoppedError,
    TransientLeaseError,
    TransientSlurmTimeoutError,
)
from slurm_bridge.grouping import Batch, batches, halves, membership
from slurm_bridge.slurm.interface import Slurm
from slurm_bridge.wire import ActualState
from slurm_bridge.write import Writer


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
    ) -> None:
        self._may_write = may_write
        self._slurm = slurm
        self._directory = directory
        self._writer = Writer(slurm, directory, actual)
        self._attempt = Attempt()
        self._given_up = ""

    def apply(self, changes: Iterable[ch.Change]) -> Attempt:
        """Try every change once, grouped into as few commands as possible.

        A Slurm that does not answer is not asked again: one timeout ends the attempt, and so does
        `may_write` when it raises.
        """
        for batch in batches(changes):
            for part in batches(self._ready(batch)):
                self._try(part)
        return self._attempt

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
            self._given_up = str(error)
            self._fail(batch, self._given_up)
        except BridgeError as error:
            if len(batch) == 1:
                self._fail(batch, str(error))
                return
            for half in halves(batch):
                for part in batches(half):
                    self._try(part)

    def _fail(self, batch: Batch, reason: str) -> None:
        self._attempt.failed |= dict.fromkeys(batch, reason)

    def _ready(self, batch: Batch) -> Batch:
        """The changes whose time has come; the others are noted as deferred."""
        if isinstance(batch[0], ch.AddMember):
            return self._keep(batch, self._why_unresolved)
        if isinstance(batch[0], ch.RemoveMember):
            return self._without_jobs(batch)
        if isinstance(batch[0], ch.DeletePartition):
            return self._empty_partitions(batch)
        return batch

    def _keep(self, batch: Batch, why_not: Callable[[ch.Change], str]) -> Batch:
        reasons = {change: why_not(change) for change in batch}
        self._attempt.deferred |= {change: reason for change, reason in reasons.items() if reason}
        return tuple(change for change, reason in reasons.items() if not reason)

    def _why_unresolved(self, change: ch.Change) -> str:
        """Slurmctld remembers for ever that a user could not be resolved: identity comes first."""
        _, username = membership(change)
        if self._directory.uid_of(username) is None:
            return f"waits until user {username} is known on this host"
        return ""

    def _without_jobs(self, batch: Batch) -> Batch:
        """Refuse the leaving users' new jobs, then keep those who have no job left."""
        try:
            self._may_write()
            self._writer.block(batch)
            busy = self._slurm.busy_members()
        except StoppedError:
            raise
        except BridgeError as error:
            reason = f"cannot tell whether jobs are left: {error}"
            return self._keep(batch, lambda _: reason)
        return self._keep(batch, lambda change: _why_busy(change, busy))

    def _empty_partitions(self, batch: Batch) -> Batch:
        """The partitions on which no job runs or waits; Slurm itself refuses to remove others."""
        try:
            busy = self._slurm.busy_partitions()
        except StoppedError:
            raise
        except BridgeError as error:
            reason = f"cannot tell whether jobs are left: {error}"
            return self._keep(batch, lambda _: reason)
        return self._keep(batch, lambda change: _why_in_use(change, busy))


def _why_in_use(change: ch.Change, busy: set[str]) -> str:
    if isinstance(change, ch.DeletePartition) and change.partition in busy:
        return f"waits until the jobs on partition {change.partition} have ended"
    return ""


def _why_busy(change: ch.Change, busy: set[tuple[str, str]]) -> str:
    account, username = membership(change)
    if (account, username) in busy:
        return f"waits until the jobs of {username} in {account} have ended"
    return ""
