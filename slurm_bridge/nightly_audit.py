"""When the self-check is due: once a night, whatever restarts."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from slurm_bridge.audit_run import Audit
from slurm_bridge.errors import FatalConfigError

log = logging.getLogger(__name__)


@dataclass
class NightlyAudit:
    """Remembers on disk which night was checked last; one that was missed is made up for."""

    audit: Audit
    at: time_of_day
    days: int
    path: Path
    clock: Callable[[], float] = time.time

    def run_if_due(self) -> bool:
        """Check if the time has come since the last check; a check that fails stays due."""
        due = self._last_due()
        done = self._read()
        if done is None:
            self._write(due)  # A new site has no past to be checked; its first night comes.
            return False
        if done >= due:
            return False
        check = self.audit.run(self.days + (due - done) // timedelta(days=1) - 1)
        log.info("usage was checked: %d differences remain", len(check.differences))
        self._write(due)
        return True

    def _last_due(self) -> datetime:
        now = datetime.fromtimestamp(self.clock(), UTC)
        today = datetime.combine(now.date(), self.at.replace(tzinfo=None), UTC)
        return today if today <= now else today - timedelta(days=1)

    def _read(self) -> datetime | None:
        try:
            found = datetime.fromisoformat(self.path.read_text(encoding="ascii").strip())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warning("cannot tell which night was checked last: %s", error)
            return None
        return found if found.tzinfo else None

    def _write(self, due: datetime) -> None:
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            fresh.write_text(f"{due.isoformat()}\n", encoding="ascii")
            fresh.replace(self.path)
        except OSError as error:
            raise FatalConfigError(f"cannot write {self.path}: {error.strerror}") from error
