"""What the bridge asks of a site's user directory."""

from typing import Protocol

from slurm_bridge.wire import DesiredUser


class Directory(Protocol):
    """UNIX users as this host resolves them."""

    def uid_of(self, username: str) -> int | None:
        """The number that the name resolves to on this host, or None."""
        ...

    def create(self, user: DesiredUser) -> None:
        """Make the user, or raise TransientDirectoryError."""
        ...
