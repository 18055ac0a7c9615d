"""What the bridge asks of a site's user directory."""

from collections.abc import Collection
from typing import Protocol

from slurm_bridge.wire import ActualGroup, DesiredGroup, DesiredUser


class Directory(Protocol):
    """UNIX users as this host resolves them, and the groups of projects."""

    def uid_of(self, username: str) -> int | None:
        """The number that the name resolves to on this host, or None."""
        ...

    def resolved(self, usernames: Collection[str]) -> dict[str, int]:
        """The numbers of those of the names that resolve on this host, asked for together."""
        ...

    def create(self, user: DesiredUser) -> None:
        """Make the user, or raise TransientDirectoryError."""
        ...

    def groups(self, names: Collection[str]) -> tuple[ActualGroup, ...] | None:
        """Those of the groups that exist; None where the site's groups are not Belfry's to make."""
        ...

    def create_group(self, group: DesiredGroup) -> None:
        """Make the group without members, or raise TransientDirectoryError."""
        ...

    def change_group(self, name: str, added: Collection[str], removed: Collection[str]) -> None:
        """Add and remove members, or raise TransientDirectoryError and change none."""
        ...
