"""Makes the portal's own record equal to what somebody left in Slurm, one kind at a time."""

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import UnixIdentity, User
from allocations.actions.allocations import (
    book_minutes,
    remove_member,
    resume_allocation,
    suspend_allocation,
)
from allocations.actions.invitations import JOINED, join_project
from allocations.actions.ledger import note
from allocations.actions.wake import wake_sites, wake_sites_of
from allocations.errors import RefusedError
from allocations.models import Allocation, Drift, Membership
from allocations.rules.budgets import EntryKind, limit_in_slurm
from allocations.rules.drift import why_not_adoptable
from allocations.states import AllocationState
from slurm_bridge import changes as ch


def adopt_value(drift: Drift, *, reason: str, actor: User) -> None:
    """Adopt what was found, or raise with what to do instead; call it inside an action."""
    change = drift.correction
    refusal = why_not_adoptable(change)
    if refusal:
        raise RefusedError(refusal)
    if drift.allocation_id is None:
        raise RefusedError(_("This account belongs to no project, so nothing can be adopted."))
    allocation = (
        Allocation.objects.select_for_update(of=["self"])
        .select_related("site", "project")
        .get(pk=drift.allocation_id)
    )
    match change:
        case ch.SetQosBudget(before=int(minutes)):
            _adopt_budget(allocation, minutes, reason, actor)
        case ch.RemoveMember():
            _adopt_new_member(allocation, change.username, actor)
        case ch.AddMember():
            _adopt_departure(allocation, change.username, actor)
        case ch.OpenPartition() | ch.ClosePartition():
            _adopt_access(allocation, change)
        case ch.SuspendAccount():
            _adopt_resumption(allocation, reason, actor)
        case ch.ResumeAccount():
            if not allocation.suspended_because:
                suspend_allocation(allocation_id=allocation.pk, reason=reason, actor=actor)


def _adopt_budget(allocation: Allocation, minutes: int, reason: str, actor: User) -> None:
    granted = allocation.ledger.aggregate(total=Sum("gpu_minutes", default=0))["total"]
    decided = limit_in_slurm(granted, allocation.lost_minutes)
    if minutes != decided:
        book_minutes(allocation, minutes - decided, reason=reason, actor=actor)


def _adopt_new_member(allocation: Allocation, username: str, actor: User) -> None:
    identity = UnixIdentity.objects.select_related("user").filter(username=username).first()
    if identity is None:
        raise RefusedError(
            _("The portal knows nobody with the user name %(name)s. Invite the person instead.")
            % {"name": username}
        )
    join_project(allocation.project, identity.user, Membership.Role.MEMBER)
    note(allocation.project, EntryKind.MEMBERS, reason=JOINED, actor=actor)
    wake_sites_of(allocation.project)


def _adopt_departure(allocation: Allocation, username: str, actor: User) -> None:
    membership = Membership.objects.filter(
        project=allocation.project_id, left_at=None, user__unix_identity__username=username
    ).first()
    if membership is not None:
        remove_member(membership_id=membership.pk, actor=actor)


def _adopt_access(allocation: Allocation, change: ch.OpenPartition | ch.ClosePartition) -> None:
    partition = allocation.site.partitions.filter(name=change.partition).first()
    if partition is None:
        raise RefusedError(_("The portal does not know this partition."))
    if isinstance(change, ch.ClosePartition):
        allocation.partitions.add(partition)
    elif allocation.partitions.exclude(pk=partition.pk).exists():
        allocation.partitions.remove(partition)
    else:
        raise RefusedError(
            _("It is the project's only partition here. Suspend the allocation instead.")
        )
    wake_sites([allocation.site])


def _adopt_resumption(allocation: Allocation, reason: str, actor: User) -> None:
    if allocation.state == AllocationState.EXPIRED:
        raise RefusedError(_("The allocation has ended. Change its last day instead."))
    if allocation.suspended_because:
        resume_allocation(allocation_id=allocation.pk, reason=reason, actor=actor)
