"""UNIX users and groups: one for each person and project, alike at both sites, never reused."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


@pghistory.track()
class UnixIdentity(models.Model):
    """A person's user name and number on the clusters; rows are never deleted."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="unix_identity")
    username = models.CharField(_("user name on the clusters"), max_length=31, unique=True)
    uid = models.PositiveIntegerField(_("UNIX user number"), unique=True)
    taken_over = models.BooleanField(default=False)
    """True where a site had given name and number before; such numbers start no series."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("UNIX identity")
        verbose_name_plural = _("UNIX identities")

    def __str__(self) -> str:
        return self.username


@pghistory.track()
class UnixGroup(models.Model):
    """A project's group on the clusters; rows are never deleted."""

    name = models.CharField(_("group on the clusters"), max_length=31, unique=True)
    gid = models.PositiveIntegerField(_("UNIX group number"), unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("UNIX group")
        verbose_name_plural = _("UNIX groups")

    def __str__(self) -> str:
        return self.name
