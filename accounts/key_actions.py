"""Adding and removing SSH keys; sites learn of it at once, and the person by mail."""

from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail
from accounts.models import SshKey, User
from accounts.ssh_keys import PublicKey

PEOPLE_CHANNEL = "belfry_people"
MOST_KEYS = 20


class SshKeyError(Exception):
    """The key cannot be added; `field` is the one to change, the text says why."""

    def __init__(self, message: str, field: str = "key") -> None:
        super().__init__(message)
        self.field = field


@action
def add_ssh_key(*, key: PublicKey, label: str, expires_on: date | None, actor: User) -> SshKey:
    """Let the person sign in to login nodes with this key."""
    User.objects.select_for_update().get(pk=actor.pk)
    if actor.ssh_keys.count() >= MOST_KEYS:
        raise SshKeyError(_("You have %d keys already; remove one first.") % MOST_KEYS)
    expires_on = _checked_end(expires_on)
    _refuse_known(key, actor)
    try:
        with transaction.atomic():
            added = SshKey.objects.create(
                user=actor,
                label=label,
                kind=key.kind,
                blob=key.blob,
                fingerprint=key.fingerprint,
                expires_on=expires_on,
            )
    except IntegrityError:
        raise SshKeyError(_of_somebody_else()) from None
    _tell_sites()
    send_mail(template="ssh_key_added", to=actor, context={"key": added})
    return added


@action
def remove_ssh_key(*, key_id: int, actor: User) -> None:
    """Take one of the person's own keys away; raises SshKey.DoesNotExist for any other."""
    key = SshKey.objects.select_for_update().get(pk=key_id, user=actor)
    key.delete()
    _tell_sites()
    send_mail(template="ssh_key_removed", to=actor, context={"key": key})


def longest_end() -> date | None:
    """The latest last day that a new key may have; None where there is no limit."""
    days = settings.SSH_KEY_MAX_DAYS
    return timezone.localdate() + timedelta(days=days) if days else None


def _checked_end(expires_on: date | None) -> date | None:
    latest = longest_end()
    if expires_on is None:
        return latest
    if expires_on < timezone.localdate():
        raise SshKeyError(_("This day has passed."), field="expires_on")
    if latest is not None and expires_on > latest:
        day = date_format(latest, "DATE_FORMAT")
        raise SshKeyError(_("A key may be valid until %s at most.") % day, field="expires_on")
    return expires_on


def _refuse_known(key: PublicKey, actor: User) -> None:
    known = SshKey.objects.filter(fingerprint=key.fingerprint).first()
    if known is None:
        return
    if known.user_id == actor.pk:
        raise SshKeyError(_("You have added this key already, as “%s”.") % known.label)
    raise SshKeyError(_of_somebody_else())


def _of_somebody_else() -> str:
    return _("Somebody else uses this key. Keys are never shared: make one of your own.")


def _tell_sites() -> None:
    with connection.cursor() as cursor:
        # PostgreSQL delivers it at commit, never for what was rolled back.
        cursor.execute("SELECT pg_notify(%s, '')", [PEOPLE_CHANNEL])
