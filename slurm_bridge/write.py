"""One batch of equal changes, turned into a call on Slurm or on the user directory."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from slurm_bridge import changes as ch
from slurm_bridge.directory.interface import Directory
from slurm_bridge.grouping import Batch, Pair, batches, membership
from slurm_bridge.slurm.interface import NewAccount, Slurm
from slurm_bridge.wire import ActualState, DesiredGroup, DesiredUser

QosChange = ch.CreateQos | ch.SetQosBudget | ch.SetQosFlags
AccessChange = ch.OpenPartition | ch.ClosePartition
GroupChange = ch.CreateGroup | ch.AddToGroup | ch.RemoveFromGroup
PartitionChange = ch.CreatePartition | ch.ModifyPartition | ch.DeletePartition
LeaverChange = ch.MoveDefaultAccount | ch.CancelJobs | ch.RemoveMember
AccountChange = (
    ch.CreateAccount | ch.MoveAccount | ch.SetAccountQos | ch.SuspendAccount | ch.ResumeAccount
)


@dataclass(frozen=True)
class Writer:
    """Writes to one site whose state before the plan is known."""

    slurm: Slurm
    directory: Directory
    actual: ActualState

    def write(self, batch: Batch) -> None:
        """Make all changes of a batch, or raise."""
        match batch[0]:
            case ch.CreateUser() as first:
                self.directory.create(DesiredUser(username=first.username, uid=first.uid))
            case ch.CreateGroup() | ch.AddToGroup() | ch.RemoveFromGroup() as first:
                self._write_group(first, batch)
            case ch.AddMember():
                self._add_members(batch)
            case ch.MoveDefaultAccount() | ch.CancelJobs() | ch.RemoveMember() as first:
                self._write_leavers(first, batch)
            case ch.OpenPartition() | ch.ClosePartition() as first:
                self._change_access(first.partition, batch)
            case ch.CreatePartition() | ch.ModifyPartition() | ch.DeletePartition() as first:
                self._write_partition(first)
            case ch.CreateQos() | ch.SetQosBudget() | ch.SetQosFlags() as first:
                self._write_qos(first, batch)
            case _ as first:
                self._write_accounts(first, batch)

    def load(self, batch: Batch) -> None:
        """Make accounts and new members in one go, whatever they have in common, or raise."""
        self.slurm.load(
            [
                NewAccount(change.account, change.parent, change.owner_mark, change.qos)
                for change in batch
                if isinstance(change, ch.CreateAccount)
            ],
            [membership(change) for change in batch if isinstance(change, ch.AddMember)],
        )

    def told_apart(self, batch: Batch) -> tuple[Batch, Batch]:
        """What is new, and members whose association is still there but blocked."""
        returning = {
            change
            for change in batch
            if isinstance(change, ch.AddMember) and membership(change) in self.members
        }
        return (
            tuple(change for change in batch if change not in returning),
            tuple(change for change in batch if change in returning),
        )

    @cached_property
    def members(self) -> frozenset[Pair]:
        """Who was a member of what before the plan."""
        return frozenset(
            (item.name, user) for item in self.actual.accounts for user in item.members
        )

    def block(self, batch: Batch) -> None:
        """Refuse new jobs of members who are to be removed, where that has not been done yet."""
        leaving = {(item.name, user) for item in self.actual.accounts for user in item.leaving}
        fresh = tuple(change for change in batch if membership(change) not in leaving)
        for accounts, usernames in _rectangles(fresh):
            self.slurm.block_members(accounts, usernames)

    def _write_group(self, first: GroupChange, batch: Batch) -> None:
        if isinstance(first, ch.CreateGroup):
            self.directory.create_group(DesiredGroup(name=first.group, gid=first.gid))
            return
        added = [change.username for change in batch if isinstance(change, ch.AddToGroup)]
        removed = [change.username for change in batch if isinstance(change, ch.RemoveFromGroup)]
        self.directory.change_group(first.group, added, removed)

    def _add_members(self, batch: Batch) -> None:
        new, returning = self.told_apart(batch)
        for accounts, usernames in _rectangles(returning):
            self.slurm.unblock_members(accounts, usernames)
        for accounts, usernames in _rectangles(new):
            self.slurm.add_members(accounts, usernames)

    def _write_leavers(self, first: LeaverChange, batch: Batch) -> None:
        match first:
            case ch.MoveDefaultAccount():
                usernames = [c.username for c in batch if isinstance(c, ch.MoveDefaultAccount)]
                self.slurm.move_default_accounts(usernames, first.after)
            case ch.CancelJobs():
                self.slurm.cancel_jobs(first.account, first.username, first.job_ids)
            case ch.RemoveMember():
                self.slurm.remove_members(*_named(batch))

    def _change_access(self, partition: str, batch: Batch) -> None:
        opened = [change.account for change in batch if isinstance(change, ch.OpenPartition)]
        closed = [change.account for change in batch if isinstance(change, ch.ClosePartition)]
        self.slurm.change_access(partition, opened, closed)

    def _write_partition(self, change: PartitionChange) -> None:
        name, mark = change.partition, change.owner_mark
        match change:
            case ch.CreatePartition():
                self.slurm.create_partition(name, mark, change.settings)
            case ch.ModifyPartition():
                self.slurm.modify_partition(name, mark, change.after)
            case ch.DeletePartition():
                self.slurm.delete_partition(name)

    def _write_qos(self, first: QosChange, batch: Batch) -> None:
        names = [change.qos for change in batch if isinstance(change, QosChange)]
        match first:
            case ch.CreateQos():
                self.slurm.create_qos(names, first.owner_mark, first.gpu_minutes, first.flags)
            case ch.SetQosBudget():
                self.slurm.set_qos_budget(names, first.after)
            case ch.SetQosFlags():
                self.slurm.set_qos_flags(names, first.after)

    def _write_accounts(self, first: AccountChange, batch: Batch) -> None:
        names = [change.account for change in batch if isinstance(change, AccountChange)]
        match first:
            case ch.CreateAccount():
                self.slurm.create_accounts(names, first.parent, first.owner_mark, first.qos)
            case ch.MoveAccount():
                self.slurm.move_accounts(names, first.after)
            case ch.SetAccountQos():
                self.slurm.set_account_qos(names, first.after)
            case ch.SuspendAccount():
                self.slurm.suspend_accounts(names)
            case ch.ResumeAccount():
                self.slurm.resume_accounts(names)


def _rectangles(changes: Batch) -> Iterator[tuple[list[str], list[str]]]:
    """Memberships as products of accounts and users; sacctmgr can name nothing else."""
    for batch in batches(changes):
        yield _named(batch)


def _named(batch: Batch) -> tuple[list[str], list[str]]:
    pairs = [membership(change) for change in batch]
    return sorted({account for account, _ in pairs}), sorted({user for _, user in pairs})
