"""Accounts that were at a site before Belfry: those offered, and who was in those adopted."""

from typing import Any

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.models.projects import Allocation
from allocations.models.sites import Site


@pghistory.track()
class OfferedAccount(models.Model):
    """An account that a site's administrator offered; it is gone once adopted or declined."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="offers")
    account = models.CharField(_("account"), max_length=63)
    offer: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    """The `wire_offers.OfferedAccount`."""
    offered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("offered account")
        verbose_name_plural = _("offered accounts")
        ordering = ("account",)
        constraints = [
            models.UniqueConstraint(fields=["site", "account"], name="each_account_offered_once")
        ]

    def __str__(self) -> str:
        return f"{self.account} at {self.site}"


@pghistory.track()
class RecordedMember(models.Model):
    """Who was in an account when it was adopted; nobody of them loses access by it."""

    allocation = models.ForeignKey(
        Allocation, on_delete=models.CASCADE, related_name="recorded_members"
    )
    username = models.CharField(_("user name"), max_length=64)
    uid = models.BigIntegerField(_("UNIX user number"), null=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    """Who may take this identity over, as staff have said; empty where nobody is known."""

    class Meta:
        ordering = ("username",)
        constraints = [
            models.UniqueConstraint(fields=["allocation", "username"], name="recorded_once")
        ]

    def __str__(self) -> str:
        return self.username
