"""Takes in jobs from a site's accounting; what cannot be used is set aside, with its reason."""

from collections.abc import Sequence
from functools import partial

from accounts.audit import SystemActor, action
from allocations.actions.job_months import (
    dropped_months,
    ensure_months,
    hold_months,
    month_of,
)
from allocations.actions.job_table import KnownRunError, WrittenRuns, hold_jobs, hold_owners
from allocations.actions.moments import moment
from allocations.actions.month_indexes import ask_for_indexes
from allocations.actions.recounts import recount_day
from allocations.actions.run_columns import months_of, runs_of
from allocations.actions.set_aside import has_rows_without_number, jobs_to_retry, set_aside
from allocations.models import Allocation, Site, SiteStatus
from allocations.rules.accounting_rows import LONGEST_TEXT, BadRow
from slurm_bridge.wire_accounting import JobBatch, JobColumns, JobRow, Watermark

_UNKNOWN_ACCOUNT = "The portal has no allocation with this account at this site."
_DROPPED_MONTH = "Jobs submitted in its month have left the portal, and what they used is fixed."


# From how many runs on it is worth trying whether all are news; fewer are stored in a moment.
MANY = 1_000


def record_jobs(
    *, site: Site, batch: JobBatch, actor: SystemActor, bad_rows: Sequence[BadRow] = ()
) -> Watermark:
    """Store a batch, each run once, and answer from when the next window must start.

    Many runs that are all news are written beside other such batches of the site, which then wait
    for one another only to be counted. Where one is known after all, nothing was stored, and the
    batch has the site for itself.
    """
    store = partial(store_batch, site=site, batch=batch, actor=actor, bad_rows=bad_rows)
    if len(batch.rows) + (len(batch.columns.db_index) if batch.columns else 0) >= MANY:
        try:
            return store(all_are_news=True)
        except KnownRunError:
            pass
    return store(all_are_news=False)


@action
def store_batch(
    *,
    site: Site,
    batch: JobBatch,
    actor: SystemActor,
    bad_rows: Sequence[BadRow],
    all_are_news: bool,
) -> Watermark:
    """The same in one transaction; raises KnownRunError where a run of news is known."""
    hold_months()
    hold_jobs(site, alone=not all_are_news)
    runs = runs_of(batch)
    named = set(runs.account)
    projects = hold_owners(site, named)
    unknown = named - projects.keys()
    good, refused = _usable(runs, unknown)
    read_at = moment(batch.read_at)
    written = None
    if good.db_index:
        ensure_months(months_of(good), for_many=all_are_news)
        written = WrittenRuns(site_id=site.pk, runs=good, projects=projects, read_at=read_at)
        written.write(all_are_news=all_are_news)
    # What is counted of a site, and its watermark, belong to one batch at a time.
    status, _created = SiteStatus.objects.select_for_update().get_or_create(site=site)
    if written is not None:
        written.count()
    stored = written.stored if written else 0
    if batch.recount is not None:
        recount_day(site_id=site.pk, named=batch.recount)
    bad = [*bad_rows, *refused]
    set_aside(site, bad, seen_at=read_at)
    if batch.complete_until is not None:
        reached = moment(batch.complete_until)
        if status.accounting_until is None or reached > status.accounting_until:
            status.accounting_until = reached
            status.save(update_fields=["accounting_until"])
        ask_for_indexes(reached)
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


def _usable(runs: JobColumns, unknown: set[str]) -> tuple[JobColumns, list[BadRow]]:
    """Runs that can be counted, and the others with their reasons."""
    dropped = dropped_months()
    if not unknown and not dropped & months_of(runs):
        return runs, []
    keep: list[bool] = []
    bad: list[BadRow] = []
    for number, (account, at) in enumerate(zip(runs.account, runs.submitted_at, strict=True)):
        is_unknown, is_dropped = account in unknown, month_of(moment(at)) in dropped
        keep.append(not is_unknown and not is_dropped)
        if is_unknown:
            bad.append(_aside(runs.row(number), _UNKNOWN_ACCOUNT))
        elif is_dropped:
            bad.append(_aside(runs.row(number), _DROPPED_MONTH, is_final=True))
    return runs.where(keep), bad


def _aside(row: JobRow, reason: str, *, is_final: bool = False) -> BadRow:
    return BadRow(
        reason=reason,
        text=row.model_dump_json(exclude_defaults=True)[:LONGEST_TEXT],
        db_index=row.db_index,
        job_id=row.job_id,
        account=row.account,
        is_final=is_final,
    )
