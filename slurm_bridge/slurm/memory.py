"""A Slurm that lives in memory and refuses what the real one refuses."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.ownership import carries_mark
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.rows import AccountRow, AssociationRow, QosRow, SlurmReading
from slurm_bridge.slurm.interface import Answer, NewAccount, TestSubmission
from slurm_bridge.slurm.memory_partitions import MemoryPartitionFile, MemoryPartitions
from slurm_bridge.slurm.partitions import Partitions
from slurm_bridge.wire_leaving import QueuedJob

Key = TypeVar("Key", bound=Hashable)


def _everybody_exists(_: str) -> bool:
    return True


def _nothing() -> None:
    return None


@dataclass
class MemorySlurm:
    """One cluster with its accounting database; `before_write` lets a test fail any write."""

    cluster: str
    partitions: dict[str, frozenset[str] | None] = field(default_factory=dict)
    knows_user: Callable[[str], bool] = _everybody_exists
    before_write: Callable[[], None] = _nothing
    writes: int = 0
    simultaneous_changes: int = 1
    qos: dict[str, QosRow] = field(default_factory=dict)
    accounts: dict[str, AssociationRow] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    members: dict[tuple[str, str], AssociationRow] = field(default_factory=dict)
    jobs: set[tuple[str, str]] = field(default_factory=set)
    queue: dict[tuple[str, str], tuple[QueuedJob, ...]] = field(default_factory=dict)
    """Jobs one by one, beside those of `jobs`, of which nobody knows more than that they are."""
    defaults: dict[str, str] = field(default_factory=dict)
    """Each user's default account; empty where it was removed."""
    unresolved: set[tuple[str, str]] = field(default_factory=set)
    """Members who could not be resolved when they were added."""
    unheard_qos: set[str] = field(default_factory=set)
    """QOS that slurmctld has not heard of, since they were made while it was starting."""
    unheard_accounts: set[str] = field(default_factory=set)
    """Accounts likewise: their members may submit, and no limit of the account holds for them."""
    partition_file: MemoryPartitionFile | None = None
    controller: MemoryPartitions = field(init=False)

    def __post_init__(self) -> None:
        self.qos.setdefault("normal", QosRow("normal", frozenset(), None, "Normal QOS default"))
        root = AssociationRow(self.cluster, "root", qos=frozenset({"normal"}))
        self.accounts.setdefault("root", root)
        self.descriptions.setdefault("root", "default root account")
        self.controller = MemoryPartitions(self.partitions)

    def read(self, accounts: Collection[str] | None = None) -> SlurmReading:
        """Everything that planning needs, as the real Slurm would answer it."""
        rows = (*self.accounts.values(), *self.members.values())
        return SlurmReading(
            associations=tuple(row for row in rows if accounts is None or row.account in accounts),
            accounts=tuple(AccountRow(*item) for item in self.descriptions.items()),
            qos=tuple(self.qos.values()),
            partitions=self.controller.read(),
            kept_partitions=self.partition_file.kept() if self.partition_file else (),
        )

    def create_qos(
        self, names: Sequence[str], owner_mark: str, gpu_minutes: int, flags: Sequence[str]
    ) -> None:
        """Make QOS with equal budgets."""
        self._begin_write()
        for name in _new(names, self.qos):
            self.qos[name] = QosRow(name, frozenset(flags), gpu_minutes, owner_mark.lower())

    def set_qos_budget(self, names: Sequence[str], gpu_minutes: int) -> None:
        """Allow so many GPU-minutes in all."""
        self._begin_write()
        for name in _existing(names, self.qos):
            self.qos[name] = replace(self.qos[name], gpu_minutes=gpu_minutes)

    def set_qos_flags(self, names: Sequence[str], flags: Sequence[str]) -> None:
        """Give the QOS exactly these flags."""
        self._begin_write()
        for name in _existing(names, self.qos):
            self.qos[name] = replace(self.qos[name], flags=frozenset(flags))

    def create_accounts(
        self, names: Sequence[str], parent: str, owner_mark: str, qos: str | None
    ) -> None:
        """Make accounts on this cluster under one parent."""
        self._begin_write()
        self._require_account(parent)
        if qos is not None:
            self._require_qos(qos)
        for name in _new(names, self.accounts):
            self._make_account(NewAccount(name, parent, owner_mark, qos))

    def move_accounts(self, names: Sequence[str], parent: str) -> None:
        """Put accounts under another parent."""
        self._begin_write()
        self._require_account(parent)
        for name in _existing(names, self.accounts):
            self.accounts[name] = replace(self.accounts[name], parent=parent)

    def set_account_qos(self, names: Sequence[str], qos: str) -> None:
        """Make one QOS the accounts' only one and their default."""
        self._begin_write()
        self._require_qos(qos)
        for name in _existing(names, self.accounts):
            row = replace(self.accounts[name], qos=frozenset({qos}), default_qos=qos)
            self.accounts[name] = row

    def suspend_accounts(self, names: Sequence[str]) -> None:
        """Refuse new jobs."""
        self._limit_accounts(names, 0)

    def resume_accounts(self, names: Sequence[str]) -> None:
        """Accept new jobs again."""
        self._limit_accounts(names, None)

    def add_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Let each of the users submit to each of the accounts."""
        self._begin_write()
        known = [account for account in accounts if account in self.accounts]
        for account, username in _new(_pairs(known, usernames), self.members):
            self._make_member(account, username)
        if len(known) < len(accounts):
            raise TransientSlurmError("This account doesn't exist.")

    def load(self, accounts: Sequence[NewAccount], members: Sequence[tuple[str, str]]) -> None:
        """Make accounts, then members; what is there already stays as it is."""
        self._begin_write()
        for account in accounts:
            if not carries_mark(
                self.descriptions.get(account.name, account.owner_mark), account.owner_mark
            ):
                raise TransientSlurmError(f"account {account.name} is there, and not Belfry's")
            if account.qos is not None:
                self._require_qos(account.qos)
        for account in accounts:
            self._require_account(account.parent)
            if account.name not in self.accounts:
                self._make_account(account)
        for name, username in members:
            self._require_account(name)
            if (name, username) not in self.members:
                self._make_member(name, username)

    def block_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Refuse new jobs of these users in these accounts."""
        self._limit_members(accounts, usernames, 0)

    def unblock_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Accept new jobs of these users in these accounts again."""
        self._limit_members(accounts, usernames, None)

    def refresh_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Make slurmctld look these users up anew, since it remembers a failure for ever."""
        self._begin_write()
        self.unresolved -= set(_existing(_pairs(accounts, usernames), self.members))

    def has_heard_of_qos(self, name: str) -> bool:
        """Whether slurmctld knows a QOS."""
        return name in self.qos and name not in self.unheard_qos

    def accounts_unheard_of(self, accounts: Collection[str]) -> set[str]:
        """Those of these accounts that slurmctld does not know."""
        return set(accounts) & self.unheard_accounts

    def delete_accounts(self, names: Sequence[str]) -> None:
        """Delete associations of accounts and of their members, with their jobs."""
        self._begin_write()
        for name in _existing(names, self.accounts):
            del self.accounts[name]
            self.unheard_accounts.discard(name)
            for pair in [pair for pair in self.members if pair[0] == name]:
                self._delete_member(pair)

    def remake_qos(
        self, account: str, name: str, owner_mark: str, gpu_minutes: int, flags: Sequence[str]
    ) -> None:
        """Make a QOS that slurmctld has not heard of once more."""
        self._begin_write()
        self._require_qos(name)
        del self.qos[name]
        self.unheard_qos.discard(name)
        self.create_qos([name], owner_mark, gpu_minutes, flags)
        self.set_account_qos([account], name)

    def remove_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Delete associations, which cancels whatever jobs they still have."""
        self._begin_write()
        leaving = _existing(_pairs(accounts, usernames), self.members)
        self._refuse_default_beside_another(leaving)
        for pair in leaving:
            self._delete_member(pair)

    def _delete_member(self, pair: tuple[str, str]) -> None:
        del self.members[pair]
        self._forget_default(*pair)
        self.unresolved.discard(pair)
        self.jobs.discard(pair)
        self.queue.pop(pair, None)

    def default_accounts(self, usernames: Sequence[str]) -> dict[str, str]:
        """The account on this cluster that each user's jobs go to by default; empty for none."""
        return {name: self.defaults[name] for name in usernames if name in self.defaults}

    def move_default_accounts(self, usernames: Sequence[str], account: str) -> None:
        """Make one account the default of users who are all its members."""
        self._begin_write()
        if any((account, username) not in self.members for username in usernames):
            raise TransientSlurmError("these users aren't associated with new default account")
        self.defaults |= dict.fromkeys(usernames, account)

    def _refuse_default_beside_another(self, leaving: Sequence[tuple[str, str]]) -> None:
        times = Counter(username for _, username in leaving)
        if any(
            times[username] > 1 and self.defaults.get(username) == account
            for account, username in leaving
        ):
            raise TransientSlurmError("You can not remove the default account of a user")

    def _forget_default(self, account: str, username: str) -> None:
        if not any(name == username for _, name in self.members):
            self.defaults.pop(username, None)
        elif self.defaults.get(username) == account:
            self.defaults[username] = ""

    def change_access(
        self, partition: str, opened: Collection[str], closed: Collection[str]
    ) -> None:
        """Change a partition's access list, leaving all other accounts on it."""
        self._begin_write()
        self._partitions().change_access(partition, opened, closed)

    def create_partition(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Make a partition that outlasts a restart of slurmctld."""
        self._begin_write()
        self._partitions().create(name, owner_mark, settings)

    def modify_partition(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Give a partition these settings, now and after a restart."""
        self._begin_write()
        self._partitions().modify(name, owner_mark, settings)

    def delete_partition(self, name: str) -> None:
        """Remove a partition, unless a job runs or waits on it."""
        self._begin_write()
        self._partitions().delete(name)

    def busy_partitions(self) -> set[str]:
        """Each partition with a pending or running job."""
        return set(self.controller.jobs)

    def busy_members(self) -> set[tuple[str, str]]:
        """Each (account, username) with a pending or running job."""
        return self.jobs | {pair for pair, jobs in self.queue.items() if jobs}

    def jobs_by_member(self) -> dict[tuple[str, str], int]:
        """How many pending and running jobs each (account, username) has."""
        return dict.fromkeys(self.jobs, 1) | {pair: len(jobs) for pair, jobs in self.queue.items()}

    def queued_jobs(
        self, accounts: Collection[str]
    ) -> dict[tuple[str, str], tuple[QueuedJob, ...]]:
        """The pending and running jobs in these accounts by (account, username)."""
        return {pair: jobs for pair, jobs in self.queue.items() if pair[0] in accounts and jobs}

    def cancel_jobs(self, account: str, username: str, job_ids: Collection[str]) -> None:
        """End those of these jobs that are this user's in this account now, and no others."""
        self._begin_write()
        pair = (account, username)
        left = tuple(job for job in self.queue.get(pair, ()) if job.job_id not in job_ids)
        self.queue[pair] = left

    def would_accept(self, submission: TestSubmission) -> Answer:
        """Decide as slurmctld does, on associations, limits and access lists."""
        pair = (submission.account, submission.username)
        row = self.members.get(pair)
        if row is None or pair in self.unresolved or not self.knows_user(submission.username):
            return Answer(False, "Invalid account or account/partition combination specified")
        if row.max_submit_jobs == 0 or self._is_suspended(submission.account):
            return Answer(False, "Job violates accounting/QOS policy")
        if submission.partition not in self.partitions:
            return Answer(False, "invalid partition specified")
        if not self.controller.takes_jobs(submission.partition):
            return Answer(False, "Required partition not available (inactive or drain)")
        allowed = self.partitions[submission.partition]
        if allowed is not None and submission.account not in allowed:
            return Answer(False, "Job's account not permitted to use this partition")
        return self._within_budget(row)

    def _partitions(self) -> Partitions:
        return Partitions(self.controller, self.partition_file)

    def _within_budget(self, row: AssociationRow) -> Answer:
        for name in row.qos:
            if name in self.unheard_qos:
                return Answer(False, "Invalid qos specification")
            minutes = self.qos[name].gpu_minutes
            if minutes is not None and minutes < 1 and "DenyOnLimit" in self.qos[name].flags:
                return Answer(False, "QOSGrpGRESMinutes")
        return Answer(True)

    def _make_account(self, account: NewAccount) -> None:
        self.descriptions.setdefault(account.name, account.owner_mark.lower())
        self.accounts[account.name] = AssociationRow(
            cluster=self.cluster,
            account=account.name,
            parent=account.parent,
            default_qos=account.qos or "",
            qos=frozenset({account.qos}) if account.qos else self.accounts[account.parent].qos,
        )

    def _make_member(self, account: str, username: str) -> None:
        row = self.accounts[account]
        self.members[account, username] = AssociationRow(
            cluster=self.cluster,
            account=account,
            user=username,
            default_qos=row.default_qos,
            qos=row.qos,
        )
        self.defaults[username] = self.defaults.get(username) or account
        if not self.knows_user(username):
            self.unresolved.add((account, username))

    def _is_suspended(self, account: str) -> bool:
        """Limits of an account hold for everything under it."""
        while account and account not in self.unheard_accounts:
            if self.accounts[account].grp_submit_jobs == 0:
                return True
            account = self.accounts[account].parent
        return False

    def _limit_accounts(self, names: Sequence[str], limit: int | None) -> None:
        self._begin_write()
        for name in _existing(names, self.accounts):
            self.accounts[name] = replace(self.accounts[name], grp_submit_jobs=limit)

    def _limit_members(
        self, accounts: Sequence[str], usernames: Sequence[str], limit: int | None
    ) -> None:
        self._begin_write()
        for pair in _existing(_pairs(accounts, usernames), self.members):
            self.members[pair] = replace(self.members[pair], max_submit_jobs=limit)

    def _require_account(self, name: str) -> None:
        if name not in self.accounts:
            raise TransientSlurmError(f"Parent Account {name} doesn't exist.")

    def _require_qos(self, name: str) -> None:
        if name not in self.qos:
            raise TransientSlurmError(f"You gave a bad qos '{name}'.")

    def _begin_write(self) -> None:
        self.before_write()
        self.writes += 1


def _pairs(accounts: Iterable[str], usernames: Sequence[str]) -> list[tuple[str, str]]:
    return [(account, username) for account in accounts for username in usernames]


def _new(keys: Iterable[Key], known: Collection[Key]) -> list[Key]:
    """Those that are not there yet; sacctmgr fails only where there is none at all."""
    new = [key for key in keys if key not in known]
    if not new:
        raise TransientSlurmError("Nothing new added.")
    return new


def _existing(keys: Iterable[Key], known: Collection[Key]) -> list[Key]:
    """Those that are there; sacctmgr fails only where there is none at all."""
    existing = [key for key in keys if key in known]
    if not existing:
        raise TransientSlurmError("Nothing modified")
    return existing
