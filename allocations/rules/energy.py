"""What electricity stands for. Pure."""

from decimal import Decimal


def co2e_grams(kwh: float, grams_per_kwh: Decimal) -> float:
    """Grams of CO2e of so much electricity."""
    return kwh * float(grams_per_kwh)
