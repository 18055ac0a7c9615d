"""Builds the statements of the programme's figures: one total and its parts in one question.

Every text here is our own; what somebody chose travels as a parameter.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from allocations.rules.months import whole_years
from allocations.rules.regions import POSTCODE, SPANS, Region
from portal.programme.selection import Division, ProgrammeSelection
from portal.reports.sums import months_and_edges

Row = dict[str, Any]

_BELGIAN = " ".join(
    f"WHEN organisation.postcode::int BETWEEN {first} AND {last} THEN '{region.value}'"
    for first, last, region in SPANS
)
REGION = (
    f"CASE WHEN organisation.postcode IS NULL OR organisation.postcode !~ '{POSTCODE}'"
    f" THEN '{Region.ABROAD.value}' ELSE CASE {_BELGIAN} ELSE '{Region.WALLONIA.value}' END END"
)

# Nobody's sector is known yet, so that all is in one part.
_PARTS = {
    Division.SITE: "site.code",
    Division.TRACK: "track.code",
    Division.REGION: REGION,
    Division.SECTOR: "lower('')",
    Division.KIND: "COALESCE(organisation.kind, '')",
}

_ZONE = f"AT TIME ZONE '{settings.TIME_ZONE}'"

_STATEMENT = """
    SELECT {part} AS part, GROUPING({part}) = 1 AS is_total, {each} AS each, {figures}
    FROM {tables}
    WHERE {where}
    GROUP BY GROUPING SETS (({each_alone}), ({each_with} {part}))
"""


_ONE_OF_THEM = """
    SELECT '{name}' AS name, one.part, one.is_total, to_jsonb(one) - 'part' AS figures
    FROM ({statement}) one
"""


@dataclass(frozen=True)
class Source:
    """Where figures are read: its tables name `site`, `track` and `organisation`.

    They are joined from the left, though each row has its own: so the database leaves out those
    that nothing is asked of.
    """

    tables: str
    day: str
    """The date that must lie in the period, and whose month a row belongs to."""
    conditions: str = "TRUE"
    is_of_sites_alone: bool = False
    """Whether its rows belong to no project."""
    is_of_period: bool = False
    """Whether its rows lie in the period already, and their day only tells the month."""


def day_of(moment: str) -> str:
    """The day of a moment, where the portal is."""
    return f"({moment} {_ZONE})::date"


def in_period(moment: str) -> str:
    """Whether it lies in the period, told without its day, which takes longer to find."""
    return (
        f"{moment} >= %(first)s::timestamp {_ZONE}"
        f" AND {moment} < (%(last)s::date + 1)::timestamp {_ZONE}"
    )


def read(
    source: Source, figures: str, selection: ProgrammeSelection, *, each: str = ""
) -> list[Row]:
    """The figures of the whole, marked `is_total`, and of each part; `each` keeps values apart."""
    return ask(_statement(source, figures, selection, each=each), parameters(selection))


def read_together(
    wanted: Mapping[str, tuple[Source, str]], selection: ProgrammeSelection
) -> dict[str, list[Row]]:
    """The same of several sources in one question, by the names that they have here."""
    statement = " UNION ALL ".join(
        _ONE_OF_THEM.format(name=name, statement=_statement(source, figures, selection))
        for name, (source, figures) in wanted.items()
    )
    found: dict[str, list[Row]] = {name: [] for name in wanted}
    for row in ask(statement, parameters(selection)):
        figures = json.loads(row["figures"])
        found[row["name"]].append({**figures, "part": row["part"], "is_total": row["is_total"]})
    return found


def _statement(
    source: Source, figures: str, selection: ProgrammeSelection, *, each: str = ""
) -> str:
    return _STATEMENT.format(
        part=part_expression(source, selection.by),
        each=each or "NULL",
        each_alone=each,
        each_with=f"{each}," if each else "",
        figures=figures,
        tables=source.tables,
        where=" AND ".join(conditions(source, selection)),
    )


def ask(statement: str, values: Row) -> list[Row]:
    """The rows of a statement, by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def tuples(statement: str, values: Row) -> list[tuple[Any, ...]]:
    """The rows of a statement that has many."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def tuples_of_each(asked: Sequence[tuple[str, Row]]) -> list[list[tuple[Any, ...]]]:
    """The rows of each of several statements of the same columns, in one question."""
    with connection.cursor() as cursor:
        texts = [cursor.mogrify(statement, values).decode() for statement, values in asked]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT {place}, one.* FROM ({text}) one"  # noqa: S608  # its values are quoted
                for place, text in enumerate(texts)
            )
        )
        found: list[list[tuple[Any, ...]]] = [[] for _ in asked]
        for place, *row in cursor:
            found[place].append(tuple(row))
    return found


def parameters(selection: ProgrammeSelection) -> Row:
    """What somebody chose, as a statement takes it, and as months and days."""
    time = months_and_edges(selection.first, selection.last)
    since, until = time["months_from"], time["months_until"]
    years_since, years_until = whole_years(since, until, today=timezone.now().date())
    return {
        **time,
        "years_from": years_since,
        "years_until": years_until,
        "first": selection.first,
        "last": selection.last,
        "site": selection.site,
        "track": selection.track,
        "region": selection.region,
        "kind": selection.kind,
    }


def part_of(row: Row) -> str | None:
    """To which part a row belongs; None is the whole."""
    return None if row["is_total"] else part_key(row["part"])


def part_key(part: str | date) -> str:
    """A part as addresses and files call it: a month is 2026-03."""
    return f"{part:%Y-%m}" if isinstance(part, date) else part


def part_expression(source: Source, by: Division) -> str:
    """What tells the parts of this division apart."""
    if by == Division.MONTH:
        # A date is told apart from another ten times as fast as the text of its month.
        return f"date_trunc('month', ({source.day})::timestamp)::date"
    if source.is_of_sites_alone and by != Division.SITE:
        return "lower('')"
    return _PARTS[by]


def conditions(source: Source, selection: ProgrammeSelection) -> Iterator[str]:
    """What a row must fulfil to be counted."""
    yield source.conditions
    if not source.is_of_period:
        yield f"{source.day} BETWEEN %(first)s AND %(last)s"
    yield from conditions_of_place(source, selection)


def conditions_of_place(source: Source, selection: ProgrammeSelection) -> Iterator[str]:
    """What it must fulfil whenever it was."""
    if selection.site:
        yield "site.code = %(site)s"
    if not source.is_of_sites_alone:
        yield from conditions_of_projects(selection)


def conditions_of_projects(selection: ProgrammeSelection) -> Iterator[str]:
    """What its project must fulfil."""
    if selection.track:
        yield "track.code = %(track)s"
    if selection.region:
        yield f"{REGION} = %(region)s"
    if selection.kind:
        yield "organisation.kind = %(kind)s"
