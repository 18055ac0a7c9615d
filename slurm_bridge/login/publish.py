"""The bridge's part: it writes what login nodes and slurmctld read, and no cycle fails by it."""

import hashlib
import json
import logging
import pwd
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from slurm_bridge.errors import BridgeError, FatalConfigError, StoppedError
from slurm_bridge.login.balances import balances, submit_rows
from slurm_bridge.login.folder import NOT_LISTABLE, OpenFolder, opened_folder
from slurm_bridge.login.ledger import FORMAT, Ledger, ProjectBalance
from slurm_bridge.login.submit_file import submit_text
from slurm_bridge.slurm.budgets import SiteFigures
from slurm_bridge.wire import ActualState, DesiredState

log = logging.getLogger(__name__)

SUBMIT_FILE = "submit.tsv"
AS_OF_FILE = "as_of.json"
USERS_FOLDER = "users"
READ_BY_ALL = 0o644
READ_BY_GROUP = 0o640
READ_BY_OWNER = 0o400


@dataclass
class LoginFiles:
    """One site's files: a list for slurmctld, and for each member one that only they can read."""

    folder: Path
    figures: Callable[[], SiteFigures]
    site: str
    portal_url: str
    slurm_user: str
    clock: Callable[[], float] = time.time
    _worlds: tuple[DesiredState, ActualState] | None = None
    _written: dict[int, bytes] = field(default_factory=dict)
    """Digests of the ledgers that lie there, by uid."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, desired: DesiredState, actual: ActualState) -> None:
        """Write what a cycle has come to, if that is news; a fault is logged only."""
        worlds = desired, actual.model_copy(update={"read_at": 0})
        if worlds != self._worlds:
            self._worlds = worlds
            self.refresh()

    def refresh(self) -> None:
        """Write the same projects with the counters of now; nothing before the first cycle."""
        if self._worlds is None:
            return
        try:
            with self._lock:
                self._write(*self._worlds)
        except StoppedError:
            raise
        except (BridgeError, OSError) as error:
            log.warning("login nodes are not told what is left: %s", error)

    def _write(self, desired: DesiredState, actual: ActualState) -> None:
        now = int(self.clock())
        figures = self.figures()
        found = balances(desired, actual, figures)
        text = submit_text(
            rows=submit_rows(desired, actual, found),
            managed_partitions=(
                *desired.partitions,
                *(item.name for item in desired.dedicated if not item.closed),
            ),
            gpu_types=figures.gpu_types,
            portal_url=self.portal_url,
            written_at=now,
        )
        as_of = {"format": FORMAT, "written_at": now, "site": self.site}
        with opened_folder(self.folder) as folder:
            folder.write(SUBMIT_FILE, text, mode=READ_BY_GROUP, gid=_group_of(self.slurm_user))
            with opened_folder(USERS_FOLDER, inside=folder, mode=NOT_LISTABLE) as users:
                self._write_ledgers(users, actual, figures, found)
            folder.write(AS_OF_FILE, json.dumps(as_of), mode=READ_BY_ALL)

    def _write_ledgers(
        self,
        users: OpenFolder,
        actual: ActualState,
        figures: SiteFigures,
        found: tuple[ProjectBalance, ...],
    ) -> None:
        projects = _by_member(found)
        present = users.names()
        written: dict[int, bytes] = {}
        for user in actual.users:
            if user.username not in projects:
                continue
            text = self._ledger(user.username, figures, projects[user.username]).to_json()
            written[user.uid] = hashlib.sha256(text.encode()).digest()
            name = _file_of(user.uid)
            if name not in present or self._written.get(user.uid) != written[user.uid]:
                users.write(name, text, mode=READ_BY_OWNER, uid=user.uid)
        users.keep_only({_file_of(uid) for uid in written})
        self._written = written

    def _ledger(
        self, username: str, figures: SiteFigures, projects: list[ProjectBalance]
    ) -> Ledger:
        return Ledger(
            site=self.site,
            portal_url=self.portal_url,
            username=username,
            gpu_types=figures.gpu_types,
            projects=tuple(projects),
        )


def _by_member(found: tuple[ProjectBalance, ...]) -> dict[str, list[ProjectBalance]]:
    projects: dict[str, list[ProjectBalance]] = {}
    for project in found:
        for username in project.members:
            projects.setdefault(username, []).append(project)
    return projects


def _group_of(username: str) -> int:
    try:
        return pwd.getpwnam(username).pw_gid
    except KeyError:
        raise FatalConfigError(f"slurm_user {username} does not exist on this host") from None


def _file_of(uid: int) -> str:
    return f"{uid}.json"
