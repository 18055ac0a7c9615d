"""What was mailed to whom, when, and what became of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class MailState(models.TextChoices):
    """What became of a mail."""

    HELD = "held", _("waits for the digest")
    WAITING = "waiting", _("waits for the mail server")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    IN_DIGEST = "in_digest", _("sent in a digest")


class Mail(models.Model):
    """One mail to one address. Its identity is made with it, so that a second delivery shows."""

    event = models.CharField(_("event"), max_length=40)
    recipient = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="mails",
        verbose_name=_("recipient"),
    )
    address = models.CharField(_("e-mail address"), max_length=320)
    language = models.CharField(_("language"), max_length=2)
    subject = models.TextField(_("subject"))
    text = models.TextField(_("text"))
    """Empty once it is delivered, where it held what opens something."""
    message_id = models.CharField(max_length=320, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=MailState, default=MailState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.TextField(_("problem"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    ended_at = models.DateTimeField(_("delivered or given up"), null=True)
    digest = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="parts")

    objects: ClassVar[models.Manager["Mail"]] = models.Manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ("-created_at", "-pk")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="mails_by_time"),
            models.Index(fields=["recipient"], condition=Q(state="held"), name="mails_held"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.address})"
