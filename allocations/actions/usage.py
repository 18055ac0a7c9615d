"""Takes in jobs from a site's accounting; what cannot be used is set aside, with its reason."""

from collections.abc import Iterable, Sequence

from accounts.audit import SystemActor, action
from allocations.actions.job_months import (
    dropped_months,
    ensure_months,
    hold_months,
    month_of,
)
from allocations.actions.job_table import store_rows
from allocations.actions.moments import moment
from allocations.actions.recounts import recount_day
from allocations.actions.set_aside import has_rows_without_number, jobs_to_retry, set_aside
from allocations.models import Allocation, Site, SiteStatus
from allocations.rules.accounting_rows import LONGEST_TEXT, BadRow
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark

_UNKNOWN_ACCOUNT = "The portal has no allocation with this account at this site."
_DROPPED_MONTH = "Jobs submitted in its month have left the portal, and what they used is fixed."


@action
def record_jobs(
    *, site: Site, batch: JobBatch, actor: SystemActor, bad_rows: Sequence[BadRow] = ()
) -> Watermark:
    """Store a batch, each run once, and answer from when the next window must start."""
    status, _created = SiteStatus.objects.select_for_update().get_or_create(site=site)
    hold_months()
    unknown = _unknown_accounts(site, batch.rows)
    good, refused = _usable(batch.rows, unknown)
    ensure_months({month_of(moment(at)) for at in {row.submitted_at for row in good}})
    read_at = moment(batch.read_at)
    stored = store_rows(site_id=site.pk, rows=good, read_at=read_at)
    if batch.recount is not None:
        recount_day(site_id=site.pk, named=batch.recount)
    bad = [*bad_rows, *refused]
    set_aside(site, bad, seen_at=read_at)
    if batch.complete_until is not None:
        reached = moment(batch.complete_until)
        if status.accounting_until is None or reached > status.accounting_until:
            status.accounting_until = reached
            status.save(update_fields=["accounting_until"])
    adopted = Allocation.objects.current().filter(site=site, history_wanted=True)
    for allocation in adopted.filter(account_name__in=batch.history_of):
        allocation.history_wanted = False
        allocation.save(update_fields=["history_wanted"])
    until = status.accounting_until
    answer = Watermark(
        complete_until=int(until.timestamp()) if until else 0,
        stored=stored,
        unknown_accounts=tuple(sorted(unknown)),
        history_of=tuple(adopted.order_by("account_name").values_list("account_name", flat=True)),
    )
    if not batch.asks_retries:
        return answer
    told = {
        "set_aside": len(bad),
        "retry_jobs": jobs_to_retry(site),
        "retries_a_day": has_rows_without_number(site),
    }
    return answer.model_copy(update=told)


def _unknown_accounts(site: Site, rows: Iterable[JobRow]) -> set[str]:
    named = {row.account for row in rows}
    known = Allocation.objects.current().filter(site=site, account_name__in=named)
    return named - set(known.values_list("account_name", flat=True))


def _usable(rows: Iterable[JobRow], unknown: set[str]) -> tuple[list[JobRow], list[BadRow]]:
    """Rows that can be counted, and the others with their reasons."""
    dropped = dropped_months()
    good: list[JobRow] = []
    bad: list[BadRow] = []
    for row in rows:
        if row.account in unknown:
            bad.append(_aside(row, _UNKNOWN_ACCOUNT))
        elif dropped and month_of(moment(row.submitted_at)) in dropped:
            bad.append(_aside(row, _DROPPED_MONTH, is_final=True))
        else:
            good.append(row)
    return good, bad


def _aside(row: JobRow, reason: str, *, is_final: bool = False) -> BadRow:
    return BadRow(
        reason=reason,
        text=row.model_dump_json(exclude_defaults=True)[:LONGEST_TEXT],
        db_index=row.db_index,
        job_id=row.job_id,
        account=row.account,
        is_final=is_final,
    )
