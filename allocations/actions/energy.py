"""Keeps how much CO2e a site's electricity stands for."""

from datetime import date
from decimal import Decimal

from accounts.audit import Actor, action
from allocations.models import EnergyFactor, Site


@action
def set_energy_factor(
    *, site: Site, valid_from: date, grams_co2e_per_kwh: Decimal, source: str, actor: Actor
) -> EnergyFactor:
    """Let a factor hold at a site from a day on; one of the same day takes its place."""
    factor, _created = EnergyFactor.objects.update_or_create(
        site=site,
        valid_from=valid_from,
        defaults={"grams_co2e_per_kwh": grams_co2e_per_kwh, "source": source},
    )
    return factor
