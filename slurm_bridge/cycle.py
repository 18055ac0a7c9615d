"""One reconciliation: read, normalise, plan, guard, apply, verify, report."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from slurm_bridge.carry_out import CarryOut
from slurm_bridge.directory.interface import Directory
from slurm_bridge.errors import BridgeError, StoppedError, TransientSlurmError
from slurm_bridge.guard import (
    GuardLimits,
    refusal_of_desired,
    refusal_of_plan,
    refusal_of_reading,
)
from slurm_bridge.normalise import actual_state
from slurm_bridge.plan import Plan, plan
from slurm_bridge.plan_scope import scope_of
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.slurm.interface import Slurm
from slurm_bridge.wire import (
    ActualState,
    ActualUser,
    ChangeResult,
    DesiredState,
    Readiness,
    SyncReport,
)

log = logging.getLogger(__name__)

LONGEST_REASON = 2000


class RefusedError(BridgeError):
    """The guard stopped the cycle before anything was changed."""


@dataclass
class Cycle:
    """Makes one cluster match a desired state, and says what came of it."""

    cluster: str
    slurm: Slurm
    directory: Directory
    readiness: ReadinessCheck
    limits: GuardLimits = field(default_factory=GuardLimits)
    clock: Callable[[], float] = time.time
    publish: Callable[[DesiredState, ActualState], object] | None = None
    """Told of each cycle that was carried out, before its test submissions are made."""
    owned_accounts: frozenset[str] | None = None
    """Accounts that were Belfry's own when last read; None before the first reading."""

    def preview(self, desired: DesiredState) -> tuple[Plan, ActualState]:
        """What a cycle would change; nothing is changed. Raises where the guard refuses to look."""
        _raise_if(refusal_of_desired(desired, self.cluster))
        actual = self._read(desired)
        return plan(desired, actual), actual

    def refusal(self, wanted: Plan, desired: DesiredState, actual: ActualState) -> str:
        """Why the guard would not let this plan through; empty if it would."""
        return refusal_of_plan(wanted, desired, actual, self.limits)

    def run(self, desired: DesiredState) -> SyncReport:
        """Reconcile once; whatever goes wrong is in the report."""
        started_at = int(self.clock())
        try:
            wanted, actual = self.preview(desired)
        except StoppedError:
            raise
        except BridgeError as error:
            return self._report(desired, started_at, Plan(), refused=str(error))
        refused = self.refusal(wanted, desired, actual)
        if refused:
            return self._report(desired, started_at, wanted, refused=refused, actual=actual)
        return self._carry_out(desired, started_at, wanted, actual)

    def _carry_out(
        self, desired: DesiredState, started_at: int, wanted: Plan, before: ActualState
    ) -> SyncReport:
        carry_out = CarryOut(self.slurm, self.directory, lambda: self._read_again(desired))
        outcome = carry_out.run(desired, wanted, before)
        if self.publish is not None:
            self.publish(desired, outcome.actual or before)
        readiness = self.readiness.check(desired, outcome.actual or before, outcome.applied)
        return self._report(
            desired,
            started_at,
            wanted,
            results=outcome.results,
            readiness=readiness,
            actual=outcome.actual,
        )

    def _read(self, desired: DesiredState) -> ActualState:
        reading = self.slurm.read()
        _raise_if(refusal_of_reading(reading, self.cluster))
        actual = actual_state(
            cluster=self.cluster,
            reading=reading,
            users=self._resolved_users(desired),
            read_at=int(self.clock()),
        )
        scope = scope_of(desired, actual)
        self.owned_accounts = frozenset(
            item.name for item in scope.accounts if scope.associated(item.name)
        )
        return actual

    def _read_again(self, desired: DesiredState) -> ActualState | None:
        """The state after a plan; None if Slurm does not say."""
        try:
            return self._read(desired)
        except (TransientSlurmError, RefusedError) as error:
            log.warning("cannot read the state after the changes: %s", error)
            return None

    def _resolved_users(self, desired: DesiredState) -> list[ActualUser]:
        uids = {user.username: self.directory.uid_of(user.username) for user in desired.users}
        return [
            ActualUser(username=username, uid=uid)
            for username, uid in uids.items()
            if uid is not None
        ]

    def _report(
        self,
        desired: DesiredState,
        started_at: int,
        wanted: Plan,
        *,
        refused: str = "",
        results: tuple[ChangeResult, ...] = (),
        readiness: tuple[Readiness, ...] = (),
        actual: ActualState | None = None,
    ) -> SyncReport:
        return SyncReport(
            revision=desired.revision,
            plan_id=wanted.plan_id,
            started_at=started_at,
            finished_at=int(self.clock()),
            refused=refused[:LONGEST_REASON],
            results=results,
            conflicts=wanted.conflicts,
            readiness=readiness,
            actual=actual,
        )


def _raise_if(refusal: str) -> None:
    if refusal:
        raise RefusedError(refusal)
