"""Who gets which mail."""

from typing import Any

from accounts.mail import send_mail, send_mail_to_all
from accounts.models import User
from accounts.permissions import Role
from allocations.models import Application, Membership, Project


def mail_staff(template: str, context: dict[str, Any]) -> None:
    """One mail to each member of staff."""
    staff = User.objects.filter(role__in=[Role.STAFF, Role.ADMINISTRATOR], is_active=True)
    send_mail_to_all(template=template, to=staff, context=context)


def mail_administrators(template: str, context: dict[str, Any]) -> None:
    """One mail to each administrator."""
    people = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    send_mail_to_all(template=template, to=people, context=context)


def mail_applicant(template: str, application: Application, **context: Any) -> None:
    """One mail to the person who applied."""
    send_mail(
        template=template,
        to=application.applicant,
        context={"application": application, **context},
    )


def mail_leaders(template: str, project: Project, **context: Any) -> None:
    """One mail to whoever leads a project."""
    leaders = User.objects.filter(
        memberships__project=project,
        memberships__left_at=None,
        memberships__role=Membership.Role.LEADER,
    )
    send_mail_to_all(template=template, to=leaders, context={"project": project, **context})


def mail_members(template: str, project: Project, **context: Any) -> None:
    """One mail to each member of a project."""
    members = User.objects.filter(memberships__project=project, memberships__left_at=None)
    send_mail_to_all(template=template, to=members, context={"project": project, **context})
