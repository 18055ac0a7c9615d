"""Tracks: the ways of access, each with its own size, length and deadline."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Partition


@pghistory.track()
class Track(models.Model):
    """What can be applied for."""

    code = models.SlugField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=80)
    summary = models.CharField(_("who it is for, in a sentence"), max_length=300)
    min_gpu_hours = models.PositiveIntegerField(_("least GPU-hours"))
    max_gpu_hours = models.PositiveIntegerField(_("most GPU-hours"))
    lengths_in_months = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("lengths"))
    max_sites = models.PositiveSmallIntegerField(_("most sites"))
    decision_days = models.PositiveSmallIntegerField(_("working days until the decision"))
    partitions = models.ManyToManyField(Partition, verbose_name=_("partitions"), blank=True)
    is_open = models.BooleanField(_("open for applications"), default=True)

    objects: ClassVar[models.Manager["Track"]] = models.Manager()

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ("min_gpu_hours", "code")

    def __str__(self) -> str:
        return self.name
