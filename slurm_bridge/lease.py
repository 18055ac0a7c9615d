"""The right to write to a site, which the portal lends to one bridge at a time.

The portal's clock alone decides who has it. What is kept here is how long it lasts at least, by a
clock that nobody can set.
"""

import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from slurm_bridge.errors import BridgeError, FatalConfigError, TransientLeaseError
from slurm_bridge.wire import LeaseAnswer, LeaseRequest

log = logging.getLogger(__name__)

RENEW_SECONDS = 15


class Lender(Protocol):
    """The portal, as far as leases are concerned."""

    def lease(self, request: LeaseRequest) -> LeaseAnswer:
        """Ask to be the only bridge that writes to the site."""
        ...


@dataclass
class Lease:
    """One bridge's hold on its site."""

    lender: Lender
    state_dir: Path
    host: str = field(default_factory=socket.gethostname)
    clock: Callable[[], float] = time.monotonic
    renew_seconds: float = RENEW_SECONDS
    _ends_at: float = float("-inf")

    def renew(self) -> str:
        """Ask for the lease; why this bridge may not write, or nothing if it may."""
        asked_at = self.clock()
        answer = self.lender.lease(LeaseRequest(holder=self._holder(), host=self.host))
        if answer.granted:
            self._ends_at = asked_at + answer.seconds_left
            return ""
        self._ends_at = float("-inf")
        log.warning("the bridge on %s may write for %s s more", answer.host, answer.seconds_left)
        return (
            f"another bridge, on {answer.host}, serves this site;"
            f" this one, on {self.host}, only plans until that one has stopped"
        )

    def check(self) -> None:
        """Raise if another bridge may hold the lease by now."""
        if self.clock() >= self._ends_at:
            raise TransientLeaseError("this bridge's lease has run out, so it stopped writing")

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew it beside whatever else is done, however long that takes."""
        done = threading.Event()
        thread = threading.Thread(target=self._keep, args=(done,), name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()

    def _keep(self, done: threading.Event) -> None:
        while not done.wait(self.renew_seconds):
            try:
                self.renew()
            except BridgeError as error:
                log.warning("the lease was not renewed: %s", error)

    def _holder(self) -> str:
        """The state folder and the host: a copy of the folder elsewhere is another bridge."""
        path = self.state_dir / "bridge.id"
        try:
            if not path.exists():
                path.write_text(str(uuid.uuid4()), encoding="ascii")
            return f"{path.read_text(encoding='ascii').strip()}@{self.host}"
        except (OSError, UnicodeDecodeError) as error:
            raise FatalConfigError(f"cannot keep this bridge's name in {path}: {error}") from error
