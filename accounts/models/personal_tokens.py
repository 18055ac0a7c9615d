"""Personal tokens, with which a person's programs read figures by the API."""

from datetime import datetime

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Scope(models.TextChoices):
    """What a token may read, if its person may."""

    PROGRAMME = "programme", _("The programme's figures")
    PROJECTS = "projects", _("Projects and their use")


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    """Named selections of tokens."""

    def valid_at(self, moment: datetime) -> "PersonalTokenQuerySet":
        """Those that open the API now: not revoked, not run out, of somebody who may sign in."""
        return self.filter(
            Q(revoked_at=None), Q(expires_at__gt=moment), Q(user__is_active=True)
        ).select_related("user")


@pghistory.track(exclude=["digest"])
class PersonalToken(models.Model):
    """A person's token, of which only the SHA-256 digest is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("runs out"))
    revoked_at = models.DateTimeField(null=True)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("personal token")
        verbose_name_plural = _("personal tokens")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    @property
    def is_valid(self) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def scope_names(self) -> list[str]:
        """What it may read, in words."""
        return [str(Scope(scope).label) for scope in self.scopes]


class TokenUse(models.Model):
    """How often a token was used in the minute in which it was last used; no part of the audit."""

    token = models.OneToOneField(
        PersonalToken, on_delete=models.CASCADE, related_name="use", primary_key=True
    )
    minute = models.DateTimeField()
    requests = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("use of a token")
        verbose_name_plural = _("uses of tokens")

    def __str__(self) -> str:
        return f"{self.token_id}: {self.requests}"
