"""Pools of GPU time: whose money pays for it, who may have how much, and what it is worth."""

from datetime import date
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from allocations.models.applications import MOST_GPU_HOURS
from allocations.models.projects import LedgerEntry
from allocations.models.sites import Site
from allocations.models.tracks import Track
from allocations.rules.units import MINUTES_AN_HOUR
from allocations.stored_texts import in_readers_language

MOST_PERCENT = 100


def _append_only() -> pgtrigger.Protect:
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Funder(models.TextChoices):
    """Who pays."""

    EUROPE = "europe", _("European Union")
    FEDERAL = "federal", _("Federal State")
    FLANDERS = "flanders", _("Flanders")
    WALLONIA = "wallonia", _("Wallonia")
    BRUSSELS = "brussels", _("Brussels")
    OTHER = "other", _("Other")


class PoolQuerySet(models.QuerySet["Pool"]):
    """Named selections of pools."""

    def open_on(self, day: date) -> "PoolQuerySet":
        """Those whose period a day is in, what ends first in front."""
        return self.filter(starts_on__lte=day, ends_on__gte=day).order_by("ends_on", "pk")


@pghistory.track()
class Pool(models.Model):
    """GPU-hours that a funder pays for at a site, for a period."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    funder = models.CharField(_("funder"), max_length=20, choices=Funder)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, verbose_name=_("site"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    gpu_hours = models.PositiveIntegerField(_("GPU-hours"))
    tracks = models.ManyToManyField(Track, verbose_name=_("tracks that draw from it"))

    track_ids: list[int]
    drawn_rows: list[dict[str, Any]]
    quota_rows: list[dict[str, Any]]
    """Set by `pool_rooms.read_open_pools` only."""

    objects: ClassVar[models.Manager["Pool"]] = PoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        ordering = ("-ends_on", "name")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="pool_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(gpu_hours__gte=1, gpu_hours__lte=MOST_GPU_HOURS),
                name="pool_hours_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page with its history."""
        return reverse("pool", args=[self.pk])

    @property
    def gpu_minutes(self) -> int:
        """All of it."""
        return self.gpu_hours * MINUTES_AN_HOUR


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)
class PoolTrack(Pool.tracks.through):  # type: ignore[name-defined, misc]
    """Which tracks draw from a pool; here for the audit trail."""

    class Meta:
        proxy = True


class QuotaQuerySet(models.QuerySet["Quota"]):
    """Named selections of quotas."""

    def on(self, day: date) -> "QuotaQuerySet":
        """What holds on a day: of each code the newest."""
        return (
            self.filter(valid_from__lte=day).order_by("code", "-valid_from", "-pk").distinct("code")
        )


@pghistory.track()
class Quota(models.Model):
    """The most of each pool that some may have, from a day until another one of its code."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    organisation_kinds = ArrayField(
        models.CharField(max_length=20, choices=Organisation.Kind), default=list
    )
    """Whom it holds for; with none, for organisations of every kind."""
    track_codes = ArrayField(models.CharField(max_length=8), default=list)
    """For what it holds; with none, on every track."""
    percent = models.PositiveSmallIntegerField(_("percent of each pool at most"))
    valid_from = models.DateField(_("valid from"))

    objects: ClassVar[models.Manager["Quota"]] = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ("code", "-valid_from")
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=MOST_PERCENT), name="quota_is_a_share")
        ]
        triggers = [_append_only()]

    def __str__(self) -> str:
        return f"{self.name}: {self.percent} %"

    @property
    def shown_name(self) -> str:
        """Its name in the reader's language, where the catalogues have it."""
        return in_readers_language(self.name)

    def holds_for(self, *, organisation_kind: str, track_code: str) -> bool:
        """Whether an award to such an organisation on such a track counts towards it."""
        return (not self.organisation_kinds or organisation_kind in self.organisation_kinds) and (
            not self.track_codes or track_code in self.track_codes
        )


@pghistory.track()
class PoolDraw(models.Model):
    """What an entry of a ledger took from a pool; negative what it gave back."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="draws")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="draws")
    gpu_minutes = models.BigIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["pool", "entry"], name="one_draw_an_entry_and_pool")
        ]
        triggers = [_append_only()]

    def __str__(self) -> str:
        return f"{self.gpu_minutes} GPU-minutes of {self.pool_id}"


class UnitPriceQuerySet(models.QuerySet["UnitPrice"]):
    """Named selections of prices."""

    def on(self, day: date) -> "UnitPriceQuerySet":
        """What holds on a day: of each site the newest."""
        return (
            self.filter(valid_from__lte=day)
            .order_by("site_id", "-valid_from", "-pk")
            .distinct("site_id")
        )


@pghistory.track()
class UnitPrice(models.Model):
    """What a GPU-hour at a site is worth as aid, from a day until the next price."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="unit_prices")
    cents_per_gpu_hour = models.PositiveIntegerField(_("euro cents a GPU-hour"))
    valid_from = models.DateField(_("valid from"))

    objects: ClassVar[models.Manager["UnitPrice"]] = UnitPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit price")
        verbose_name_plural = _("unit prices")
        ordering = ("site", "-valid_from", "-pk")
        triggers = [_append_only()]

    def __str__(self) -> str:
        return f"{self.cents_per_gpu_hour} cents at {self.site_id}"


class AidGrantQuerySet(models.QuerySet["AidGrant"]):
    """Named selections of aid."""

    def standing(self) -> "AidGrantQuerySet":
        """What was granted and not declined: an offer that nobody accepted is no aid."""
        return self.exclude(
            entry__allocation__is_offered=True, entry__allocation__released_at__isnull=False
        )


@pghistory.track()
class AidGrant(models.Model):
    """The value of what a ledger's entry granted, frozen with the price of that day."""

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="aid")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="aid_grants"
    )
    granted_on = models.DateField(default=timezone.localdate)
    gpu_minutes = models.BigIntegerField()
    cents_per_gpu_hour = models.PositiveIntegerField()
    cents = models.BigIntegerField(_("amount in euro cents"))

    objects: ClassVar[models.Manager["AidGrant"]] = AidGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("aid granted")
        verbose_name_plural = _("aid granted")
        ordering = ("-granted_on", "-pk")
        indexes = [models.Index(fields=["organisation", "granted_on"], name="aid_by_day")]
        triggers = [_append_only()]

    def __str__(self) -> str:
        return f"{self.cents} cents to {self.organisation_id}"
