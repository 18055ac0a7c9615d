"""The files of public keys that `authorized_keys` reads for sshd on login nodes."""

import logging
from dataclasses import dataclass, field
from pathlib import Path

from slurm_bridge.errors import BridgeError
from slurm_bridge.login.authorized_keys import FORMAT, KEYS_FOLDER
from slurm_bridge.login.folder import NOT_LISTABLE, OpenFolder, opened_folder
from slurm_bridge.wire import DesiredState, DesiredUser

log = logging.getLogger(__name__)

READ_BY_ALL = 0o644


@dataclass
class KeyFiles:
    """One file for each person with a key, whatever else of the cycle can be carried out."""

    folder: Path
    cluster: str
    delivers: bool = True
    """False where keys go another way: then no file of an earlier time may stay valid."""
    _written: dict[str, str] = field(default_factory=dict)

    def publish(self, desired: DesiredState) -> None:
        """Write what has changed and remove what is gone; a fault is logged only."""
        if desired.cluster != self.cluster or not desired.accounts:
            return  # Not meant for this site, or a portal that has lost its memory.
        try:
            with (
                opened_folder(self.folder) as folder,
                opened_folder(KEYS_FOLDER, inside=folder, mode=NOT_LISTABLE) as keys,
            ):
                people = desired.users if self.delivers else ()
                self._write(keys, {user.username: user for user in people if user.keys})
        except (BridgeError, OSError) as error:
            log.warning("login nodes are not told which keys are valid: %s", error)

    def _write(self, keys: OpenFolder, people: dict[str, DesiredUser]) -> None:
        keys.keep_only(people)  # First what must no longer open anything.
        present = keys.names()
        for username, user in people.items():
            text = key_file(user)
            if username not in present or self._written.get(username) != text:
                keys.write(username, text, mode=READ_BY_ALL)
        self._written = {username: key_file(user) for username, user in people.items()}


def key_file(user: DesiredUser) -> str:
    """Whose keys these are, by number, then each with the second in which it ends (0: never)."""
    lines = [f"{FORMAT}\t{user.uid}"]
    lines += [f"{key.expires_at or 0}\t{key.line}" for key in user.keys]
    return "\n".join(lines) + "\n"
