"""Who may not decide, in words: for actions that refuse, and for pages without the buttons."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from allocations.access import may_decide_change, permissions_on_application
from allocations.errors import RefusedError
from allocations.models import Application, AwardChange
from allocations.parts import part_of


def why_not_decide(user: User, application: Application) -> str:
    """What keeps somebody from deciding an application; empty where nothing does."""
    if Permission.APPLICATION_DECIDE in permissions_on_application(user, application):
        return ""
    tied = _tied(user, application)
    if not user.may(Permission.APPLICATION_DECIDE) or not tied:
        return _("Your role lets you read applications; staff decide them.")
    return tied


def why_not_decide_change(user: User, change: AwardChange) -> str:
    """What keeps somebody from deciding what was asked for after the award, or an appeal."""
    if may_decide_change(user, change):
        return ""
    return why_not_decide(user, change.application) or _(
        "Nobody decides what their own project asks for, or an appeal against themselves."
    )


def refuse_tied(user: User, application: Application) -> None:
    """Raise RefusedError where a conflict of interest keeps somebody from giving it more."""
    tied = _tied(user, application)
    if tied:
        raise RefusedError(tied)


def _tied(user: User, application: Application) -> str:
    conflicts = part_of(user, application).conflicts
    if not conflicts:
        return ""
    return _(
        "A conflict of interest keeps you from this: %(why)s. Nobody decides their own:"
        " ask somebody else of the staff."
    ) % {"why": "; ".join(str(kind.label) for kind in conflicts)}


def require_decider(user: User, application: Application) -> None:
    """Raise RefusedError, with what keeps them from it, unless somebody may decide it."""
    why_not = why_not_decide(user, application)
    if why_not:
        raise RefusedError(why_not)
