"""What has to be read again after a plan: only the associations that it can have changed. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from slurm_bridge import changes as ch
from slurm_bridge.rows import SlurmReading

# Beyond that, naming accounts costs Slurm as much as telling of all.
MOST_ACCOUNTS = 200


def accounts_to_read_again(changes: Iterable[ch.Change]) -> frozenset[str] | None:
    """The accounts whose associations may be others now; None where it is better to read all."""
    changes = tuple(changes)
    if any(isinstance(change, ch.MoveAccount) for change in changes):
        return None  # All beneath it inherit from another parent now.
    named = frozenset(change.account for change in changes if hasattr(change, "account"))
    return named if len(named) <= MOST_ACCOUNTS else None


def brought_up_to_date(
    before: SlurmReading, again: SlurmReading, accounts: Collection[str] | None
) -> SlurmReading:
    """A newer reading, with the older one's associations of all but these accounts."""
    if accounts is None:
        return again
    kept = (row for row in before.associations if row.account not in accounts)
    return replace(again, associations=(*kept, *again.associations))
