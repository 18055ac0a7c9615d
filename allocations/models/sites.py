"""Sites, their partitions, and the tokens with which their bridges sign in."""

from datetime import datetime

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allocations.stored_texts import in_readers_language


@pghistory.track()
class Site(models.Model):
    """A place with one Slurm cluster."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    cluster = models.SlugField(_("Slurm's name of the cluster"), max_length=40, unique=True)
    gpu_name = models.CharField(_("kind of GPU"), max_length=80)
    login_host = models.CharField(_("login node"), max_length=200)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("-name",)

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Partition(models.Model):
    """A Slurm partition whose access list Belfry may change."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="partitions")
    name = models.CharField(_("name"), max_length=62)
    description = models.CharField(_("what it is"), max_length=200)

    class Meta:
        verbose_name = _("partition")
        verbose_name_plural = _("partitions")
        ordering = ("site", "name")
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="one_partition_of_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.site})"

    @property
    def shown_description(self) -> str:
        """What it is, in the reader's language, where the catalogues have it."""
        return in_readers_language(self.description)


@pghistory.track(exclude=["digest"])
class SiteToken(models.Model):
    """A bridge's bearer token, of which only the SHA-256 digest is kept.

    Rotation: a new token is made, the old one is given an end, and both work until then.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token of a site")
        verbose_name_plural = _("tokens of sites")

    def __str__(self) -> str:
        return f"token {self.pk} of {self.site}"

    @staticmethod
    def valid_at(moment: datetime) -> Q:
        """Selects the tokens that open the API at this moment."""
        return Q(expires_at=None) | Q(expires_at__gt=moment)
