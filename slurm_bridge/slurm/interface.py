"""What the bridge asks of a Slurm; the real one and the one in memory both keep this promise."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.rows import SlurmReading
from slurm_bridge.wire_leaving import QueuedJob


@dataclass(frozen=True)
class TestSubmission:
    """A job of one GPU and one minute, that is checked and never run."""

    __test__ = False  # It is no test class, whatever its name says.

    account: str
    username: str
    partition: str


@dataclass(frozen=True)
class Answer:
    """Whether Slurm would accept a submission, and in its own words why not."""

    accepted: bool
    reason: str = ""


@dataclass(frozen=True)
class NewAccount:
    """An account to be made on this cluster, with all that it starts with."""

    name: str
    parent: str
    owner_mark: str
    qos: str | None = None


class Slurm(Protocol):
    """One cluster; every write raises TransientSlurmError when it is refused."""

    simultaneous_changes: int
    """So many changes of QOS, or blocks of members, may be made at the same time; no others."""

    def read(self, accounts: Collection[str] | None = None) -> SlurmReading:
        """Everything that planning needs, in a handful of bulk answers.

        Where accounts are given, the associations of these only.
        """
        ...

    def create_qos(
        self, names: Sequence[str], owner_mark: str, gpu_minutes: int, flags: Sequence[str]
    ) -> None:
        """Make QOS with equal budgets."""
        ...

    def set_qos_budget(self, names: Sequence[str], gpu_minutes: int) -> None:
        """Allow so many GPU-minutes in all."""
        ...

    def set_qos_flags(self, names: Sequence[str], flags: Sequence[str]) -> None:
        """Give the QOS exactly these flags."""
        ...

    def create_accounts(
        self, names: Sequence[str], parent: str, owner_mark: str, qos: str | None
    ) -> None:
        """Make accounts on this cluster under one parent."""
        ...

    def move_accounts(self, names: Sequence[str], parent: str) -> None:
        """Put accounts under another parent."""
        ...

    def set_account_qos(self, names: Sequence[str], qos: str) -> None:
        """Make one QOS the accounts' only one and their default."""
        ...

    def suspend_accounts(self, names: Sequence[str]) -> None:
        """Refuse new jobs."""
        ...

    def resume_accounts(self, names: Sequence[str]) -> None:
        """Accept new jobs again."""
        ...

    def add_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Let each of the users submit to each of the accounts."""
        ...

    def load(self, accounts: Sequence[NewAccount], members: Sequence[tuple[str, str]]) -> None:
        """Make accounts, then (account, username) members, whatever they have in common.

        What is there already stays as it is and is no fault. A fault may leave some of it made.
        """
        ...

    def block_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Refuse new jobs of these users in these accounts."""
        ...

    def unblock_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Accept new jobs of these users in these accounts again."""
        ...

    def refresh_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Make slurmctld look these users up anew, since it remembers a failure for ever."""
        ...

    def has_heard_of_qos(self, name: str) -> bool:
        """Whether slurmctld knows a QOS; one made while it was starting is in the database only."""
        ...

    def accounts_unheard_of(self, accounts: Collection[str]) -> set[str]:
        """Those of these accounts that slurmctld does not know, since it was starting."""
        ...

    def delete_accounts(self, names: Sequence[str]) -> None:
        """Delete this cluster's associations of accounts and of their members, with their jobs."""
        ...

    def remake_qos(
        self, account: str, name: str, owner_mark: str, gpu_minutes: int, flags: Sequence[str]
    ) -> None:
        """Make a QOS that slurmctld has not heard of once more, for the account that has it.

        The account takes no jobs meanwhile, since without its QOS it would have no limit.
        """
        ...

    def default_accounts(self, usernames: Sequence[str]) -> dict[str, str]:
        """The account on this cluster that each user's jobs go to by default; empty for none."""
        ...

    def move_default_accounts(self, usernames: Sequence[str], account: str) -> None:
        """Make one account the default of users who are all its members."""
        ...

    def remove_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Delete associations, which cancels whatever jobs they still have."""
        ...

    def change_access(
        self, partition: str, opened: Collection[str], closed: Collection[str]
    ) -> None:
        """Change a partition's access list, leaving all other accounts on it."""
        ...

    def create_partition(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Make a partition that outlasts a restart of slurmctld."""
        ...

    def modify_partition(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Give a partition these settings, now and after a restart."""
        ...

    def delete_partition(self, name: str) -> None:
        """Remove a partition, unless a job runs or waits on it."""
        ...

    def busy_partitions(self) -> set[str]:
        """Each partition with a pending or running job."""
        ...

    def busy_members(self) -> set[tuple[str, str]]:
        """Each (account, username) with a pending or running job."""
        ...

    def jobs_by_member(self) -> dict[tuple[str, str], int]:
        """How many pending and running jobs each (account, username) has."""
        ...

    def queued_jobs(
        self, accounts: Collection[str]
    ) -> dict[tuple[str, str], tuple[QueuedJob, ...]]:
        """The pending and running jobs in these accounts by (account, username)."""
        ...

    def cancel_jobs(self, account: str, username: str, job_ids: Collection[str]) -> None:
        """End those of these jobs that are this user's in this account now, and no others."""
        ...

    def would_accept(self, submission: TestSubmission) -> Answer:
        """Ask Slurm, as that user, whether it would take such a job."""
        ...
