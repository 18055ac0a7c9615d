"""Looks at each row of a batch by itself: a bad one is set aside, and the others are taken."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from allocations.rules.accounting_rows import (
    LONGEST_REASON,
    LONGEST_TEXT,
    BadRow,
    why_impossible,
)
from slurm_bridge.wire_accounting import AnyBatch, JobBatch, JobRow, UnreadRow

_ALL_ROWS = TypeAdapter(tuple[JobRow, ...])


def sorted_out(delivery: AnyBatch) -> tuple[JobBatch, list[BadRow]]:
    """The batch of what can be used, and the rest with its reasons."""
    bad = [_unread(row) for row in delivery.unread]
    rows = _well_formed(delivery.rows, bad)
    good = []
    for row in rows:
        reason = why_impossible(row, read_at=delivery.read_at)
        if reason:
            bad.append(_impossible(row, reason))
        else:
            good.append(row)
    head = {name: getattr(delivery, name) for name in type(delivery).model_fields}
    return JobBatch.model_construct(**head | {"rows": tuple(good), "unread": ()}), bad


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
