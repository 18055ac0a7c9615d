"""A real cluster behind the bridge's one interface to Slurm."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from slurm_bridge.as_root import AsRoot
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.rows import SlurmReading
from slurm_bridge.slurm.accounts import Accounts
from slurm_bridge.slurm.budgets import BudgetReader
from slurm_bridge.slurm.bulk import BULK_TIMEOUT_SECONDS, BulkLoad
from slurm_bridge.slurm.choice import PartitionsBy, chosen
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.heard import unheard_of
from slurm_bridge.slurm.interface import Answer, NewAccount, TestSubmission
from slurm_bridge.slurm.partition_file import PartitionFile
from slurm_bridge.slurm.partitions import Partitions
from slurm_bridge.slurm.queue import Queue
from slurm_bridge.slurm.submissions import Submissions
from slurm_bridge.wire_leaving import QueuedJob


class SlurmSite(Accounts):
    """Accounts by sacctmgr, partitions by pyslurm or scontrol, and what only slurmctld knows."""

    simultaneous_changes = 8

    def __init__(
        self,
        commands: Commands,
        cluster: str,
        *,
        as_root: AsRoot | None = None,
        partition_file: PartitionFile | None = None,
        partitions_by: PartitionsBy = "auto",
        load_folder: Path | None = None,
        bulk_timeout_seconds: float = BULK_TIMEOUT_SECONDS,
    ) -> None:
        super().__init__(commands, cluster)
        self.bulk = BulkLoad(commands, cluster, load_folder, bulk_timeout_seconds)
        self.submissions = Submissions(as_root or AsRoot(commands), cluster)
        live_partitions, self.live = chosen(commands, partitions_by)
        self.partitions = Partitions(live_partitions, partition_file)
        self.queue = Queue(commands)
        self.budgets = BudgetReader(commands)

    def read(self, accounts: Collection[str] | None = None) -> SlurmReading:
        """Everything that planning needs, read at the same time."""
        with ThreadPoolExecutor(max_workers=4) as pool:
            associations = pool.submit(self.read_associations, accounts)
            descriptions = pool.submit(self.read_accounts)
            qos = pool.submit(self.read_qos)
            partitions = pool.submit(self.partitions.read)
        return SlurmReading(
            associations=associations.result(),
            accounts=descriptions.result(),
            qos=qos.result(),
            partitions=partitions.result(),
            kept_partitions=self.partitions.kept(),
        )

    def load(self, accounts: Sequence[NewAccount], members: Sequence[tuple[str, str]]) -> None:
        """Make accounts, then members; what is there already stays as it is."""
        described = {row.name: row.description for row in self.read_accounts()} if accounts else {}
        self.bulk.load(accounts, members, described)

    def has_heard_of_qos(self, name: str) -> bool:
        """Whether slurmctld knows a QOS; one made while it was starting is in the database only."""
        return name in self.budgets.counters()

    def accounts_unheard_of(self, accounts: Collection[str]) -> set[str]:
        """Those of these accounts that slurmctld does not know, since it was starting."""
        return unheard_of(self.commands, accounts)

    def change_access(
        self, partition: str, opened: Collection[str], closed: Collection[str]
    ) -> None:
        """Change a partition's access list, leaving all other accounts on it."""
        self.partitions.change_access(partition, opened, closed)

    def create_partition(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Make a partition that outlasts a restart of slurmctld."""
        self.partitions.create(name, owner_mark, settings)

    def modify_partition(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Give a partition these settings, now and after a restart."""
        self.partitions.modify(name, owner_mark, settings)

    def delete_partition(self, name: str) -> None:
        """Remove a partition, unless a job runs or waits on it."""
        self.partitions.delete(name)

    def busy_partitions(self) -> set[str]:
        """Each partition with a pending or running job."""
        return self.live.busy_partitions()

    def busy_members(self) -> set[tuple[str, str]]:
        """Each (account, username) with a pending or running job."""
        return self.live.busy_members()

    def jobs_by_member(self) -> dict[tuple[str, str], int]:
        """How many pending and running jobs each (account, username) has."""
        return self.live.jobs_by_member()

    def queued_jobs(
        self, accounts: Collection[str]
    ) -> dict[tuple[str, str], tuple[QueuedJob, ...]]:
        """The pending and running jobs in these accounts by (account, username)."""
        return self.queue.jobs(accounts)

    def cancel_jobs(self, account: str, username: str, job_ids: Collection[str]) -> None:
        """End those of these jobs that are this user's in this account now, and no others."""
        self.queue.cancel(account, username, job_ids)

    def would_accept(self, submission: TestSubmission) -> Answer:
        """Ask Slurm, as that user, whether it would take such a job."""
        return self.submissions.would_accept(submission)
