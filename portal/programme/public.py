"""What everybody may see: figures of whole quarters that are over, without those of few people.

Quarters do not overlap and no sum over them is told, so that no difference of periods gives away
what is left out. Each quarter is computed at most once in a while, whoever asks and how often.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import override

from allocations.rules.suppression import hidden_cells
from portal.programme.figures import Places, Programme, programme
from portal.programme.kpis import KPIS
from portal.programme.rows import kept
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.values import Value

QUARTERS_SHOWN = 12
DIVISIONS = (Division.SITE, Division.TRACK, Division.REGION, Division.KIND)
PUBLIC_KPIS = tuple(kpi for kpi in KPIS if kpi.is_public)
LICENCE = "CC-BY-4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
_BUILDING_SECONDS = 120
_FORMAT = 2
"""Part of the key: another release's figures are not read back."""


class BeingComputedError(Exception):
    """Another process computes this quarter for the first time; ask again in some seconds."""


@dataclass(frozen=True)
class Quarter:
    """Three months."""

    year: int
    number: int

    @property
    def key(self) -> str:
        """As in addresses: 2026Q3."""
        return f"{self.year:04}Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The one after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> "Quarter":
        """The one before it."""
        return (
            Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)
        )


def past_quarters(today: date) -> list[Quarter]:
    """The last quarters that are over, the newest first."""
    quarter = Quarter(today.year, (today.month + 2) // 3)
    found = []
    for _count in range(QUARTERS_SHOWN):
        quarter = quarter.before
        found.append(quarter)
    return found


def public_figures(quarter: Quarter) -> dict[str, Any]:
    """The dataset of a quarter; older than the setting allows only while it is computed anew."""
    key = f"public-figures-{_FORMAT}-{quarter.key}"
    known: dict[str, Any] | None = cache.get(key)
    limit = timedelta(minutes=settings.PUBLIC_FIGURES_MINUTES)
    if known is not None and datetime.now(UTC) - known["built_at"] < limit:
        return known["dataset"]  # type: ignore[no-any-return]
    if not cache.add(f"{key}-building", True, _BUILDING_SECONDS):
        if known is None:
            raise BeingComputedError
        return known["dataset"]  # type: ignore[no-any-return]
    try:
        dataset = compute_public_figures(quarter)
        cache.set(key, {"built_at": datetime.now(UTC), "dataset": dataset}, timeout=None)
    finally:
        cache.delete(f"{key}-building")
    return dataset


@override("en")
def compute_public_figures(quarter: Quarter) -> dict[str, Any]:
    """The dataset of a quarter, from the tables; in English, whoever asks first."""
    places = Places.read()
    found = {
        by: programme(
            ProgrammeSelection(quarter.first, quarter.last, by=by), places, with_people=True
        )
        for by in DIVISIONS
    }
    hidden = {kpi.key: _hidden(found, kpi.key) for kpi in PUBLIC_KPIS}
    whole = found[DIVISIONS[0]]
    return {
        "quarter": quarter.key,
        "from": quarter.first.isoformat(),
        "to": quarter.last.isoformat(),
        "generated_at": whole.computed_at.replace(microsecond=0).isoformat(),
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "sites_without_data": whole.silent_sites,
        "definitions": [
            {
                "key": kpi.key,
                "name": str(kpi.name),
                "definition": str(kpi.definition),
                "unit": kpi.unit.value,
                "source": str(kpi.source),
            }
            for kpi in PUBLIC_KPIS
        ],
        "figures": [
            *(_figure(whole, "", "", key, hidden[key]) for key in hidden),
            *(
                _figure(found[by], by.value, part.key, key, hidden[key], part.name)
                for by in DIVISIONS
                for part in found[by].parts
                for key in hidden
            ),
        ],
    }


_Hidden = dict[str, frozenset[str]] | None
"""For each division the parts that are left out; None where the whole figure is."""


def _hidden(found: dict[Division, Programme], key: str) -> _Hidden:
    hidden: dict[str, frozenset[str]] = {}
    for by, divided in found.items():
        people = {part.key: _people(divided.value(key, part.key)) for part in divided.parts}
        cells = hidden_cells(people, total=_people(divided.value(key)))
        if cells is None:
            return None
        hidden[by.value] = cells
    return hidden


def _people(value: Value) -> int:
    """Who stands behind a figure; one that does not say so counts as somebody's."""
    return value.people or (1 if value.number else 0)


def _figure(
    found: Programme, by: str, part: str, key: str, hidden: _Hidden, part_name: str = ""
) -> dict[str, Any]:
    """One figure; a hidden one has no value and says so, which “no data” does not."""
    is_hidden = hidden is None or part in hidden.get(by, ())
    value = None if is_hidden else kept(found.value(key, part if by else None).number)
    return {
        "divided_by": by,
        "part": part,
        "part_name": part_name,
        "key": key,
        "value": value,
        "is_hidden": is_hidden,
    }
