"""Tells people on login nodes how their jobs used GPUs, from what the bridge brings to the portal.

Jobs and counters pass by here on their way. Nothing that goes wrong here holds them up. Until the
portal has said by what it judges, nothing is told.
"""

import hashlib
import logging
import pwd
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from slurm_bridge.errors import BridgeError, StoppedError
from slurm_bridge.gpu_verdict import Thresholds
from slurm_bridge.login.folder import NOT_LISTABLE, OpenFolder, opened_folder
from slurm_bridge.login.job_ledger import (
    FOLDER,
    MOST_JOBS,
    JobUse,
    jobs_from_json,
    jobs_to_json,
)
from slurm_bridge.login.job_use import job_use
from slurm_bridge.login.kept_thresholds import KeptThresholds
from slurm_bridge.login.ledger import LedgerError
from slurm_bridge.login.read import LARGEST_FILE
from slurm_bridge.wire_accounting import JobRow
from slurm_bridge.wire_gpu import GpuCounter

log = logging.getLogger(__name__)

READ_BY_OWNER = 0o400
KEPT_SECONDS = 14 * 86_400
"""So long a job is told of after its last news."""
REMEMBERED_SECONDS = 3 * 86_400
"""So long rows and counters wait for one another."""

CounterKey = tuple[str, str, int]


def _uid_of(username: str) -> int | None:
    try:
        return pwd.getpwnam(username).pw_uid
    except (KeyError, ValueError):
        return None


@dataclass
class JobFiles:
    """One site's files: for each person one with their latest jobs that held GPUs."""

    folder: Path
    portal_url: str
    kept: KeptThresholds
    clock: Callable[[], float] = time.time
    uid_of: Callable[[str], int | None] = _uid_of
    _rows: dict[int, dict[int, tuple[JobRow, int]]] = field(default_factory=dict)
    """By job and index, each with when it was read."""
    _counters: dict[int, dict[CounterKey, GpuCounter]] = field(default_factory=dict)
    _news: set[int] = field(default_factory=set)
    _written: dict[int, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note_jobs(self, rows: Iterable[JobRow], read_at: int) -> None:
        """Remember runs that hold or held GPUs."""
        with self._lock:
            for row in rows:
                if row.gpus and row.started_at is not None:
                    self._rows.setdefault(row.job_id, {})[row.db_index] = (row, read_at)
                    self._news.add(row.job_id)

    def note_counters(self, counters: Iterable[GpuCounter]) -> None:
        """Remember what GPUs did for jobs."""
        with self._lock:
            for counter in counters:
                key = counter.node, counter.gpu, counter.first_sample_at
                kept = counter.model_copy(update={"minutes": ()})
                self._counters.setdefault(counter.job_id, {})[key] = kept
                self._news.add(counter.job_id)

    def judge_by(self, thresholds: Thresholds) -> None:
        """Judge by what the portal says, also the jobs that are remembered."""
        if self.kept.keep(thresholds):
            with self._lock:
                self._news |= self._counters.keys()
            self.publish()

    def publish(self) -> None:
        """Write what is news; a fault is logged only."""
        try:
            with self._lock:
                if self.kept.thresholds is not None:
                    self._write(self.kept.thresholds)
                self._forget()
        except StoppedError:
            raise
        except (BridgeError, OSError) as error:
            log.warning("login nodes are not told how jobs used GPUs: %s", error)

    def _write(self, thresholds: Thresholds) -> None:
        news = self._uses_by_uid(thresholds)
        if not news:
            self._news.clear()
            return
        with (
            opened_folder(self.folder) as folder,
            opened_folder(FOLDER, inside=folder, mode=NOT_LISTABLE) as jobs,
        ):
            for uid, uses in news.items():
                self._write_person(jobs, uid, uses)
        self._news.clear()

    def _write_person(self, folder: OpenFolder, uid: int, uses: list[JobUse]) -> None:
        name = f"{uid}.json"
        oldest = int(self.clock()) - KEPT_SECONDS
        kept = {(job.raw_id, job.job_id): job for job in self._known(name)}
        kept |= {(job.raw_id, job.job_id): job for job in uses}
        newest = sorted(kept.values(), key=lambda job: (-job.as_of, -job.raw_id))
        text = jobs_to_json([job for job in newest if job.as_of >= oldest][:MOST_JOBS])
        digest = hashlib.sha256(text.encode()).digest()
        if self._written.get(uid) != digest:
            folder.write(name, text, mode=READ_BY_OWNER, uid=uid)
            self._written[uid] = digest

    def _known(self, name: str) -> tuple[JobUse, ...]:
        """What was written before; the folder is nobody's but the bridge's."""
        try:
            with (self.folder / FOLDER / name).open("rb") as file:
                return jobs_from_json(file.read(LARGEST_FILE).decode())
        except (FileNotFoundError, UnicodeDecodeError, LedgerError):
            return ()

    def _uses_by_uid(self, thresholds: Thresholds) -> dict[int, list[JobUse]]:
        found: dict[int, list[JobUse]] = defaultdict(list)
        for job_id in sorted(self._news):
            counters = self._counters.get(job_id, {}).values()
            runs = self._rows.get(job_id, {})
            if not runs or not counters:
                continue
            row, read_at = runs[max(runs)]  # A requeued job's last run is the one that counts.
            uid = self.uid_of(row.username)
            if uid is not None:
                found[uid].append(
                    job_use(
                        row,
                        counters,
                        read_at=read_at,
                        portal_url=self.portal_url,
                        thresholds=thresholds,
                    )
                )
        return found

    def _forget(self) -> None:
        oldest = int(self.clock()) - REMEMBERED_SECONDS
        self._rows = {
            job_id: runs
            for job_id, runs in self._rows.items()
            if any(read_at >= oldest for _row, read_at in runs.values())
        }
        self._counters = {
            job_id: counters
            for job_id, counters in self._counters.items()
            if any(counter.last_sample_at >= oldest for counter in counters.values())
        }
