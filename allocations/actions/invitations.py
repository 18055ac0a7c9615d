"""Building a team: invite by e-mail, take back, accept."""

import hashlib
import secrets
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.identities import (
    IdentityTakenError,
    ensure_identity,
    take_over_identity,
)
from accounts.mail import send_mail
from accounts.models import User
from allocations.actions.ledger import note
from allocations.actions.mails import mail_applicant, mail_leaders
from allocations.actions.transitions import lock_application
from allocations.actions.wake import wake_sites_of
from allocations.errors import RefusedError, StateError
from allocations.models import Application, Invitation, Membership, Project, RecordedMember
from allocations.rules.budgets import EntryKind
from allocations.states import ENDED_STATES

INVITATION_LASTS = timedelta(days=14)
LARGEST_TEAM = 100
JOINED = "A member joined."


@action
def invite_member(*, application_id: int, email: str, actor: User) -> Invitation:
    """Send somebody a link with which they join the team; inviting again sends a new link."""
    application = lock_application(application_id)
    _refuse_ended(application)
    email = email.strip().lower()
    _refuse_needless_invitation(application, email)
    return send_invitation(application, email, actor)


def send_invitation(application: Application, email: str, actor: User) -> Invitation:
    """Mail a link that joins the team; call it inside an action."""
    token = secrets.token_urlsafe(32)
    invitation, _created = Invitation.objects.update_or_create(
        application=application,
        email=email,
        defaults={
            "token_digest": _digest(token),
            "invited_by": actor,
            "invited_at": timezone.now(),
            "expires_at": timezone.now() + INVITATION_LASTS,
        },
    )
    link = settings.PUBLIC_URL + reverse("accept_invitation", args=[token])
    send_mail(
        template="invitation",
        to=email,
        context={"application": application, "inviter": actor, "link": link},
    )
    return invitation


@action
def revoke_invitation(*, invitation_id: int, actor: User) -> None:
    """Take an invitation back; who accepted it leaves the team, while there is no project yet."""
    invitation = _lock_invitation(invitation_id)
    has_project = Project.objects.filter(application=invitation.application_id).exists()
    if invitation.accepted_by_id is not None and has_project:
        raise StateError(_("This invitation has been accepted; remove the member instead."))
    invitation.delete()
    if invitation.accepted_by is not None:
        send_mail(
            template="team_member_removed",
            to=invitation.accepted_by,
            context={"application": invitation.application, "remover": actor},
        )


@action
def accept_invitation(*, invitation_id: int, actor: User) -> Invitation:
    """Join the team, and the project where there is one already."""
    invitation = _lock_invitation(invitation_id)
    if invitation.accepted_by_id is not None:
        raise StateError(_("This invitation has been used already."))
    _refuse_ended(invitation.application)
    invitation.accepted_by = actor
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_by", "accepted_at"])
    project = Project.objects.filter(application=invitation.application_id).first()
    if project:
        claim_recorded_identity(project, actor, invitation.email)
        join_project(project, actor, Membership.Role.MEMBER)
        note(project, EntryKind.MEMBERS, reason=JOINED, actor=actor)
        wake_sites_of(project)
    _tell_leader(invitation.application, project, actor)
    return invitation


def open_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, unless it has been used or has run out."""
    return (
        Invitation.objects.select_related("application", "invited_by")
        .filter(token_digest=_digest(token), accepted_by=None, expires_at__gt=timezone.now())
        .first()
    )


def claim_recorded_identity(project: Project, user: User, email: str) -> None:
    """Be who staff said that this address is in an adopted account; where not possible, as ever."""
    recorded = RecordedMember.objects.filter(
        allocation__project=project, allocation__released_at=None, email=email, uid__isnull=False
    ).first()
    if recorded is None or recorded.uid is None:
        return
    with suppress(IdentityTakenError):
        take_over_identity(user, username=recorded.username, uid=recorded.uid)


def join_project(project: Project, user: User, role: Membership.Role) -> Membership:
    """Make somebody a member, with a UNIX identity; call it inside an action."""
    ensure_identity(user)
    membership, _created = Membership.objects.get_or_create(
        project=project, user=user, left_at=None, defaults={"role": role}
    )
    return membership


def _lock_invitation(invitation_id: int) -> Invitation:
    """The invitation, locked with its application: a decision sees it accepted, or waits."""
    known = Invitation.objects.filter(pk=invitation_id).first()
    if known is not None:
        lock_application(known.application_id)
    invitation = (
        Invitation.objects.select_for_update(of=["self"])
        .select_related("application")
        .filter(pk=invitation_id)
        .first()
    )
    if invitation is None:
        raise StateError(_("This invitation has been taken back."))
    return invitation


def _tell_leader(application: Application, project: Project | None, member: User) -> None:
    """Before there is a project, who applies leads the team."""
    if project:
        page = project.get_absolute_url()
        mail_leaders("member_joined", project, application=application, member=member, page=page)
    else:
        page = application.get_absolute_url()
        mail_applicant("member_joined", application, member=member, page=page)


def _refuse_ended(application: Application) -> None:
    if application.state in ENDED_STATES:
        raise StateError(_("This application has ended; nobody can join it any more."))


def _refuse_needless_invitation(application: Application, email: str) -> None:
    if email == application.applicant.email:
        raise RefusedError(_("This is the applicant's own address."))
    if application.invitations.filter(email=email, accepted_by__isnull=False).exists():
        raise RefusedError(_("This person is in the team already."))
    if application.invitations.count() >= LARGEST_TEAM:
        raise RefusedError(_("A team has %(most)d people at most.") % {"most": LARGEST_TEAM})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
