"""What applicants declare: texts in versions, and who signed which, when."""

from collections.abc import Collection
from datetime import date
from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.applications import Application, Decision
from allocations.models.sites import Site
from allocations.stored_texts import Translations, in_readers_language


def _append_only() -> pgtrigger.Protect:
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class DeclarationTextQuerySet(models.QuerySet["DeclarationText"]):
    """Named selections of texts."""

    def on(self, day: date) -> "DeclarationTextQuerySet":
        """What holds on a day: of each declaration the newest version."""
        return (
            self.filter(valid_from__lte=day)
            .order_by("code", "-valid_from", "-number")
            .distinct("code")
        )

    def asked_of(self, application: Application, day: date) -> list["DeclarationText"]:
        """What an application has to declare: to the portal, and to each site it asks for."""
        return self._owed_to({line.site_id for line in application.requested_hours.all()}, day)

    def of_award(self, decision: Decision, day: date) -> list["DeclarationText"]:
        """The terms of an award: those of the portal, and of each site that it grants hours at."""
        return self._owed_to({award.site_id for award in decision.awards.all()}, day)

    def _owed_to(self, sites: Collection[int], day: date) -> list["DeclarationText"]:
        """Those of the portal, then those of each site; few hold at a time, so all are read."""
        held = list(self.on(day).select_related("site"))
        of_sites = [text for text in held if text.site and text.site_id in sites]
        of_sites.sort(key=lambda text: str(text.site), reverse=True)
        return [text for text in held if text.site is None] + of_sites


@pghistory.track()
class DeclarationText(models.Model):
    """One version of a declaration, to the portal or to a site; never changed."""

    code = models.SlugField(_("code"), max_length=40)
    number = models.PositiveIntegerField(_("version"))
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("site")
    )
    title = models.CharField(_("title"), max_length=150)
    text = models.TextField(_("text"), max_length=20_000)
    translations: models.JSONField[Translations, Translations] = models.JSONField(
        default=dict, blank=True
    )
    """Title and text in other languages; the English is what was published."""
    valid_from = models.DateField(_("valid from"))
    published_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["DeclarationText"]] = DeclarationTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a declaration")
        verbose_name_plural = _("texts of declarations")
        ordering = ("code", "-number")
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="one_text_of_a_number")
        ]
        triggers = [_append_only()]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"

    @property
    def shown_title(self) -> str:
        """Its title in the reader's language, where the catalogues have it."""
        return in_readers_language(self.title, self.translations, "title")

    @property
    def shown_text(self) -> str:
        """Its text in the reader's language, where the catalogues have it."""
        whole = in_readers_language(self.text, self.translations, "text")
        return "\n".join(in_readers_language(line) for line in whole.splitlines())


@pghistory.track()
class SignedDeclaration(models.Model):
    """That somebody declared a text for an application."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="declarations"
    )
    text = models.ForeignKey(DeclarationText, on_delete=models.PROTECT, related_name="signatures")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("signed declaration")
        verbose_name_plural = _("signed declarations")
        ordering = ("signed_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["application", "text"], name="each_text_signed_once")
        ]
        triggers = [_append_only()]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.text_id}"
