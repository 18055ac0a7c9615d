"""Versions of tracks: all that staff configure of one, valid from a day, and frozen once published.

An application keeps the version under which it was first handed in.
"""

from datetime import date, time
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from allocations.models.sites import Partition
from allocations.models.tracks import Track
from allocations.rules.deadlines import DeadlineKind, DeadlineRule
from allocations.rules.questions import Question, Section
from allocations.rules.requests import TrackLimits
from allocations.rules.review_steps import StepKind
from allocations.rules.rubric import Criterion
from allocations.stored_texts import Translations, in_readers_language


class TrackVersionQuerySet(models.QuerySet["TrackVersion"]):
    """Named selections of versions."""

    def on(self, day: date) -> "TrackVersionQuerySet":
        """The one of each track that holds on a day: the newest of those published for it."""
        return (
            self.filter(published_at__isnull=False, valid_from__lte=day)
            .order_by("track_id", "-valid_from", "-number")
            .distinct("track_id")
        )

    def unpublished(self) -> "TrackVersionQuerySet":
        """What staff are still writing."""
        return self.filter(published_at=None)

    def with_choices(self) -> "TrackVersionQuerySet":
        """With track, partitions and their sites, in a fixed number of queries."""
        return self.select_related("track").prefetch_related("partitions__site")


def _frozen() -> pgtrigger.Protect:
    return pgtrigger.Protect(
        name="published_is_frozen",
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__published_at__isnull=False),
    )


def list_is_frozen() -> pgtrigger.Trigger:
    """The same for a list that belongs to a version."""
    return pgtrigger.Trigger(
        name="published_is_frozen",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        declare=[("of_version", "bigint")],
        func="""
            IF TG_OP = 'DELETE' THEN of_version := OLD.trackversion_id;
            ELSE of_version := NEW.trackversion_id; END IF;
            IF EXISTS (SELECT 1 FROM allocations_trackversion
                       WHERE id = of_version AND published_at IS NOT NULL) THEN
                RAISE EXCEPTION 'what is published of a track is frozen';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;
        """,
    )


@pghistory.track()
class TrackVersion(models.Model):
    """What a track asks, gives and promises from a day on."""

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    valid_from = models.DateField(_("valid from"), null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    edits = models.PositiveIntegerField(default=0)
    """Counts edits, so that two people who edit at once notice it."""

    summary = models.CharField(_("who it is for, in a sentence"), max_length=300)
    translations: models.JSONField[Translations, Translations] = models.JSONField(
        default=dict, blank=True
    )
    """That sentence in other languages."""
    organisation_kinds = ArrayField(
        models.CharField(max_length=20, choices=Organisation.Kind),
        verbose_name=_("organisations that may apply"),
    )
    min_gpu_hours = models.PositiveIntegerField(_("least GPU-hours"))
    max_gpu_hours = models.PositiveIntegerField(_("most GPU-hours"))
    lengths_in_months = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("lengths in months")
    )
    max_sites = models.PositiveSmallIntegerField(_("most sites"))
    partitions = models.ManyToManyField(Partition, verbose_name=_("partitions"), blank=True)

    sections = ArrayField(
        models.CharField(max_length=20, choices=Section), verbose_name=_("sections of the form")
    )
    optional_questions = ArrayField(
        models.CharField(max_length=30, choices=Question),
        default=list,
        verbose_name=_("optional questions that are asked"),
    )

    has_admin_check = models.BooleanField(_("administrative check"), default=False)
    has_technical_review = models.BooleanField(_("technical review"), default=True)
    peer_reviewers = models.PositiveSmallIntegerField(_("independent reviewers"), default=0)
    is_blind = models.BooleanField(_("reviewers do not learn who applies"), default=False)
    has_gate = models.BooleanField(_("gate before the decision"), default=False)
    rubric = models.JSONField(_("what reviewers score"), default=list)
    """A list of objects as `Criterion` has them."""
    four_eyes_above_gpu_hours = models.PositiveIntegerField(
        _("two people decide above so many GPU-hours"), null=True
    )

    deadline_kind = models.CharField(_("deadline"), max_length=20, choices=DeadlineKind)
    deadline_days = models.PositiveSmallIntegerField(_("days until the decision"))
    cut_off_days = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        verbose_name=_("cut-offs: days of the month"),
    )
    cut_off_time = models.TimeField(_("time of the cut-offs, in Brussels"), default=time(10))
    answer_days = models.PositiveSmallIntegerField(
        _("days to answer a question before the application is withdrawn"), default=10
    )

    objects: ClassVar[models.Manager["TrackVersion"]] = TrackVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a track")
        verbose_name_plural = _("versions of tracks")
        ordering = ("track", "-number")
        constraints = [
            models.UniqueConstraint(fields=["track", "number"], name="one_version_of_a_number"),
            models.UniqueConstraint(
                fields=["track"], condition=Q(published_at=None), name="one_draft_a_track"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(valid_from__isnull=False),
                name="published_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(min_gpu_hours__gte=1, min_gpu_hours__lte=F("max_gpu_hours")),
                name="track_size_in_order",
            ),
            models.CheckConstraint(
                condition=Q(deadline_days__gte=1, answer_days__gte=1, max_sites__gte=1),
                name="track_counts_are_positive",
            ),
            models.CheckConstraint(
                condition=~Q(deadline_kind=DeadlineKind.AFTER_CUT_OFF)
                | Q(cut_off_days__len__gte=1),
                name="cut_off_has_a_day",
            ),
        ]
        triggers = [_frozen()]

    def __str__(self) -> str:
        return f"{self.track}, version {self.number}"

    def get_absolute_url(self) -> str:
        """The page that says all of it."""
        return reverse("track_version", args=[self.track.code, self.number])

    @property
    def steps(self) -> list[StepKind]:
        """What staff have to do, beside peer review, before anything is granted."""
        asked = {
            StepKind.ADMIN_CHECK: self.has_admin_check,
            StepKind.TECHNICAL_REVIEW: self.has_technical_review,
            StepKind.GATE: self.has_gate,
        }
        return [kind for kind, is_asked in asked.items() if is_asked]

    @property
    def shown_summary(self) -> str:
        """For whom it is, in the reader's language, where the catalogues have it."""
        return in_readers_language(self.summary, self.translations, "summary")

    @property
    def is_published(self) -> bool:
        """Whether it can no longer be changed."""
        return self.published_at is not None

    @property
    def deadline_rule(self) -> DeadlineRule:
        """Its promise to decide in time."""
        return DeadlineRule(
            kind=self.deadline_kind,
            days=self.deadline_days,
            cut_off_days=tuple(self.cut_off_days),
            cut_off_time=self.cut_off_time,
        )

    @property
    def limits(self) -> TrackLimits:
        """What a request must keep."""
        return TrackLimits(
            min_gpu_hours=self.min_gpu_hours,
            max_gpu_hours=self.max_gpu_hours,
            max_sites=self.max_sites,
            lengths_in_months=tuple(self.lengths_in_months),
        )

    @property
    def criteria(self) -> list[Criterion]:
        """What reviewers score, in order."""
        return [Criterion(**self._criterion(item)) for item in self.rubric]

    @staticmethod
    def _criterion(item: dict[str, Any]) -> dict[str, Any]:
        return {name: item[name] for name in ("code", "name", "threshold")}


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)
class VersionPartition(TrackVersion.partitions.through):  # type: ignore[name-defined, misc]
    """Which partitions awards get at first; here for the audit trail, and frozen as the rest."""

    class Meta:
        proxy = True
        triggers = [list_is_frozen()]
