"""Whether a member's job would be accepted: only then does a project count as active."""

import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from slurm_bridge import changes as ch
from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.interface import Answer, Slurm, TestSubmission
from slurm_bridge.unheard import UnheardAccounts
from slurm_bridge.wire import ActualState, DesiredAccount, DesiredQos, DesiredState, Readiness

LONGEST_REASON = 2000
# What the contract, and so a report, can name.
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
NO_MEMBER = Answer(False, "no member has an association with the account yet")


@dataclass(frozen=True)
class ReadinessCheck:
    """Test submissions to one site, retried while slurmctld catches up."""

    slurm: Slurm
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    patience_seconds: float = 3
    """For all projects of a cycle together, since a site with no node up refuses them all."""
    pause_seconds: float = 0.2
    max_accounts: int = 200
    """So many in one cycle; the others follow in the next."""
    workers: int = 4
    repaired: set[TestSubmission] = field(default_factory=set)

    def check(
        self, desired: DesiredState, actual: ActualState, applied: Iterable[ch.Change]
    ) -> tuple[Readiness, ...]:
        """One verdict for each project that is not confirmed or has just been changed."""
        applied = tuple(applied)
        touched = _touched(applied)
        due = [item for item in desired.accounts if _is_due(item, touched)][: self.max_accounts]
        new = [item for item in due if item.adopted is None and not item.confirmed]
        unknown = UnheardAccounts(self.slurm, self.sleep).mend(new, actual)
        deadline = self.clock() + self.patience_seconds
        budgets = {qos.name: qos for qos in desired.qos}
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            return tuple(
                pool.map(
                    lambda item: self._verdict(
                        item,
                        budgets.get(item.qos or ""),
                        actual,
                        applied,
                        deadline,
                        unknown.get(item.name, ""),
                    ),
                    due,
                )
            )

    def _verdict(
        self,
        account: DesiredAccount,
        budget: DesiredQos | None,
        actual: ActualState,
        applied: tuple[ch.Change, ...],
        deadline: float,
        unknown: str,
    ) -> Readiness:
        member = _member(account, actual, applied)
        submission = TestSubmission(
            account=account.name,
            username=member or _people(account)[0],
            partition=_partition(account, actual),
        )
        answer = Answer(False, unknown) if unknown else NO_MEMBER
        if member and not unknown:
            repair = _nothing
            if account.adopted is None:
                repair = partial(self._repair, submission, budget)
            answer = self._patient_answer(submission, deadline, repair)
        return Readiness(
            account=submission.account,
            username=submission.username,
            partition=submission.partition,
            accepted=answer.accepted,
            checked_at=int(self.clock()),
            reason=answer.reason[:LONGEST_REASON],
        )

    def _patient_answer(
        self, submission: TestSubmission, deadline: float, repair: Callable[[], object]
    ) -> Answer:
        answer = self._answer(submission)
        if not answer.accepted:
            repair()
        while not answer.accepted and self.clock() < deadline:
            self.sleep(self.pause_seconds)
            answer = self._answer(submission)
        return answer

    def _answer(self, submission: TestSubmission) -> Answer:
        try:
            return self.slurm.would_accept(submission)
        except TransientSlurmError as error:
            return Answer(False, str(error))

    def _repair(self, submission: TestSubmission, budget: DesiredQos | None) -> None:
        """Tell slurmctld once more what it may have missed.

        An association written before its UNIX user was known is refused for ever otherwise; so is a
        QOS that was made after a starting slurmctld had read the database and before it could be
        told of changes.
        """
        if submission in self.repaired:
            return
        self.repaired.add(submission)
        try:
            if budget is not None and not self.slurm.has_heard_of_qos(budget.name):
                self.slurm.remake_qos(
                    submission.account,
                    budget.name,
                    budget.owner_mark,
                    budget.gpu_minutes,
                    sorted(budget.flags),
                )
            self.slurm.refresh_members([submission.account], [submission.username])
        except TransientSlurmError:
            return  # The next answer says what is wrong.


def _nothing() -> None:
    """What is not Belfry's is not touched."""


def _touched(applied: Iterable[ch.Change]) -> set[str]:
    """Accounts and QOS that this cycle has changed."""
    names = set()
    for change in applied:
        match change:
            case ch.CreateQos() | ch.SetQosBudget() | ch.SetQosFlags():
                names.add(change.qos)
            case ch.CreateUser() | ch.RemoveMember() | ch.MoveDefaultAccount():
                continue
            case ch.ClosePartition() | ch.CancelJobs():
                continue
            case ch.CreatePartition() | ch.ModifyPartition() | ch.DeletePartition():
                continue
            case ch.CreateGroup() | ch.AddToGroup() | ch.RemoveFromGroup():
                continue
            case _:
                names.add(change.account)
    return names


def _is_due(account: DesiredAccount, touched: set[str]) -> bool:
    is_used = account.qos or account.adopted
    if account.suspended or not (is_used and _people(account) and account.partitions):
        return False
    return not account.confirmed or bool({account.name, account.qos} & touched)


def _people(account: DesiredAccount) -> tuple[str, ...]:
    """Who could try: the project's people, then those who were there before Belfry."""
    recorded = account.adopted.recorded if account.adopted else ()
    return (*account.members, *(name for name in recorded if _PLAIN_NAME.fullmatch(name)))


def _member(
    account: DesiredAccount, actual: ActualState, applied: tuple[ch.Change, ...]
) -> str | None:
    """A member just added if there is one, else one who has an association, else none."""
    for change in applied:
        if isinstance(change, ch.AddMember) and change.account == account.name:
            return change.username
    found = next((item for item in actual.accounts if item.name == account.name), None)
    working = found.members - found.leaving if found else frozenset()
    return next((name for name in _people(account) if name in working), None)


def _partition(account: DesiredAccount, actual: ActualState) -> str:
    known = {item.name for item in actual.partitions}
    return next((name for name in account.partitions if name in known), account.partitions[0])
