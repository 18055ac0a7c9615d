"""One reconciliation: read, normalise, plan, guard, apply, verify, report."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from slurm_bridge.begun import BegunPlans
from slurm_bridge.carry_out import CarryOut
from slurm_bridge.default_accounts import with_defaults
from slurm_bridge.directory.interface import Directory
from slurm_bridge.errors import BridgeError, StoppedError, TransientSlurmError
from slurm_bridge.estimate import outline
from slurm_bridge.guard import (
    NO_LIMITS,
    GuardLimits,
    refusal_of_age,
    refusal_of_desired,
    refusal_of_plan,
    refusal_of_reading,
)
from slurm_bridge.last_state import LastState
from slurm_bridge.leaving import blocked_leavers, leavers, waited_for
from slurm_bridge.normalise import actual_state
from slurm_bridge.permitted import Parts, split, touched_accounts
from slurm_bridge.plan import Plan, plan
from slurm_bridge.plan_scope import scope_of
from slurm_bridge.progress import Progress, SilentProgress
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.reading_again import accounts_to_read_again, brought_up_to_date
from slurm_bridge.rows import SlurmReading
from slurm_bridge.slurm.interface import Slurm
from slurm_bridge.wire import (
    ActualState,
    ActualUser,
    ChangeResult,
    DesiredState,
    Drift,
    PlanOutline,
    Readiness,
    SyncReport,
)
from slurm_bridge.wire_leaving import LeavingMember
from slurm_bridge.wire_terms import Mode

log = logging.getLogger(__name__)

LONGEST_REASON = 2000


class RefusedError(BridgeError):
    """The guard stopped the cycle before anything was changed."""


class PlanMovedError(BridgeError):
    """What would be changed is no longer what somebody has reviewed; nothing was changed."""


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
    progress: Progress = field(default_factory=SilentProgress)
    owned_accounts: frozenset[str] | None = None
    """Accounts that were Belfry's own when last read; None before the first reading."""
    mode: Mode = "full"
    begun: BegunPlans = field(default_factory=BegunPlans)
    may_write: Callable[[], object] = lambda: None
    """Asked before each write; raises where another bridge may be writing."""
    last_state: LastState = field(default_factory=LastState)
    """What the cycle before left, to tell drift from decisions."""
    arrived: int | None = None
    """When the portal made the desired state that arrived last."""
    _reading: SlurmReading = field(init=False)
    """What the plan that is carried out was made from."""

    def preview(self, desired: DesiredState) -> tuple[Plan, ActualState]:
        """What a cycle would change; nothing is changed. Raises where the guard refuses to look."""
        _raise_if(refusal_of_desired(desired, self.cluster))
        self._raise_if_old(desired)
        actual = self._read(desired)
        return plan(desired, actual), actual

    def refusal(self, wanted: Plan, desired: DesiredState, actual: ActualState) -> str:
        """Why the guard would not let this plan through; empty if it would."""
        return refusal_of_plan(wanted, desired, actual, self.limits)

    def outline(self, wanted: Plan, desired: DesiredState, refused: str = "") -> PlanOutline:
        """The plan as people review it, with its cost and the jobs that it concerns."""
        try:
            jobs = self.slurm.jobs_by_member() if wanted.changes else {}
        except TransientSlurmError as error:
            log.warning("cannot tell which jobs the plan concerns: %s", error)
            return outline(wanted, desired, None, refused)
        return outline(wanted, desired, jobs, refused)

    def apply_reviewed(
        self, desired: DesiredState, plan_id: str, *, allows_removals: bool = False
    ) -> SyncReport:
        """Carry out exactly the plan with this id, or raise and change nothing.

        Only the guard's measure of removals can be waived, never its other doubts.
        """
        started_at = int(self.clock())
        wanted, actual = self.preview(desired)
        if wanted.plan_id != plan_id:
            raise PlanMovedError(
                f"the plan is now {wanted.plan_id}, no longer {plan_id}: nothing was changed;"
                " look at it again with slurm-bridge plan"
            )
        limits = NO_LIMITS if allows_removals else self.limits
        _raise_if(refusal_of_plan(wanted, desired, actual, limits))
        return self._carry_out(desired, started_at, Parts(free=wanted, waiting=Plan()), actual)

    def stopped(self, desired: DesiredState, reason: str) -> SyncReport:
        """The report of a cycle that did not begin."""
        return self._report(desired, int(self.clock()), Plan(), refused=reason)

    def run(self, desired: DesiredState) -> SyncReport:
        """Reconcile once; whatever goes wrong is in the report."""
        started_at = int(self.clock())
        try:
            wanted, actual = self.preview(desired)
        except StoppedError:
            raise
        except BridgeError as error:
            return self._report(desired, started_at, Plan(), refused=str(error))
        begun = self.begun.changes(desired.approved_plans)
        parts = split(wanted, desired, actual, self.mode, begun)
        refused = self.refusal(wanted, desired, actual)
        if refused:
            # The whole of it, since that is what `slurm-bridge apply` would let through.
            proposed = self.outline(wanted, desired, refused) if wanted.changes else None
            return self._report(
                desired,
                started_at,
                wanted,
                refused=refused,
                drift=self.last_state.compare(wanted.changes, actual),
                actual=actual,
                proposed=proposed,
            )
        return self._carry_out(desired, started_at, parts, actual)

    def _carry_out(
        self, desired: DesiredState, started_at: int, parts: Parts, before: ActualState
    ) -> SyncReport:
        waiting = parts.waiting
        drift = self.last_state.compare((*parts.free.changes, *waiting.changes), before)
        if not parts.free.is_empty:
            self.last_state.begin(drift)
        if parts.newly_approved is not None:
            self.begun.begin(parts.newly_approved)
        carry_out = CarryOut(
            self.slurm,
            self.directory,
            lambda: self._read_again(desired, parts.free),
            self.may_write,
            self.progress,
        )
        outcome = carry_out.run(desired, parts.free, before)
        drift = self.last_state.settle(drift, outcome.results, outcome.actual)
        if self.publish is not None:
            self.publish(desired, outcome.actual or before)
        readiness = self.readiness.check(
            _without(desired, touched_accounts(waiting, desired)),
            outcome.actual or before,
            outcome.applied,
        )
        return self._report(
            desired,
            started_at,
            parts.free,
            results=outcome.results,
            readiness=readiness,
            drift=drift,
            actual=outcome.actual,
            proposed=self.outline(waiting, desired) if waiting.changes else None,
        )

    def _raise_if_old(self, desired: DesiredState) -> None:
        """Judge a desired state when it arrives; the portal confirms it each time it says 304."""
        if desired.generated_at != self.arrived:
            _raise_if(refusal_of_age(desired, self.clock(), self.limits))
            self.arrived = desired.generated_at

    def _read(self, desired: DesiredState) -> ActualState:
        self._reading = self.slurm.read()
        return self._state(desired, self._reading)

    def _state(self, desired: DesiredState, reading: SlurmReading) -> ActualState:
        _raise_if(refusal_of_reading(reading, self.cluster))
        actual = actual_state(
            cluster=self.cluster,
            reading=reading,
            users=self._resolved_users(desired),
            groups=self.directory.groups([group.name for group in desired.groups]),
            read_at=int(self.clock()),
            adopted=frozenset(item.name for item in desired.accounts if item.adopted),
        )
        leaving = {username for _, username in leavers(desired, actual)}
        if leaving:
            defaults = self.slurm.default_accounts(sorted(leaving))
            actual = with_defaults(actual, defaults, reading.associations)
            actual = actual.model_copy(update={"leaving": self._waited_for(desired, actual)})
        scope = scope_of(desired, actual)
        self.owned_accounts = frozenset(
            item.name for item in scope.accounts if scope.associated(item.name)
        )
        return actual

    def _waited_for(
        self, desired: DesiredState, actual: ActualState
    ) -> tuple[LeavingMember, ...] | None:
        """The jobs that keep members who can start no more; None if Slurm does not say."""
        try:
            return waited_for(blocked_leavers(desired, actual), self.slurm.queued_jobs)
        except TransientSlurmError as error:
            log.warning("cannot tell which jobs leaving members still have: %s", error)
            return None

    def _read_again(self, desired: DesiredState, made: Plan) -> ActualState | None:
        """The state after a plan; None if Slurm does not say."""
        accounts = accounts_to_read_again(made.changes)
        try:
            again = self.slurm.read(accounts)
            return self._state(desired, brought_up_to_date(self._reading, again, accounts))
        except StoppedError:
            raise
        except BridgeError as error:
            log.warning("cannot read the state after the changes: %s", error)
            return None

    def _resolved_users(self, desired: DesiredState) -> list[ActualUser]:
        uids = self.directory.resolved([user.username for user in desired.users])
        return [ActualUser(username=username, uid=uid) for username, uid in uids.items()]

    def _report(
        self,
        desired: DesiredState,
        started_at: int,
        wanted: Plan,
        *,
        refused: str = "",
        results: tuple[ChangeResult, ...] = (),
        readiness: tuple[Readiness, ...] = (),
        drift: tuple[Drift, ...] | None = None,
        actual: ActualState | None = None,
        proposed: PlanOutline | None = None,
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
            drift=drift,
            actual=actual.model_copy(update={"leaving": ()}) if actual else None,
            leaving=actual.leaving if actual else None,
            mode=self.mode,
            waiting=proposed.plan_id if proposed else None,
            proposed=proposed,
            begun=self.begun.ids,
        )


def _without(desired: DesiredState, accounts: set[str]) -> DesiredState:
    """A desired state without these accounts: what waits for an approval cannot be ready yet."""
    kept = tuple(item for item in desired.accounts if item.name not in accounts)
    return desired.model_copy(update={"accounts": kept})


def _raise_if(refusal: str) -> None:
    if refusal:
        raise RefusedError(refusal)
