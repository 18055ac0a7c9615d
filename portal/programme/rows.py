"""The programme's figures as plain rows, which every file and the API are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.programme.figures import Programme
from portal.programme.kpis import KPIS
from portal.programme.values import Number

COLUMNS = ("divided_by", "part", "part_name", "key", "name", "unit", "value")
_KEPT_DECIMALS = 6


@dataclass(frozen=True)
class FigureRow:
    """One number; `part` is empty for the whole, and `value` None for “no data”."""

    divided_by: str
    part: str
    part_name: str
    key: str
    name: str
    unit: str
    value: Number


def figure_rows(found: Programme) -> Iterator[FigureRow]:
    """The whole first, then part by part."""
    parts: list[tuple[str | None, str]] = [(None, "")]
    parts += [(part.key, part.name) for part in found.parts]
    for part, part_name in parts:
        for kpi in KPIS:
            yield FigureRow(
                divided_by="" if part is None else found.selection.by.value,
                part=part or "",
                part_name=part_name,
                key=kpi.key,
                name=str(kpi.name),
                unit=kpi.unit.value,
                value=kept(found.number(kpi, part)),
            )


def kept(number: Number) -> Number:
    """A number without the noise of divisions; whole numbers stay whole."""
    if number is None:
        return None
    rounded = round(float(number), _KEPT_DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


def selection_words(found: Programme) -> dict[str, Any]:
    """What was selected, for files; None leaves nothing out."""
    selection = found.selection
    return {
        "from": selection.first,
        "to": selection.last,
        "site": selection.site or None,
        "track": selection.track or None,
        "region": selection.region or None,
        "organisation_type": selection.kind or None,
        "divided_by": selection.by.value,
        "sites_without_data": found.silent_sites,
        "computed_at": found.computed_at.replace(microsecond=0),
    }


def definition_rows() -> list[dict[str, str]]:
    """Name, definition, unit and source of each figure."""
    return [
        {
            "key": kpi.key,
            "name": str(kpi.name),
            "definition": str(kpi.definition),
            "unit": kpi.unit.value,
            "source": str(kpi.source),
        }
        for kpi in KPIS
    ]
