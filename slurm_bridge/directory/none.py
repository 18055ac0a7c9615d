"""A site whose UNIX users are made by somebody else: Belfry only looks them up."""

import pwd
from collections.abc import Collection

from slurm_bridge.errors import TransientDirectoryError
from slurm_bridge.wire import ActualGroup, DesiredGroup, DesiredUser


class NoDirectory:
    """Resolves names and makes none."""

    def uid_of(self, username: str) -> int | None:
        """The number that the name resolves to on this host, or None."""
        try:
            return pwd.getpwnam(username).pw_uid
        except KeyError:
            return None

    def resolved(self, usernames: Collection[str]) -> dict[str, int]:
        """The numbers of those of the names that resolve on this host."""
        numbers = {username: self.uid_of(username) for username in usernames}
        return {username: uid for username, uid in numbers.items() if uid is not None}

    def create(self, user: DesiredUser) -> None:
        """Refuse: this site's users come from its own directory."""
        raise TransientDirectoryError(
            f"user {user.username} (uid {user.uid}) is not in this site's directory yet"
        )

    def groups(self, names: Collection[str]) -> tuple[ActualGroup, ...] | None:
        """None: this site's groups come from its own directory too."""
        return None

    def create_group(self, group: DesiredGroup) -> None:
        """Refuse."""
        raise TransientDirectoryError(f"group {group.name} is not Belfry's to make here")

    def change_group(self, name: str, added: Collection[str], removed: Collection[str]) -> None:
        """Refuse."""
        raise TransientDirectoryError(f"group {name} is not Belfry's to change here")
