"""A site whose UNIX users are made by somebody else: Belfry only looks them up."""

import pwd

from slurm_bridge.errors import TransientDirectoryError
from slurm_bridge.wire import DesiredUser


class NoDirectory:
    """Resolves names and makes none."""

    def uid_of(self, username: str) -> int | None:
        """The number that the name resolves to on this host, or None."""
        try:
            return pwd.getpwnam(username).pw_uid
        except KeyError:
            return None

    def create(self, user: DesiredUser) -> None:
        """Refuse: this site's users come from its own directory."""
        raise TransientDirectoryError(
            f"user {user.username} (uid {user.uid}) is not in this site's directory yet"
        )
