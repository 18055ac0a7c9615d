"""Accounts that slurmctld was not told of, since it was starting when they were made.

Their members can submit all the same, under no limit of the account: a suspension would have no
effect. No change of such an account reaches slurmctld (22.05); made once more, it does.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.interface import Slurm
from slurm_bridge.wire import ActualState, DesiredAccount

log = logging.getLogger(__name__)

LAG_SECONDS = 2
"""A slurmctld that is only slow has heard of everything by then."""
RESTART = "restart slurmctld, which then reads all accounts anew"


@dataclass(frozen=True)
class UnheardAccounts:
    """Makes accounts once more that have no job yet."""

    slurm: Slurm
    sleep: Callable[[float], object] = time.sleep

    def mend(self, accounts: Iterable[DesiredAccount], actual: ActualState) -> dict[str, str]:
        """Why some of these new accounts of Belfry's remain unknown to slurmctld, by name."""
        there = {item.name: item for item in actual.accounts}
        new = {item.name: item for item in accounts if item.name in there}
        parents = {item.parent for item in new.values()}
        try:
            unheard = self._unheard(new.keys() | parents)
        except TransientSlurmError as error:
            log.warning("cannot tell whether slurmctld knows all accounts: %s", error)
            return {}
        reasons = {}
        for name in sorted(unheard & new.keys()):
            found = there[name]
            reason = self._make_again(new[name], sorted(found.members - found.leaving), unheard)
            if reason:
                log.error("%s", reason)
                reasons[name] = reason
        return reasons

    def _unheard(self, accounts: Collection[str]) -> set[str]:
        unheard = self.slurm.accounts_unheard_of(accounts)
        if unheard:
            self.sleep(LAG_SECONDS)
            unheard = self.slurm.accounts_unheard_of(accounts)
        return unheard

    def _make_again(self, account: DesiredAccount, members: list[str], unheard: set[str]) -> str:
        """Delete an account's associations and make them again; why not, where it cannot be."""
        name = account.name
        if account.parent in unheard:
            return f"slurmctld was never told of account {account.parent}: {RESTART}"
        try:
            if self._has_jobs(name):
                return _has_jobs_yet(name)
            if members:  # Only a limit of their own keeps them from submitting meanwhile.
                self.slurm.block_members([name], members)
                if self._has_jobs(name):
                    self.slurm.unblock_members([name], members)
                    return _has_jobs_yet(name)
            log.warning("account %s is made once more, for slurmctld to know it", name)
            self.slurm.delete_accounts([name])
            self.slurm.create_accounts([name], account.parent, account.owner_mark, account.qos)
            if members:
                self.slurm.add_members([name], members)
        except TransientSlurmError as error:
            return f"account {name} could not be made once more: {error}"
        return ""

    def _has_jobs(self, name: str) -> bool:
        return any(account == name for account, _ in self.slurm.busy_members())


def _has_jobs_yet(name: str) -> str:
    return f"slurmctld was never told of account {name}, which has jobs already: {RESTART}"
