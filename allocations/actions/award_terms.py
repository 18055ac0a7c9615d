"""Awards as they are kept until they can be granted: sites and partitions by their names."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from allocations.actions.award_plans import AwardLine
from allocations.actions.partitions import PartitionWish
from allocations.errors import RefusedError
from allocations.models import Site


@dataclass(frozen=True)
class ShownTerms:
    """One site's part for people to read."""

    site: str
    gpu_hours: int
    partitions: str
    own_nodes: str


def terms_of(awards: Mapping[Site, AwardLine]) -> dict[str, Any]:
    """What to store."""
    return {
        site.code: {
            "gpu_hours": line.gpu_hours,
            "partitions": sorted(partition.name for partition in line.partitions),
            "own": _stored(line.own),
        }
        for site, line in awards.items()
    }


def awards_of(terms: Mapping[str, Any]) -> dict[Site, AwardLine]:
    """The same awards; refused where a site or partition is there no more."""
    sites = {site.code: site for site in Site.objects.prefetch_related("partitions")}
    awards = {}
    for code, term in terms.items():
        site = sites.get(code)
        partitions = {item.name: item for item in site.partitions.all()} if site else {}
        if site is None or not set(term["partitions"]) <= set(partitions):
            raise RefusedError(
                _("A site or partition of this award is gone: decline it and decide again.")
            )
        awards[site] = AwardLine(
            gpu_hours=term["gpu_hours"],
            partitions=[partitions[name] for name in term["partitions"]],
            own=_wish(term["own"]),
        )
    return awards


def shown_terms(terms: Mapping[str, Any], sites: Iterable[Site] | None = None) -> list[ShownTerms]:
    """Each site's part, in words; the sites are read where they are not given."""
    names = {site.code: site.name for site in (Site.objects.all() if sites is None else sites)}
    return [
        ShownTerms(
            site=names.get(code, code),
            gpu_hours=term["gpu_hours"],
            partitions=", ".join(term["partitions"]),
            own_nodes=term["own"]["nodes"] if term["own"] else "",
        )
        for code, term in terms.items()
    ]


def _stored(own: PartitionWish | None) -> dict[str, Any] | None:
    return None if own is None else {**asdict(own), "ends_on": own.ends_on.isoformat()}


def _wish(stored: dict[str, Any] | None) -> PartitionWish | None:
    if stored is None:
        return None
    return PartitionWish(**{**stored, "ends_on": date.fromisoformat(stored["ends_on"])})
