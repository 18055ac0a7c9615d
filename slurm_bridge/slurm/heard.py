"""Which accounts slurmctld knows: one made while it was starting is in the database only."""

from collections.abc import Collection, Iterator

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.parse import joined
from slurm_bridge.slurm.text import parse_pairs

# Slurm's own, on every cluster: an answer without it says nothing about others.
ALWAYS_THERE = "root"


def unheard_of(commands: Commands, accounts: Collection[str]) -> set[str]:
    """Those of these accounts that slurmctld has no association of; one question for all."""
    if not accounts:
        return set()
    asked = joined(sorted({ALWAYS_THERE, *accounts}))
    answer = commands.read(
        "scontrol", "--oneliner", "show", "assoc_mgr", f"accounts={asked}", "flags=assoc"
    )
    heard = set(_accounts(answer))
    if ALWAYS_THERE not in heard:
        raise TransientSlurmError("slurmctld does not say which accounts it knows")
    return set(accounts) - heard


def _accounts(answer: str) -> Iterator[str]:
    for line in answer.splitlines():
        pairs = parse_pairs(line)
        if "Account" in pairs and not pairs.get("UserName"):
            yield pairs["Account"]
