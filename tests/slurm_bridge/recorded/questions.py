"""Everything that the bridge asks of Slurm, and what Slurm should refuse."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from slurm_bridge.slurm.accounting import JobReader
from slurm_bridge.slurm.budgets import BudgetReader
from slurm_bridge.slurm.interface import TestSubmission
from slurm_bridge.slurm.site import SlurmSite
from tests.slurm_bridge.clusters import PARTITION, SITE

PROJECT = "recp"
USER = "recu"
GHOST = "nobody_knows_this"


@dataclass
class Questions:
    """Questions to one site."""

    slurm: SlurmSite

    def all(self, project: str, user: str) -> Iterator[Callable[[], object]]:
        """One after the other; some raise, as they should."""
        yield from self.readings(project, user)
        yield from self.refusals(project, user).values()

    def readings(self, project: str, user: str) -> Iterator[Callable[[], object]]:
        """What is answered."""
        slurm = self.slurm
        yield slurm.read_associations
        yield slurm.read_accounts
        yield slurm.read_qos
        yield slurm.partitions.read
        yield slurm.busy_members
        yield lambda: slurm.queued_jobs([project])
        yield lambda: slurm.accounts_unheard_of([project])
        yield lambda: slurm.default_accounts([user])
        yield lambda: slurm.would_accept(TestSubmission(project, user, PARTITION))
        yield slurm.live.nodes
        yield slurm.live.controller
        yield BudgetReader(slurm.commands).figures
        yield lambda: list(JobReader(slurm.commands, SITE).portions_between(0, None, [project]))
        yield lambda: slurm.commands.read("scontrol", "show", "config")

    def refusals(self, project: str, user: str) -> dict[str, Callable[[], object]]:
        """What is refused, by what is wrong with it."""
        slurm = self.slurm
        return {
            "parent": lambda: slurm.move_accounts([project], GHOST),
            "account": lambda: slurm.suspend_accounts([GHOST]),
            "qos": lambda: slurm.set_account_qos([project], GHOST),
            "budget": lambda: slurm.set_qos_budget([GHOST], 1),
            "member": lambda: slurm.add_members([GHOST], [user]),
            "removal": lambda: slurm.remove_members([project], [GHOST]),
            "partition": lambda: slurm.partitions.live.delete(GHOST),
            "submission": lambda: slurm.would_accept(TestSubmission(GHOST, user, PARTITION)),
            "submission to a partition": lambda: slurm.would_accept(
                TestSubmission(project, user, GHOST)
            ),
        }
