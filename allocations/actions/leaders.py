"""Who leads a project: another member is asked for, and named."""

from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.actions.award_changes import keep_change
from allocations.actions.ledger import note
from allocations.actions.mails import mail_members
from allocations.actions.transitions import lock_application
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, AwardChange, LedgerEntry, Membership, Project
from allocations.rules.award_changes import ChangeKind
from allocations.rules.budgets import EntryKind


@action
def ask_for_leader(*, project: Project, member: User, reason: str, actor: User) -> AwardChange:
    """Ask staff to have another member lead the project; one such change waits at a time."""
    application = lock_application(project.application_id)
    if not reason.strip():
        raise RefusedError(_("Say why: the staff read it."), field="reason")
    if not Allocation.objects.taken_up().filter(project=project).exists():
        raise StateError(_("No site has set this project up, so nothing of it can be changed."))
    if application.award_changes.open().filter(kind=ChangeKind.LEADER).exists():
        raise StateError(_("This was asked for already, and waits for staff."))
    _refuse_unless_other_member(_lock_members(project), member)
    return keep_change(
        AwardChange(
            application=application,
            kind=ChangeKind.LEADER,
            to_member=member,
            reason=reason,
            asked_by=actor,
        )
    )


def name_leader(project: Project, member: User, *, reason: str, actor: User) -> LedgerEntry | None:
    """Have a member lead the project; who led it stays a member. Call it inside an action."""
    members = _lock_members(project)
    _refuse_unless_other_member(members, member)
    for user_id, membership in members.items():
        role = Membership.Role.LEADER if user_id == member.pk else Membership.Role.MEMBER
        if membership.role != role:
            membership.role = role
            membership.save(update_fields=["role"])
    mail_members("leader_named", project, leader=member)
    return note(project, EntryKind.LEADER, reason=reason, actor=actor)


def _lock_members(project: Project) -> dict[int, Membership]:
    members = Membership.objects.select_for_update().filter(project=project, left_at=None)
    return {membership.user_id: membership for membership in members.order_by("pk")}


def _refuse_unless_other_member(members: dict[int, Membership], member: User) -> None:
    known = members.get(member.pk)
    if known is None or not member.is_active:
        raise RefusedError(_("Only a member of the project can lead it."), field="member")
    if known.role == Membership.Role.LEADER:
        raise RefusedError(_("This person leads the project already."), field="member")
