"""What changes people: their role in the portal, how the portal writes to them."""

from django.utils.translation import gettext as _

from accounts.audit import Actor, action
from accounts.models import MailRhythm, User
from accounts.permissions import Role


class RoleError(Exception):
    """The role cannot be given; the text says why, for people."""


@action
def change_role(*, user_id: int, role: Role, actor: Actor) -> User:
    """Give somebody another role; nobody changes their own, so that none can lock the portal."""
    user = User.objects.select_for_update().get(pk=user_id)
    if isinstance(actor, User) and actor.pk == user.pk:
        raise RoleError(_("You cannot change your own role; ask another administrator."))
    user.role = role
    user.save(update_fields=["role"])
    return user


@action
def choose_language(*, language: str, actor: User) -> None:
    """Have the actor's pages and mails in another language."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])


@action
def change_mails(*, language: str, rhythm: MailRhythm, actor: User) -> None:
    """Have the actor's pages and mails in a language, and what can wait as often as they wish."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    user.language, user.mail_rhythm = language, rhythm
    user.save(update_fields=["language", "mail_rhythm"])
