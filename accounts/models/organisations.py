"""Organisations on whose behalf people apply, and what decides how large they are."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enterprise_numbers import is_of_eu, show_enterprise_number, validate_enterprise_number
from accounts.models.people import User


class VatState(models.TextChoices):
    """What VIES, the register of the European Commission, said of an organisation's number."""

    UNCHECKED = "unchecked", _("not yet checked")
    VALID = "valid", _("known to VIES")
    INVALID = "invalid", _("not known to VIES")


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
        help_text=_(
            "The ten-digit number of the Crossroads Bank for Enterprises (KBO/BCE); from another"
            " country of the EU the VAT number with its two letters, and from an associated country"
            " the number of its register of enterprises behind the country's two letters."
        ),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    postcode = models.CharField(_("postcode of the seat"), max_length=10)
    website = models.URLField(_("website"), blank=True)
    legal_form = models.CharField(_("legal form"), max_length=80, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    nace = models.CharField(_("NACE code"), max_length=10, blank=True)
    vat_state = models.CharField(
        _("check by VIES"), max_length=10, choices=VatState, default=VatState.UNCHECKED
    )
    vat_checked_at = models.DateTimeField(_("checked by VIES"), null=True)
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

    @property
    def is_of_eu(self) -> bool:
        """Whether VIES can know its number."""
        return is_of_eu(self.enterprise_number)


@pghistory.track()
class OrganisationMember(models.Model):
    """Somebody who may apply on behalf of an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    keeps_figures = models.BooleanField(_("sees and enters its figures"), default=False)
    """Whoever entered the organisation does, and lets in others: its number alone opens nothing."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organisation}"


@pghistory.track()
class SizeFigures(models.Model):
    """What decides whether an organisation is an SME, of its last closed year."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="size_figures"
    )
    year = models.PositiveSmallIntegerField(_("last closed year"))
    people = models.PositiveIntegerField(_("people, in full-time years"))
    turnover_euros = models.BigIntegerField(_("turnover in euros"))
    balance_euros = models.BigIntegerField(_("balance sheet total in euros"))
    public_percent = models.PositiveSmallIntegerField(_("percent in public hands"))
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("figures of size")
        verbose_name_plural = _("figures of size")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    turnover_euros__gte=0, balance_euros__gte=0, public_percent__lte=100
                ),
                name="size_figures_can_be",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}, {self.year}"
