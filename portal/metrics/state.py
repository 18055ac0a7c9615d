"""What the database says of sites, jobs and tasks, each time that somebody looks."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from allocations.models import Site, SiteCheck, SyncCycle

# Counting ten million rows takes seconds; PostgreSQL keeps an estimate of each table.
_JOBS = """
    SELECT COALESCE(SUM(GREATEST(reltuples, 0)), 0)::bigint
    FROM pg_class
    WHERE relkind = 'r' AND (
        oid = 'allocations_job'::regclass
        OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'allocations_job'::regclass)
    )
"""


class StateCollector(Collector):
    """Gauges read anew for each scrape; a site that was never heard has none of its own."""

    def collect(self) -> Iterator[Metric]:
        """Every gauge, in seven queries."""
        now = timezone.now()
        yield from _of_sites(now)
        yield from _of_cycles(now)
        yield from _of_checks(now)
        yield from _of_rows_set_aside()
        yield from _of_tasks(now)
        with connection.cursor() as cursor:
            cursor.execute(_JOBS)
            (jobs,) = cursor.fetchone()
        yield GaugeMetricFamily(
            "belfry_jobs_stored", "Jobs in the database, as PostgreSQL estimates.", value=jobs
        )


def _of_sites(now: datetime) -> Iterator[Metric]:
    contact = _gauge("site_contact_age_seconds", "Time since a site's bridge was last heard.")
    accounting = _gauge(
        "site_accounting_age_seconds", "Age of the watermark: accounting is complete up to then."
    )
    for site in Site.objects.select_related("status"):
        status = getattr(site, "status", None)
        _age(contact, site, status.last_seen_at if status else None, now)
        _age(accounting, site, status.accounting_until if status else None, now)
    yield contact
    yield accounting


def _of_cycles(now: datetime) -> Iterator[Metric]:
    age = _gauge("site_cycle_age_seconds", "Time since the last cycle with something to do or say.")
    refused = _gauge("site_cycle_refused", "1 where the last such cycle was refused as a whole.")
    changes = GaugeMetricFamily(
        "belfry_site_cycle_changes",
        "Changes of the last such cycle, by what became of them.",
        labels=["site", "outcome"],
    )
    newest = SyncCycle.objects.order_by("site_id", "-finished_at").distinct("site_id")
    for cycle in newest.select_related("site"):
        _age(age, cycle.site, cycle.finished_at, now)
        refused.add_metric([cycle.site.code], float(bool(cycle.refused)))
        outcomes = Counter(str(result.get("outcome")) for result in cycle.results)
        for outcome in ("applied", "deferred", "failed"):
            changes.add_metric([cycle.site.code, outcome], outcomes[outcome])
    yield age
    yield refused
    yield changes


def _of_checks(now: datetime) -> Iterator[Metric]:
    age = _gauge("usage_check_age_seconds", "Time since use was compared with Slurm's own report.")
    remaining = _gauge("usage_differences", "Differences that this comparison left.")
    for check in SiteCheck.objects.select_related("site"):
        _age(age, check.site, check.checked_at, now)
        remaining.add_metric([check.site.code], check.remaining)
    yield age
    yield remaining


def _of_rows_set_aside() -> Iterator[Metric]:
    rows = _gauge("rows_set_aside", "Rows of accounting that could not be taken in.")
    for site in Site.objects.annotate(rows=Count("rows_set_aside")):
        rows.add_metric([site.code], site.rows)
    yield rows


def _of_tasks(now: datetime) -> Iterator[Metric]:
    due = Q(run_after=None) | Q(run_after__lte=now)
    ready = DBTaskResult.objects.filter(due, status=TaskResultStatus.READY)
    found = ready.aggregate(waiting=Count("pk"), oldest=Min("enqueued_at"))
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count()
    oldest = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    for name, words, value in (
        ("tasks_waiting", "Tasks that the worker could begin now.", found["waiting"]),
        ("tasks_oldest_seconds", "For how long the first of them has waited.", oldest),
        ("tasks_failed", "Tasks that failed for good and have not been pruned.", failed),
    ):
        yield GaugeMetricFamily(f"belfry_{name}", words, value=value)


def _gauge(name: str, words: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"belfry_{name}", words, labels=["site"])


def _age(gauge: GaugeMetricFamily, site: Site, moment: datetime | None, now: datetime) -> None:
    if moment is not None:
        gauge.add_metric([site.code], max((now - moment).total_seconds(), 0.0))
