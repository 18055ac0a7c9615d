"""Organisations on whose behalf people apply."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enterprise_numbers import show_enterprise_number, validate_enterprise_number
from accounts.models.people import User


@pghistory.track()
class Organisation(models.Model):
    """A firm, administration or research body; Belgian ones have an enterprise number."""

    class Kind(models.TextChoices):
        """What sort of organisation it is, for eligibility and reports."""

        START_UP = "start_up", _("Start-up")
        SME = "sme", _("Small or medium enterprise")
        LARGE = "large", _("Large enterprise")
        RESEARCH = "research", _("University or research centre")
        PUBLIC = "public", _("Public administration")
        OTHER = "other", _("Other")

    ENTERPRISES: ClassVar[frozenset[str]] = frozenset({Kind.START_UP, Kind.SME, Kind.LARGE})
    """The kinds whose work is an economic activity, unless they say otherwise."""

    name = models.CharField(_("name"), max_length=200)
    enterprise_number = models.CharField(
        _("enterprise number"),
        max_length=20,
        unique=True,
        validators=[validate_enterprise_number],
        help_text=_("The ten-digit number of the Crossroads Bank for Enterprises (KBO/BCE)."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    postcode = models.CharField(_("postcode of the seat"), max_length=10)
    website = models.URLField(_("website"), blank=True)
    people = models.ManyToManyField(
        User, through="OrganisationMember", related_name="organisations", verbose_name=_("people")
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def shown_number(self) -> str:
        """The enterprise number as people write it: 0403.019.261."""
        return show_enterprise_number(self.enterprise_number)


@pghistory.track()
class OrganisationMember(models.Model):
    """Somebody who may apply on behalf of an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    user = models.ForeignKey(User, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organisation}"
