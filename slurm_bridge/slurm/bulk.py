"""`sacctmgr load`: thousands of accounts and members by one program."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.errors import FatalConfigError, TransientSlurmError
from slurm_bridge.ownership import carries_mark
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.interface import NewAccount
from slurm_bridge.slurm.load_file import load_file

BULK_TIMEOUT_SECONDS = 600
FILE_PREFIX = "sacctmgr-load-"


@dataclass(frozen=True)
class BulkLoad:
    """Writes the file, has it read, and removes it."""

    commands: Commands
    cluster: str
    folder: Path | None = None
    """Where the file lies meanwhile; only one bridge may use it. None is the system's own."""
    timeout_seconds: float = BULK_TIMEOUT_SECONDS

    def load(
        self,
        accounts: Sequence[NewAccount],
        members: Sequence[tuple[str, str]],
        descriptions: Mapping[str, str],
    ) -> None:
        """Make what is missing, given the descriptions of all accounts as they are now."""
        _refuse_foreign(accounts, descriptions)
        text = load_file(self.cluster, accounts, members, described=descriptions.keys())
        self._remove_leftovers()
        try:
            # Readable by its owner only, since it names people.
            file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed by the next statement
                "w", dir=self.folder, prefix=FILE_PREFIX, encoding="ascii"
            )
        except OSError as error:
            raise FatalConfigError(f"cannot write in {self.folder}: {error.strerror}") from error
        with file:
            file.write(text)
            file.flush()
            self._run(file.name)

    def _run(self, path: str) -> None:
        # Without `clean`, which would delete the cluster's accounts first.
        result = self.commands.attempt(
            "sacctmgr", "-iQ", "load", f"file={path}", timeout_seconds=self.timeout_seconds
        )
        if result.code != 0:
            raise TransientSlurmError(f"sacctmgr load failed: {result.reason}")

    def _remove_leftovers(self) -> None:
        """A bridge that was killed could not remove its file."""
        if self.folder is not None:
            for leftover in self.folder.glob(f"{FILE_PREFIX}*"):
                leftover.unlink(missing_ok=True)


def _refuse_foreign(accounts: Sequence[NewAccount], descriptions: Mapping[str, str]) -> None:
    """A load changes what it names, so it must not name what somebody else has just made."""
    for account in accounts:
        found = descriptions.get(account.name)
        if found is not None and not carries_mark(found, account.owner_mark):
            raise TransientSlurmError(f"account {account.name} exists and was not made by Belfry")
