"""Keeps rows that could not be used, with their reasons, until they are read well."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from allocations.models import SetAsideRow, Site
from allocations.rules.accounting_rows import BadRow
from slurm_bridge.wire_accounting import MOST_RETRIES

# What a site sends may all be bad; so many are kept to look at.
MOST_KEPT = 10_000
RETRIED_FOR = timedelta(days=30)
RETRIED_WITHOUT_NUMBER_FOR = timedelta(days=1)

_KEEP = """
    INSERT INTO allocations_setasiderow AS kept
        (site_id, key, db_index, job_id, account, reason, text, is_final, first_seen_at,
         last_seen_at, times)
    SELECT %(site)s, bad.key, bad.db_index, bad.job_id, bad.account, bad.reason, bad.text,
           bad.is_final, %(seen_at)s, %(seen_at)s, 1
    FROM jsonb_to_recordset(%(rows)s) AS bad(
        key text, db_index bigint, job_id bigint, account text, reason text, text text,
        is_final boolean
    )
    WHERE (SELECT COUNT(*) FROM allocations_setasiderow WHERE site_id = %(site)s) < %(most)s
       OR bad.key IN (SELECT key FROM allocations_setasiderow WHERE site_id = %(site)s)
    ON CONFLICT (site_id, key) DO UPDATE SET
        job_id = EXCLUDED.job_id, account = EXCLUDED.account, reason = EXCLUDED.reason,
        text = EXCLUDED.text, is_final = EXCLUDED.is_final, times = kept.times + 1,
        last_seen_at = GREATEST(kept.last_seen_at, EXCLUDED.last_seen_at)
"""


def set_aside(site: Site, rows: Sequence[BadRow], *, seen_at: datetime) -> None:
    """Keep rows that were read at a time; the same row again is the same one, seen once more."""
    by_key = {_key(row): row for row in rows}
    told = [{"key": key} | vars(row) for key, row in by_key.items()]
    if told:
        parameters: dict[str, Any] = {
            "site": site.pk,
            "seen_at": seen_at,
            "rows": json.dumps(told),
            "most": MOST_KEPT,
        }
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, parameters)


def jobs_to_retry(site: Site) -> tuple[int, ...]:
    """Numbers of jobs whose rows may have become good, those seen first lately first."""
    recent = SetAsideRow.objects.filter(
        site=site,
        is_final=False,
        job_id__isnull=False,
        first_seen_at__gte=timezone.now() - RETRIED_FOR,
    ).order_by("-first_seen_at")
    numbers = recent.values_list("job_id", flat=True)[:MOST_RETRIES]
    return tuple(sorted({number for number in numbers if number is not None}))


def has_rows_without_number(site: Site) -> bool:
    """Whether rows wait that can be found again by their time only."""
    return SetAsideRow.objects.filter(
        site=site,
        is_final=False,
        job_id=None,
        first_seen_at__gte=timezone.now() - RETRIED_WITHOUT_NUMBER_FOR,
    ).exists()


def _key(row: BadRow) -> str:
    if row.db_index is not None:
        return str(row.db_index)
    return hashlib.sha256(f"{row.account}\0{row.text}\0{row.reason}".encode()).hexdigest()
