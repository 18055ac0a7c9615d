"""The records of one past span, read anew."""

import logging
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError

from slurm_bridge.slurm.accounting import FEW
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.job_fields import ACCOUNT, FIELDS, USER, row_blocks, run_of
from slurm_bridge.wire_accounting import JobRow

log = logging.getLogger(__name__)


@dataclass
class PastRuns:
    """Reads every run of a span, however long ago that was."""

    commands: Commands
    cluster: str
    timeout_seconds: float = 900
    refused: set[tuple[str, str]] = field(default_factory=set)
    """Account and user of the runs that could not be understood at the last reading."""

    def between(self, since: int, until: int, accounts: Collection[str]) -> Iterator[JobRow]:
        """Every run in these accounts that was alive between two times."""
        self.refused = set()
        wanted = frozenset(accounts)
        named = [f"--accounts={','.join(sorted(accounts))}"] if len(accounts) <= FEW else []
        delimiter = secrets.token_hex(12)
        lines = self.commands.lines(
            "sacct",
            "--allusers",
            "--allocations",
            "--noheader",
            "--parsable2",
            "--duplicates",
            "--noconvert",
            f"--clusters={self.cluster}",
            f"--delimiter={delimiter}",
            f"--starttime={_sacct_time(since)}",
            f"--endtime={_sacct_time(until)}",
            *named,
            f"--format={FIELDS}",
            timeout_seconds=self.timeout_seconds,
        )
        for cells, _others in row_blocks(lines, delimiter, at_once=1, accounts=wanted):
            row = self._parsed(cells) if cells else None
            if row is not None:
                yield row

    def _parsed(self, cells: list[str]) -> JobRow | None:
        """The run; None for one that nobody can understand."""
        try:
            return run_of(cells).row(0)
        except (ValidationError, ValueError) as error:
            account = cells[ACCOUNT]
            self.refused.add((account, cells[USER]))
            log.warning("a run of %s cannot be understood: %s", account, type(error).__name__)
            return None


def _sacct_time(epoch: int) -> str:
    return datetime.fromtimestamp(max(epoch, 1), UTC).strftime("%Y-%m-%dT%H:%M:%S")
