"""Which enterprises belong together, and the aid that an organisation says it had elsewhere."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enterprise_numbers import validate_enterprise_number
from accounts.models.organisations import Organisation
from accounts.models.people import User


@pghistory.track()
class LinkedEnterprise(models.Model):
    """A linked or partner enterprise of an organisation, whether it is in the portal or not."""

    class Relation(models.TextChoices):
        """Linked enterprises are one undertaking; partners count for the size alone."""

        LINKED = "linked", _("Linked: one controls the other, or the same owner both")
        PARTNER = "partner", _("Partner: from 25 to 50 % of capital or votes")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="linked_enterprises"
    )
    enterprise_number = models.CharField(
        _("enterprise number"), max_length=20, validators=[validate_enterprise_number]
    )
    name = models.CharField(_("name"), max_length=200)
    relation = models.CharField(
        _("relation"), max_length=10, choices=Relation, default=Relation.LINKED
    )
    percent = models.PositiveSmallIntegerField(_("percent of capital or votes"), null=True)
    people = models.PositiveIntegerField(_("people, in full-time years"), null=True)
    turnover_euros = models.BigIntegerField(_("turnover in euros"), null=True)
    balance_euros = models.BigIntegerField(_("balance sheet total in euros"), null=True)

    class Meta:
        verbose_name = _("linked enterprise")
        verbose_name_plural = _("linked enterprises")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "enterprise_number"], name="each_enterprise_linked_once"
            ),
            models.CheckConstraint(
                condition=~Q(relation="partner") | Q(percent__gte=25, percent__lte=50),
                name="partners_have_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class DeclaredAid(models.Model):
    """De minimis aid that an organisation declares to have had from somebody else."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="declared_aid"
    )
    grantor = models.CharField(_("granted by"), max_length=200)
    granted_on = models.DateField(_("granted on"))
    cents = models.BigIntegerField(_("amount in euro cents"))
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("declared aid")
        verbose_name_plural = _("declared aid")
        ordering = ("-granted_on",)
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="declared_aid_is_positive")
        ]

    def __str__(self) -> str:
        return f"{self.grantor}, {self.granted_on}"


def organisations_of_undertaking(organisation: Organisation) -> list[Organisation]:
    """All organisations in the portal that are one undertaking with this one, itself among them.

    Links count in both directions, and through enterprises that are not in the portal.
    """
    known, numbers = {organisation.pk}, {organisation.enterprise_number}
    while True:
        links = (
            LinkedEnterprise.objects.filter(relation=LinkedEnterprise.Relation.LINKED)
            .filter(Q(organisation__in=known) | Q(enterprise_number__in=numbers))
            .values_list("organisation", "enterprise_number")
        )
        found = set(links)
        more_numbers = numbers | {number for _organisation, number in found}
        members = Organisation.objects.filter(
            Q(enterprise_number__in=more_numbers) | Q(pk__in={pk for pk, _number in found} | known)
        )
        more = {member.pk: member for member in members}
        more_numbers |= {member.enterprise_number for member in more.values()}
        if set(more) == known and more_numbers == numbers:
            return sorted(more.values(), key=lambda member: member.pk)
        known, numbers = set(more), more_numbers
