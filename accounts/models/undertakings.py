"""Which enterprises belong together, and the aid that an organisation says it had elsewhere."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enterprise_numbers import show_enterprise_number, validate_enterprise_number
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

    @property
    def shown_number(self) -> str:
        """The enterprise number as people write it: 0403.019.261."""
        return show_enterprise_number(self.enterprise_number)


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
    return list(Organisation.objects.raw(_MEMBERS, [organisation.enterprise_number]))


UNDERTAKING = """
link (one, other) AS (
    SELECT organisation.enterprise_number, linked.enterprise_number
    FROM accounts_linkedenterprise AS linked
    JOIN accounts_organisation AS organisation ON organisation.id = linked.organisation_id
    WHERE linked.relation = 'linked'
),
undertaking (number) AS (
    SELECT number::varchar FROM asked_number
    UNION
    SELECT CASE WHEN link.one = undertaking.number THEN link.other ELSE link.one END
    FROM undertaking JOIN link ON undertaking.number IN (link.one, link.other)
)
"""
"""For a recursive query: from the enterprise numbers in `asked_number` all of the undertaking."""

_MEMBERS = f"""
WITH RECURSIVE asked_number (number) AS (SELECT %s),
{UNDERTAKING}
SELECT organisation.*
FROM accounts_organisation AS organisation
JOIN undertaking ON undertaking.number = organisation.enterprise_number
ORDER BY organisation.id
"""  # noqa: S608  # made of constants
