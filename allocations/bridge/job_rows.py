"""Looks at each row of a batch by itself: a bad one is set aside, and the others are taken."""

import json
from collections.abc import Iterator
from typing import Any

from ninja.errors import HttpError
from pydantic import TypeAdapter, ValidationError

from allocations.rules.accounting_rows import (
    LONGEST_REASON,
    LONGEST_TEXT,
    BadRow,
    are_all_possible,
    why_impossible,
)
from slurm_bridge.wire_accounting import (
    COLUMNS,
    AnyBatch,
    Delivery,
    JobBatch,
    JobColumns,
    JobRow,
    UnreadRow,
)

_ALL_ROWS = TypeAdapter(tuple[JobRow, ...])


def sorted_out(delivery: AnyBatch) -> tuple[JobBatch, list[BadRow]]:
    """The batch of what can be used, and the rest with its reasons."""
    bad = [_unread(row) for row in delivery.unread]
    told = _whole(delivery.columns)
    columns = _all_good(told, delivery.read_at)
    to_look_at = delivery.rows if columns is not None else (*delivery.rows, *_as_rows(told))
    good = []
    for row in _well_formed(to_look_at, bad):
        reason = why_impossible(row, read_at=delivery.read_at)
        if reason:
            bad.append(_impossible(row, reason))
        else:
            good.append(row)
    head = {name: getattr(delivery, name) for name in Delivery.model_fields}
    head |= {"rows": tuple(good), "columns": columns, "unread": ()}
    return JobBatch.model_construct(**head), bad


def _whole(told: dict[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """Columns of one length; those that a row may leave out are filled with what that means."""
    if not told:
        return {}
    length = len(next(iter(told.values())))
    if told.keys() - set(COLUMNS) or any(len(column) != length for column in told.values()):
        raise HttpError(422, "columns: They must be those of JobColumns, all of one length.")
    whole = {}
    for name, field in JobRow.model_fields.items():
        if name not in told and field.is_required():
            raise HttpError(422, f"columns.{name}: It is missing.")
        whole[name] = told.get(name, (field.default,) * length)
    return whole


def _all_good(told: dict[str, tuple[Any, ...]], read_at: int) -> JobColumns | None:
    """All the runs, if nothing is wrong with any of them, as is nearly always so."""
    try:
        runs = JobColumns.model_validate(told) if told else None
    except ValidationError:
        return None
    return runs if runs is not None and are_all_possible(runs, read_at=read_at) else None


def _as_rows(told: dict[str, tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    for values in zip(*told.values(), strict=True):
        yield dict(zip(told, values, strict=True))


def _well_formed(rows: tuple[Any, ...], bad: list[BadRow]) -> tuple[JobRow, ...]:
    """Those that follow the contract; all at once first, since they nearly always do."""
    try:
        return _ALL_ROWS.validate_python(rows)
    except ValidationError:
        good = []
        for row in rows:
            try:
                good.append(JobRow.model_validate(row))
            except ValidationError as error:
                bad.append(_malformed(row, error))
        return tuple(good)


def _malformed(row: Any, error: ValidationError) -> BadRow:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = f"{place}: {first['msg']}" if place else first["msg"]
    fields = row if isinstance(row, dict) else {}
    account = fields.get("account")
    return BadRow(
        reason=_storable(reason, LONGEST_REASON),
        text=_storable(json.dumps(row, ensure_ascii=False, default=str), LONGEST_TEXT),
        db_index=_number(fields.get("db_index"), -(2**63), 2**63),
        job_id=_number(fields.get("job_id"), 0, 2**32),
        account=_storable(account, 200) if isinstance(account, str) else "",
    )


def _impossible(row: JobRow, reason: str) -> BadRow:
    return BadRow(
        reason=reason,
        text=row.model_dump_json(exclude_defaults=True)[:LONGEST_TEXT],
        db_index=row.db_index,
        job_id=row.job_id,
        account=row.account,
    )


def _unread(row: UnreadRow) -> BadRow:
    return BadRow(
        reason=_storable(row.reason, LONGEST_REASON),
        text=_storable(row.text, LONGEST_TEXT),
        db_index=row.db_index,
        job_id=row.job_id,
        account=_storable(row.account, 200),
    )


def _number(value: Any, least: int, beyond: int) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and least <= value < beyond else None


def _storable(text: str, longest: int) -> str:
    """The beginning of a text, without what PostgreSQL cannot hold: NUL, halves of characters."""
    return (
        text[:longest]
        .encode("utf-8", "replace")
        .decode()
        .replace("\0", "\N{REPLACEMENT CHARACTER}")
    )
