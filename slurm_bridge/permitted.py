"""Which part of a plan a bridge may carry out by itself, and which waits for an approval. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from slurm_bridge import changes as ch
from slurm_bridge.plan import Plan
from slurm_bridge.wire import ActualState, DesiredState
from slurm_bridge.wire_terms import Mode

# Whatever is not named here waits, new kinds of change included.
CREATIONS = (
    ch.CreateUser,
    ch.CreateGroup,
    ch.AddToGroup,
    ch.CreateQos,
    ch.CreateAccount,
    ch.AddMember,
    ch.OpenPartition,
)


@dataclass(frozen=True)
class Parts:
    """A plan in two; `newly_approved` is what the approval of its id has set free."""

    free: Plan
    waiting: Plan
    newly_approved: Plan | None = None


def split(
    plan: Plan,
    desired: DesiredState,
    actual: ActualState,
    mode: Mode,
    begun: Collection[ch.Change] = (),
) -> Parts:
    """What may be done now, and what waits; `begun` are changes of plans approved and begun.

    What waits keeps its id from cycle to cycle, whatever else is made meanwhile.
    """
    if mode == "full":
        return Parts(free=plan, waiting=Plan())
    free = set(begun)
    if mode == "create_only":
        free |= _creations(plan, desired, actual)
    waiting = _part(plan, set(plan.changes) - free)
    if waiting.changes and waiting.plan_id in desired.approved_plans:
        return Parts(free=plan, waiting=Plan(), newly_approved=waiting)
    return Parts(free=_part(plan, free), waiting=waiting)


def touched_accounts(plan: Plan, desired: DesiredState) -> set[str]:
    """The accounts that a plan would change, also by their QOS."""
    named = {name for change in plan.changes for name in _names(change)}
    return {item.name for item in desired.accounts if {item.name, item.qos} & named}


def _part(plan: Plan, changes: Collection[ch.Change]) -> Plan:
    kept = tuple(change for change in plan.changes if change in changes)
    return Plan(changes=kept, conflicts=plan.conflicts)


def _creations(plan: Plan, desired: DesiredState, actual: ActualState) -> set[ch.Change]:
    """What is new and opens nothing that is to be closed or held to a smaller limit."""
    holding = Plan(changes=tuple(change for change in plan.changes if _holds(change)))
    held = touched_accounts(holding, desired)
    there = {(item.name, user) for item in actual.accounts for user in item.members}
    return {
        change
        for change in plan.changes
        if isinstance(change, CREATIONS)
        and held.isdisjoint(_names(change))
        # One who is there and blocked may have been blocked by the site itself.
        and not (isinstance(change, ch.AddMember) and (change.account, change.username) in there)
    }


def _holds(change: ch.Change) -> bool:
    """Whether the account must not be opened further before this has been done."""
    if isinstance(change, ch.SetQosBudget):
        return ch.lowers(change)
    return isinstance(change, (ch.SuspendAccount, ch.SetQosFlags, ch.SetAccountQos, ch.MoveAccount))


def _names(change: ch.Change) -> set[str]:
    """The account or the QOS that a change names, if any."""
    return {getattr(change, part) for part in ("account", "qos") if getattr(change, part, None)}
