"""Refuses times that cannot be, which would otherwise hide later, true readings for good."""

from django.utils import timezone
from ninja.errors import HttpError

from allocations.rules.accounting_rows import ALLOWED_AHEAD_SECONDS
from slurm_bridge.wire import SyncReport
from slurm_bridge.wire_accounting import CounterReading, Delivery


def refuse_impossible_times(batch: Delivery) -> None:
    """Raise 422 where a batch was read in the future, or says to know of the future."""
    now = int(timezone.now().timestamp())
    if batch.read_at > now + ALLOWED_AHEAD_SECONDS:
        raise HttpError(422, "read_at lies in the future: the site's clock is wrong.")
    if batch.complete_until is not None and batch.complete_until > batch.read_at:
        raise HttpError(422, "complete_until lies after read_at.")


def refuse_future_report(report: SyncReport) -> None:
    """Raise 422 where a cycle lies in the future: no calendar could show it to staff."""
    said = [report.started_at, report.finished_at]
    said += [verdict.checked_at for verdict in report.readiness]
    said += [item.last_right_at for item in report.drift or ()]
    if report.actual is not None:
        said.append(report.actual.read_at)
    if max(said) > int(timezone.now().timestamp()) + ALLOWED_AHEAD_SECONDS:
        raise HttpError(422, "The cycle lies in the future: the site's clock is wrong.")


def refuse_future_reading(reading: CounterReading) -> None:
    """Raise 422 where counters were read in the future: they would outlast all later ones."""
    if reading.read_at > int(timezone.now().timestamp()) + ALLOWED_AHEAD_SECONDS:
        raise HttpError(422, "read_at lies in the future: the site's clock is wrong.")
