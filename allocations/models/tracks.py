"""Tracks: the ways of access. What each asks, gives and promises is in its versions."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.rules.naming import MOST_LETTERS_OF_A_TRACK, TRACK_CODE
from allocations.stored_texts import Translations, in_readers_language


class TrackQuerySet(models.QuerySet["Track"]):
    """Named selections of tracks."""

    def published(self) -> "TrackQuerySet":
        """Those of which a version holds, has held or will: all that anybody but staff meets."""
        return self.filter(versions__published_at__isnull=False).distinct()


@pghistory.track()
class Track(models.Model):
    """What can be applied for, under a code that accounts in Slurm bear."""

    code = models.SlugField(_("code"), max_length=MOST_LETTERS_OF_A_TRACK, unique=True)
    """For good once a version is published."""
    name = models.CharField(_("name"), max_length=80)
    translations: models.JSONField[Translations, Translations] = models.JSONField(
        default=dict, blank=True
    )
    """The name in other languages."""
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    is_open = models.BooleanField(_("open for applications"), default=True)

    objects: ClassVar[models.Manager["Track"]] = TrackQuerySet.as_manager()

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ("position", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=f"^{TRACK_CODE}$"), name="track_code_is_letters"
            )
        ]

    def __str__(self) -> str:
        return self.shown_name

    def get_absolute_url(self) -> str:
        """The page of its versions."""
        return reverse("track", args=[self.code])

    @property
    def shown_name(self) -> str:
        """Its name in the reader's language, where staff or the catalogues have it."""
        return in_readers_language(self.name, self.translations, "name")

    @property
    def is_published(self) -> bool:
        """Whether anything can bear its code already."""
        return self.versions.filter(published_at__isnull=False).exists()
