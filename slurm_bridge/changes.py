"""What a plan consists of: values with a sentence for people and JSON for programs."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.wire_terms import JobId

NAMED_JOBS = 10


class _Change(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CreateUser(_Change):
    """Make a UNIX identity known on the site's hosts."""

    kind: Literal["create_user"] = "create_user"
    username: str
    uid: StrictInt

    def __str__(self) -> str:
        return f"create UNIX user {self.username} (uid {self.uid})"


class CreateGroup(_Change):
    """Make a project's UNIX group known on the site's hosts."""

    kind: Literal["create_group"] = "create_group"
    group: str
    gid: StrictInt

    def __str__(self) -> str:
        return f"create UNIX group {self.group} (gid {self.gid})"


class AddToGroup(_Change):
    """Make a user a member of a project's UNIX group."""

    kind: Literal["add_to_group"] = "add_to_group"
    group: str
    username: str

    def __str__(self) -> str:
        return f"add {self.username} to UNIX group {self.group}"


class RemoveFromGroup(_Change):
    """Take a user out of a project's UNIX group; what runs already keeps it."""

    kind: Literal["remove_from_group"] = "remove_from_group"
    group: str
    username: str

    def __str__(self) -> str:
        return f"remove {self.username} from UNIX group {self.group}"


class CreateQos(_Change):
    """Make a project's budget at this site."""

    kind: Literal["create_qos"] = "create_qos"
    qos: str
    owner_mark: str
    gpu_minutes: StrictInt
    flags: tuple[str, ...]

    def __str__(self) -> str:
        return f"create QOS {self.qos} with {self.gpu_minutes} GPU-minutes"


class SetQosBudget(_Change):
    """Change how many GPU-minutes a QOS allows in all."""

    kind: Literal["set_qos_budget"] = "set_qos_budget"
    qos: str
    before: StrictInt | None
    after: StrictInt

    def __str__(self) -> str:
        before = "no limit" if self.before is None else str(self.before)
        return f"set GPU-minutes of QOS {self.qos} from {before} to {self.after}"


def lowers(change: SetQosBudget) -> bool:
    """Whether a budget becomes smaller than it was."""
    return change.before is None or change.after < change.before


class SetQosFlags(_Change):
    """Restore the flags without which a budget would refill or be ignored."""

    kind: Literal["set_qos_flags"] = "set_qos_flags"
    qos: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        before = ",".join(self.before) or "none"
        return f"set flags of QOS {self.qos} from {before} to {','.join(self.after)}"


class CreateAccount(_Change):
    """Make an account of the tree, with its QOS if it is a project."""

    kind: Literal["create_account"] = "create_account"
    account: str
    parent: str
    owner_mark: str
    qos: str | None

    def __str__(self) -> str:
        qos = f" with QOS {self.qos}" if self.qos else ""
        return f"create account {self.account} under {self.parent}{qos}"


class MoveAccount(_Change):
    """Put an account back under its parent."""

    kind: Literal["move_account"] = "move_account"
    account: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"move account {self.account} from {self.before} to {self.after}"


class SetAccountQos(_Change):
    """Make the project's QOS the only one of its account, and its default."""

    kind: Literal["set_account_qos"] = "set_account_qos"
    account: str
    before: tuple[str, ...]
    after: str

    def __str__(self) -> str:
        before = ",".join(self.before) or "none"
        return f"set QOS of account {self.account} from {before} to {self.after}"


class AddMember(_Change):
    """Let a user submit to an account."""

    kind: Literal["add_member"] = "add_member"
    account: str
    username: str

    def __str__(self) -> str:
        return f"add {self.username} to account {self.account}"


class MoveDefaultAccount(_Change):
    """Give a user another default account, before they leave the one that it is now."""

    kind: Literal["move_default_account"] = "move_default_account"
    username: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"move the default account of {self.username} from {self.before} to {self.after}"


class CancelJobs(_Change):
    """Cancel just these jobs of a leaving member, whom staff do not want to wait for."""

    kind: Literal["cancel_jobs"] = "cancel_jobs"
    account: str
    username: str
    job_ids: tuple[JobId, ...]

    def __str__(self) -> str:
        named = ", ".join(self.job_ids[:NAMED_JOBS])
        more = len(self.job_ids) - NAMED_JOBS
        rest = f" and {more} more" if more > 0 else ""
        return f"cancel jobs {named}{rest} of {self.username} in account {self.account}"


class RemoveMember(_Change):
    """Take a user's association away; waits until the user's jobs there have ended."""

    kind: Literal["remove_member"] = "remove_member"
    account: str
    username: str

    def __str__(self) -> str:
        return f"remove {self.username} from account {self.account}"


class SuspendAccount(_Change):
    """Refuse new jobs of an account; running and waiting ones are left alone."""

    kind: Literal["suspend_account"] = "suspend_account"
    account: str

    def __str__(self) -> str:
        return f"refuse new jobs of account {self.account}"


class ResumeAccount(_Change):
    """Accept new jobs of an account again."""

    kind: Literal["resume_account"] = "resume_account"
    account: str

    def __str__(self) -> str:
        return f"accept new jobs of account {self.account}"


class OpenPartition(_Change):
    """Add an account to a partition's access list."""

    kind: Literal["open_partition"] = "open_partition"
    partition: str
    account: str

    def __str__(self) -> str:
        return f"open partition {self.partition} to account {self.account}"


class ClosePartition(_Change):
    """Take an account off a partition's access list."""

    kind: Literal["close_partition"] = "close_partition"
    partition: str
    account: str

    def __str__(self) -> str:
        return f"close partition {self.partition} to account {self.account}"


class CreatePartition(_Change):
    """Make a partition that one project has to itself."""

    kind: Literal["create_partition"] = "create_partition"
    partition: str
    owner_mark: str
    settings: PartitionSettings

    def __str__(self) -> str:
        account = ",".join(self.settings.accounts)
        return f"create partition {self.partition} for account {account}: {self.settings.words()}"


class ModifyPartition(_Change):
    """Put a partition that Belfry made right, in slurmctld and in the file it is kept in."""

    kind: Literal["modify_partition"] = "modify_partition"
    partition: str
    owner_mark: str
    before: PartitionSettings
    after: PartitionSettings

    def __str__(self) -> str:
        changed = self.after.difference(self.before)
        if not changed:
            return f"keep partition {self.partition} over restarts of slurmctld as it is now"
        return f"change partition {self.partition}: {changed}"


class DeletePartition(_Change):
    """Remove a partition that Belfry made; waits until the last job on it has ended."""

    kind: Literal["delete_partition"] = "delete_partition"
    partition: str
    owner_mark: str

    def __str__(self) -> str:
        return f"delete partition {self.partition} once no job is left on it"


Change = Annotated[
    CreateUser
    | CreateGroup
    | AddToGroup
    | RemoveFromGroup
    | CreateQos
    | SetQosBudget
    | SetQosFlags
    | CreateAccount
    | MoveAccount
    | SetAccountQos
    | AddMember
    | MoveDefaultAccount
    | CancelJobs
    | RemoveMember
    | SuspendAccount
    | ResumeAccount
    | OpenPartition
    | ClosePartition
    | CreatePartition
    | ModifyPartition
    | DeletePartition,
    Field(discriminator="kind"),
]
