"""How much CO2e a site's electricity stands for, as administrators enter it."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site

MOST_GRAMS = 5_000
"""More than the dirtiest of electricity; a mistake of units ends here."""


@pghistory.track()
class EnergyFactor(models.Model):
    """Grams of CO2e for each kWh at a site from a day on, until the next factor holds."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="energy_factors")
    valid_from = models.DateField(_("valid from"))
    grams_co2e_per_kwh = models.DecimalField(
        _("grams of CO2e for each kWh"),
        max_digits=6,
        decimal_places=1,
        validators=[MinValueValidator(0), MaxValueValidator(MOST_GRAMS)],
    )
    source = models.CharField(_("source"), max_length=300)
    """Who says so, where, and for which year."""

    class Meta:
        verbose_name = _("energy factor")
        verbose_name_plural = _("energy factors")
        ordering = ("site", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=["site", "valid_from"], name="one_factor_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.grams_co2e_per_kwh} g CO2e/kWh at {self.site} from {self.valid_from}"
