"""The form of a decision, as a browser sends it."""

from typing import Any

from django.urls import reverse

from allocations.models import (
    Application,
    Site,
)


def address(route: str, application: Application) -> str:
    return reverse(route, args=[application.reference])


def approval(application: Application, **changes: Any) -> dict[str, Any]:
    """What the form sends when it is left as it stands."""
    partitions = {
        code: list(Site.objects.get(code=code).partitions.values_list("pk", flat=True))
        for code in ("zellik", "charleroi")
    }
    return {
        "approve-version": application.version,
        "approve-hours_zellik": "1000",
        "approve-hours_charleroi": "500",
        "approve-partitions_zellik": partitions["zellik"],
        "approve-partitions_charleroi": partitions["charleroi"],
        "approve-reason": "Sound and useful.",
    } | changes
