"""Sets times of a site right whose clock runs ahead: they would hide later, true readings.

A host that lost its time server is some hours off at most; what lies farther in the future is no
time of a reading, and is refused.
"""

from typing import TypeVar

from django.utils import timezone
from ninja.errors import HttpError

from allocations.rules.accounting_rows import ALLOWED_AHEAD_SECONDS
from slurm_bridge.wire import SyncReport
from slurm_bridge.wire_accounting import CounterReading, Delivery

AnyDelivery = TypeVar("AnyDelivery", bound=Delivery)


def delivered_by_our_clock(batch: AnyDelivery) -> AnyDelivery:
    """A batch with its times by the portal's clock, where the site's runs ahead.

    Otherwise the watermark would lie in the future, and what ends until then would never be asked
    for. Raises 422 where a batch was read far in the future, or says to know of the future.
    """
    if batch.complete_until is not None and batch.complete_until > batch.read_at:
        raise HttpError(422, "complete_until lies after read_at.")
    ahead = _seconds_ahead(batch.read_at)
    if not ahead:
        return batch
    changes: dict[str, object] = {"read_at": batch.read_at - ahead}
    if batch.complete_until is not None:
        changes["complete_until"] = max(0, batch.complete_until - ahead)
    return batch.model_copy(update=changes)


def read_by_our_clock(reading: CounterReading) -> CounterReading:
    """Counters with the time of their reading by the portal's clock, where the site's runs ahead.

    Otherwise all later ones would count as older. Raises 422 where it lies far in the future.
    """
    ahead = _seconds_ahead(reading.read_at)
    return reading.model_copy(update={"read_at": reading.read_at - ahead}) if ahead else reading


def _seconds_ahead(read_at: int) -> int:
    ahead = read_at - int(timezone.now().timestamp())
    if ahead > ALLOWED_AHEAD_SECONDS:
        raise HttpError(422, "read_at lies in the future: the site's clock is wrong.")
    return max(0, ahead)


def refuse_future_report(report: SyncReport) -> None:
    """Raise 422 where a cycle lies in the future: no calendar could show it to staff."""
    said = [report.started_at, report.finished_at]
    said += [verdict.checked_at for verdict in report.readiness]
    said += [item.last_right_at for item in report.drift or ()]
    if report.actual is not None:
        said.append(report.actual.read_at)
    if max(said) > int(timezone.now().timestamp()) + ALLOWED_AHEAD_SECONDS:
        raise HttpError(422, "The cycle lies in the future: the site's clock is wrong.")
