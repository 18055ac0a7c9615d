"""Tracks: the ways of access. What each asks, gives and promises is in its versions."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.stored_texts import in_readers_language


@pghistory.track()
class Track(models.Model):
    """What can be applied for, under a code that accounts in Slurm bear."""

    code = models.SlugField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    is_open = models.BooleanField(_("open for applications"), default=True)

    objects: ClassVar[models.Manager["Track"]] = models.Manager()

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """Its name in the reader's language, where the catalogues have it."""
        return in_readers_language(self.name)
