"""How this host resolves names: by whatever /etc/nsswitch.conf says."""

import pwd
from typing import Protocol


class HostNames(Protocol):
    """What a host knows of people, as Slurm on it would."""

    def uid_of(self, username: str) -> int | None:
        """The number that the name resolves to, or None."""
        ...

    def listed(self) -> dict[str, int]:
        """Everybody whom the host lists unasked: those of its own files at least."""
        ...


class NssNames:
    """The host's own name service switch."""

    def uid_of(self, username: str) -> int | None:
        """The number that the name resolves to, or None."""
        try:
            return pwd.getpwnam(username).pw_uid
        except KeyError:
            return None

    def listed(self) -> dict[str, int]:
        """Everybody whom the host lists unasked."""
        return {user.pw_name: user.pw_uid for user in pwd.getpwall()}
