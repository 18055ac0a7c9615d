"""QOS, accounts and memberships, read and written with sacctmgr."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from slurm_bridge.rows import AccountRow, AssociationRow, QosRow
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.parse import (
    ACCOUNT_FIELDS,
    ASSOCIATION_FIELDS,
    DEFAULT_FIELDS,
    QOS_FIELDS,
    joined,
    parse_accounts,
    parse_associations,
    parse_defaults,
    parse_qos,
)

NO_LIMIT = -1
DEFAULT_SHARES = 1
# An argument must stay below the 128 KiB of Linux; a name has 31 letters at most.
MOST_NAMES = 2000


@dataclass
class Accounts:
    """The accounting database, as far as one cluster is concerned."""

    commands: Commands
    cluster: str

    def read_associations(
        self, accounts: Collection[str] | None = None
    ) -> tuple[AssociationRow, ...]:
        """Every association of this cluster, or those of some accounts only.

        Accounts come with what they inherit, members with nothing but what is their own: slurmdbd
        asks its database what is inherited once for each account that has members, which takes it
        ten times as long as all else.
        """
        if accounts is not None and not accounts:
            return ()
        with ThreadPoolExecutor(max_workers=2) as pool:
            members = pool.submit(self.show_associations, accounts)
            own = pool.submit(self._show_associations, accounts, ("user=",))
        return (
            *(row for row in parse_associations(own.result()) if not row.user),
            *(row for row in parse_associations(members.result()) if row.user),
        )

    def show_associations(self, accounts: Collection[str] | None = None) -> str:
        """Slurm's own words for all of them, without what they inherit."""
        return self._show_associations(accounts, ("WOPInfo", "WOPLimits"))

    def _show_associations(self, accounts: Collection[str] | None, words: tuple[str, ...]) -> str:
        narrowed = (f"account={joined(sorted(accounts))}",) if accounts else ()
        where = ("where", f"cluster={self.cluster}", *narrowed, *words)
        return self._show("assoc", ASSOCIATION_FIELDS, *where)

    def read_accounts(self) -> tuple[AccountRow, ...]:
        """Every account of the database, in one answer."""
        return parse_accounts(self._show("account", ACCOUNT_FIELDS))

    def read_qos(self) -> tuple[QosRow, ...]:
        """Every QOS of the database, in one answer."""
        return parse_qos(self._show("qos", QOS_FIELDS))

    def create_qos(
        self, names: Sequence[str], owner_mark: str, gpu_minutes: int, flags: Sequence[str]
    ) -> None:
        """Make QOS with equal budgets."""
        settings = [f"GrpTRESMins=gres/gpu={gpu_minutes}"]
        if flags:
            settings.append(f"Flags={joined(flags)}")
        self._write("add", "qos", joined(names), f"Description={owner_mark}", *settings)

    def set_qos_budget(self, names: Sequence[str], gpu_minutes: int) -> None:
        """Allow so many GPU-minutes in all."""
        self._modify_qos(names, f"GrpTRESMins=gres/gpu={gpu_minutes}")

    def set_qos_flags(self, names: Sequence[str], flags: Sequence[str]) -> None:
        """Give the QOS exactly these flags."""
        self._modify_qos(names, f"Flags={joined(flags)}")

    def create_accounts(
        self, names: Sequence[str], parent: str, owner_mark: str, qos: str | None
    ) -> None:
        """Make accounts on this cluster under one parent."""
        settings = [f"Cluster={self.cluster}", f"Parent={parent}", f"Description={owner_mark}"]
        if qos is not None:
            settings += [f"QosLevel={qos}", f"DefaultQOS={qos}"]
        # Where bridges of two clusters add an account to one slurmdbd in the same second with
        # equal values, the later one's association is silently lost (22.05): so they differ.
        settings.append(f"Organization=belfry-{self.cluster}")
        self._write("add", "account", joined(names), *settings)

    def move_accounts(self, names: Sequence[str], parent: str) -> None:
        """Put accounts under another parent."""
        self._modify_accounts(names, f"Parent={parent}")

    def set_account_qos(self, names: Sequence[str], qos: str) -> None:
        """Make one QOS the accounts' only one and their default."""
        self._modify_accounts(names, f"QosLevel={qos}", f"DefaultQOS={qos}")

    def suspend_accounts(self, names: Sequence[str]) -> None:
        """Refuse new jobs."""
        self._modify_accounts(names, "GrpSubmitJobs=0")

    def resume_accounts(self, names: Sequence[str]) -> None:
        """Accept new jobs again."""
        self._modify_accounts(names, f"GrpSubmitJobs={NO_LIMIT}")

    def add_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Let each of the users submit to each of the accounts."""
        where = (f"Account={joined(accounts)}", f"Cluster={self.cluster}")
        self._write("add", "user", joined(usernames), *where)

    def block_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Refuse new jobs of these users in these accounts."""
        self._modify_members(accounts, usernames, "MaxSubmitJobs=0")

    def unblock_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Accept new jobs of these users in these accounts again."""
        self._modify_members(accounts, usernames, f"MaxSubmitJobs={NO_LIMIT}")

    def refresh_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Make slurmctld look these users up anew, since it remembers a failure for ever."""
        # Only a change of shares does it, even one to the value that is there (22.05).
        self._modify_members(accounts, usernames, f"Fairshare={DEFAULT_SHARES}")

    def delete_accounts(self, names: Sequence[str]) -> None:
        """Delete this cluster's associations of accounts and of their members, with their jobs."""
        where = (f"name={joined(names)}", f"cluster={self.cluster}")
        self._write("delete", "account", "where", *where)

    def remake_qos(
        self, account: str, name: str, owner_mark: str, gpu_minutes: int, flags: Sequence[str]
    ) -> None:
        """Make a QOS that slurmctld has not heard of once more, for the account that has it.

        The account takes no jobs meanwhile, since without its QOS it would have no limit.
        """
        self.suspend_accounts([account])
        self._modify_accounts([account], "DefaultQOS=-1")  # A default QOS cannot be deleted.
        self._write("delete", "qos", "where", f"name={name}")
        self.create_qos([name], owner_mark, gpu_minutes, flags)
        self.set_account_qos([account], name)
        self.resume_accounts([account])

    def default_accounts(self, usernames: Sequence[str]) -> dict[str, str]:
        """The account on this cluster that each user's jobs go to by default; empty for none."""
        found: dict[str, str] = {}
        for start in range(0, len(usernames), MOST_NAMES):
            names = joined(usernames[start : start + MOST_NAMES])
            where = ("where", f"name={names}", f"cluster={self.cluster}")
            found |= parse_defaults(self._show("user", DEFAULT_FIELDS, *where))
        return found

    def move_default_accounts(self, usernames: Sequence[str], account: str) -> None:
        """Make one account the default of users who are all its members."""
        where = (f"name={joined(usernames)}", f"cluster={self.cluster}")
        self._write("modify", "user", "where", *where, "set", f"DefaultAccount={account}")

    def remove_members(self, accounts: Sequence[str], usernames: Sequence[str]) -> None:
        """Delete associations, which cancels whatever jobs they still have."""
        self._write("delete", "user", "where", *self._members(accounts, usernames))

    def _modify_qos(self, names: Sequence[str], *settings: str) -> None:
        self._write("modify", "qos", "where", f"name={joined(names)}", "set", *settings)

    def _modify_accounts(self, names: Sequence[str], *settings: str) -> None:
        where = (f"name={joined(names)}", f"cluster={self.cluster}")
        self._write("modify", "account", "where", *where, "set", *settings)

    def _modify_members(
        self, accounts: Sequence[str], usernames: Sequence[str], setting: str
    ) -> None:
        where = self._members(accounts, usernames)
        self._write("modify", "user", "where", *where, "set", setting)

    def _members(self, accounts: Sequence[str], usernames: Sequence[str]) -> tuple[str, ...]:
        return (
            f"name={joined(usernames)}",
            f"account={joined(accounts)}",
            f"cluster={self.cluster}",
        )

    def _show(self, entity: str, fields: str, *where: str) -> str:
        return self.commands.read("sacctmgr", "-nP", "show", entity, f"format={fields}", *where)

    def _write(self, *args: str) -> None:
        self.commands.read("sacctmgr", "-i", *args)
