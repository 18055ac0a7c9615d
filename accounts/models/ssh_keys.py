"""The public keys with which people sign in to login nodes."""

from datetime import date, datetime, time, timedelta

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class SshKeyQuerySet(models.QuerySet["SshKey"]):
    """Named selections of keys."""

    def valid_on(self, today: date) -> "SshKeyQuerySet":
        """Those whose last day has not passed."""
        return self.filter(models.Q(expires_on=None) | models.Q(expires_on__gte=today))


@pghistory.track()
class SshKey(models.Model):
    """A public key of one person; the audit trail keeps those that were removed."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="ssh_keys")
    label = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=60)
    blob = models.TextField()
    fingerprint = models.CharField(_("fingerprint"), max_length=60, unique=True)
    expires_on = models.DateField(_("last day"), null=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    objects = SshKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("SSH key")
        verbose_name_plural = _("SSH keys")
        ordering = ("added_at", "pk")

    def __str__(self) -> str:
        return f"{self.label} ({self.fingerprint})"

    @property
    def line(self) -> str:
        """As a line of authorized_keys."""
        return f"{self.kind} {self.blob}"

    @property
    def is_expired(self) -> bool:
        """Whether its last day has passed, by the calendar in Brussels."""
        return self.expires_on is not None and self.expires_on < timezone.localdate()

    @property
    def expires_at(self) -> datetime | None:
        """The end of its last day in Brussels."""
        if self.expires_on is None:
            return None
        following = datetime.combine(self.expires_on + timedelta(days=1), time.min)
        return timezone.make_aware(following)
