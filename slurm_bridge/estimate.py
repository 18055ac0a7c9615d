"""What a plan would cost, and how many jobs it concerns. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import ceil

from slurm_bridge import changes as ch
from slurm_bridge.additions import is_addition, measured, portions
from slurm_bridge.grouping import Batch, batches, stages
from slurm_bridge.plan import Plan
from slurm_bridge.wire import DesiredState, PlanOutline
from slurm_bridge.writing_way import command_seconds, is_load_quicker, load_seconds

Member = tuple[str, str]
JobCounts = Mapping[Member, int]
"""Running and waiting jobs by account and user."""

# One sacctmgr on a quiet cluster, and what each entity adds to it; both as measured.
SECONDS_A_COMMAND = 0.45
SECONDS_AN_ENTITY = 0.02
LONGEST_REFUSAL = 2000


def outline(
    plan: Plan, desired: DesiredState, jobs: JobCounts | None, refused: str = ""
) -> PlanOutline:
    """A plan as people review it; `jobs` is None where the queue could not be read."""
    costs = tuple(_costs(plan.changes, _associations_before(plan, desired)))
    concerned = tuple(_concerned(plan, desired, jobs or {}))
    together = {member for members in concerned for member in members}
    return PlanOutline(
        plan_id=plan.plan_id,
        changes=plan.changes,
        conflicts=plan.conflicts,
        commands=sum(commands for commands, _ in costs),
        seconds=ceil(sum(seconds for _, seconds in costs)),
        jobs=None if jobs is None else _counts(plan.changes, concerned, jobs),
        jobs_in_all=None if jobs is None else _count(together, jobs),
        refused=refused[:LONGEST_REFUSAL],
    )


def _costs(changes: Batch, associations: int) -> Iterator[tuple[int, float]]:
    """Commands and seconds, as the applier would write."""
    for stage in stages(changes):
        if not is_addition(stage[0]):
            commands = sum(1 for _ in batches(stage))
            yield commands, commands * SECONDS_A_COMMAND + len(stage) * SECONDS_AN_ENTITY
            continue
        for portion in portions(stage):
            new = measured(portion)
            if is_load_quicker(new, associations):
                yield 1, load_seconds(new, associations)
            else:
                yield new.commands, command_seconds(new, associations)
            associations += len(portion)


def _associations_before(plan: Plan, desired: DesiredState) -> int:
    """What Belfry has here already: what it wants, less what is still to be added."""
    wanted = sum(1 + len(account.members) for account in desired.accounts)
    return max(0, wanted - sum(is_addition(change) for change in plan.changes))


def _concerned(plan: Plan, desired: DesiredState, jobs: JobCounts) -> Iterator[set[Member]]:
    """For each change the members with jobs whose jobs or next jobs it could touch."""
    of_account: dict[str, set[Member]] = defaultdict(set)
    for account, username in jobs:
        of_account[account].add((account, username))
    account_of_qos = {item.qos: item.name for item in desired.accounts if item.qos}
    for change in plan.changes:
        yield _members(change, of_account, account_of_qos)


def _members(
    change: ch.Change, of_account: Mapping[str, set[Member]], account_of_qos: Mapping[str, str]
) -> set[Member]:
    match change:
        case ch.RemoveMember() | ch.CancelJobs():
            return of_account.get(change.account, set()) & {(change.account, change.username)}
        case ch.SetQosBudget():
            account = account_of_qos.get(change.qos, "")
            return of_account.get(account, set()) if ch.lowers(change) else set()
        case ch.SuspendAccount() | ch.ClosePartition() | ch.MoveAccount() | ch.SetAccountQos():
            return of_account.get(change.account, set())
        case ch.ModifyPartition():
            return {who for name in change.before.accounts for who in of_account.get(name, ())}
        case _:
            return set()


def _counts(changes: Batch, concerned: Iterable[set[Member]], jobs: JobCounts) -> tuple[int, ...]:
    """Of each change the jobs; of a cancel those that it names."""
    return tuple(
        len(change.job_ids) if isinstance(change, ch.CancelJobs) else _count(members, jobs)
        for change, members in zip(changes, concerned, strict=True)
    )


def _count(members: set[Member], jobs: JobCounts) -> int:
    return sum(jobs[member] for member in members)
