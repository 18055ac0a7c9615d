"""Whether new accounts and members are written quicker by commands or by one `sacctmgr load`.

Pure. The seconds below were measured with Slurm 22.05.8, MariaDB 10.11 and one slurmdbd on two
cores, as wall time of an idle machine where there were few associations, and as processor time of
slurmdbd and MariaDB where there were 22,000; docs/decisions/load_or_commands.md has the table.

Slurm keeps the tree of associations as nested intervals: whatever is added renumbers everything to
the right of it, once for each parent. So all costs grow with the associations that are there.
"""

from dataclasses import dataclass

SECONDS_EACH_NEW = 0.004
"""For each new association, either way."""
SECONDS_EACH_RENUMBERING_AND_ASSOCIATION = 2e-6
"""For each time that another account's members are added to, and each association there is."""
SECONDS_EACH_ACCOUNT_LIST_AND_ASSOCIATION = 110e-6
"""For each time that accounts are put under a parent: slurmctld is told of all that moved."""

COMMAND_SECONDS = 0.5
"""Any `sacctmgr add`, with next to nothing in the database."""
COMMAND_SECONDS_EACH_ASSOCIATION = 15e-6

LOAD_SECONDS = 0.7
LOAD_SECONDS_EACH_ASSOCIATION = 270e-6
"""A load first reads all that there is."""


@dataclass(frozen=True)
class Additions:
    """What is to be added, in the terms that decide how long it takes."""

    are_accounts: bool
    entities: int
    """New accounts, or new members."""
    parents: int
    """Accounts under which they are put; a load goes to each of them once."""
    commands: int
    """As few commands as can name them all."""
    visits: int
    """How often the commands go from one parent to another: sacctmgr takes user after user."""


def command_seconds(new: Additions, associations: int) -> float:
    """How long the commands would take, with so many associations on the cluster already."""
    each = COMMAND_SECONDS + COMMAND_SECONDS_EACH_ASSOCIATION * associations
    return new.commands * each + _writing_seconds(new, new.visits, associations)


def load_seconds(new: Additions, associations: int) -> float:
    """How long one load would take, with so many associations on the cluster already."""
    reading = LOAD_SECONDS + LOAD_SECONDS_EACH_ASSOCIATION * associations
    return reading + _writing_seconds(new, new.parents, associations)


def is_load_quicker(new: Additions, associations: int) -> bool:
    """The rule: one load instead of so many commands, wherever the measurement favours it."""
    return load_seconds(new, associations) < command_seconds(new, associations)


def _writing_seconds(new: Additions, visits: int, associations: int) -> float:
    each = (
        SECONDS_EACH_ACCOUNT_LIST_AND_ASSOCIATION
        if new.are_accounts
        else SECONDS_EACH_RENUMBERING_AND_ASSOCIATION
    )
    return SECONDS_EACH_NEW * new.entities + each * visits * associations
