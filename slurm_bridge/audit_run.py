"""One self-check: compare, read anew what differs, compare again, and report what remains."""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from slurm_bridge.audit import (
    FARTHEST_SHIFT_SECONDS,
    NOTHING,
    Compared,
    DayOfRecords,
    Key,
    Seconds,
    Surroundings,
    Use,
    day_bounds,
    days_between,
    detail_of,
    differing,
    reason_of,
    totals,
)
from slurm_bridge.wire_accounting import DayOfAccounts, JobBatch, JobRow, Watermark
from slurm_bridge.wire_audit import (
    MOST_DIFFERENCES,
    MOST_TOTALS,
    UsageCheck,
    UsageDays,
    UsageDifference,
)

log = logging.getLogger(__name__)

BATCH_ROWS = 5000
# Of the time before the days that are compared one by one, so many differing days are found a run.
OLDER_DAYS_A_RUN = 31


class Report(Protocol):
    """Slurm's own figures."""

    def used(self, first: date, last: date, accounts: Collection[str]) -> dict[Key, Seconds]:
        """What each user of these accounts used from one whole day to another."""
        ...

    def rolled_up_until(self) -> int | None:
        """How far hours are added up."""
        ...

    def associations(self) -> frozenset[Key]:
        """Every user of every account that slurmdbd still has."""
        ...

    def reserved(self, day: date) -> dict[Key, Seconds]:
        """The most that each may have been charged for idle reserved nodes."""
        ...


class Records(Protocol):
    """Slurm's records of runs."""

    refused: set[tuple[str, str]]

    def between(self, since: int, until: int, accounts: Collection[str]) -> Iterator[JobRow]:
        """Every run in these accounts that was alive between two times."""
        ...


class AuditedPortal(Protocol):
    """The portal, as far as the check is concerned."""

    def usage_days(self, first: date, last: date) -> UsageDays:
        """What it counted from one day to another, both included."""
        ...

    def send_jobs(self, batch: JobBatch) -> Watermark:
        """Deliver jobs."""
        ...

    def send_usage_check(self, check: UsageCheck) -> None:
        """Say what came of a check."""
        ...


@dataclass
class Audit:
    """Holds the portal's figures of one cluster against Slurm's."""

    cluster: str
    report: Report
    records: Records
    portal: AuditedPortal
    clock: Callable[[], float] = time.time

    def run(self, days: int) -> UsageCheck:
        """Compare so many past days one by one and all before as a sum; tell the portal."""
        now = int(self.clock())
        last = datetime.fromtimestamp(now, UTC).date() - timedelta(days=1)
        first = last - timedelta(days=days - 1)
        known = self.portal.usage_days(last, last)
        accounts, since = frozenset(known.accounts), min(known.since or first, first)
        older = {day for day in known.open_days if since <= day < first}
        if since < first:
            older |= set(self._older(since, first - timedelta(days=1), accounts))
        looked_at = [*sorted(older), *days_between(first, last)]
        odd = [day for day in looked_at if self._differs(day, day, accounts)]
        differences = [item for day in odd for item in self._read_anew(day, accounts)]
        portal, slurm = self._both(since, last, accounts)
        check = UsageCheck(
            cluster=self.cluster,
            checked_at=now,
            first_day=first,
            last_day=last,
            older_days=tuple(sorted(older)),
            rolled_up_until=self.report.rolled_up_until(),
            days_read_anew=len(odd),
            totals=totals(portal, slurm)[:MOST_TOTALS],
            differences=tuple(differences[:MOST_DIFFERENCES]),
            differences_left_out=max(len(differences) - MOST_DIFFERENCES, 0),
        )
        self.portal.send_usage_check(check)
        return check

    def _both(self, first: date, last: date, accounts: Collection[str]) -> tuple[Use, Use]:
        portal = used_by(self.portal.usage_days(first, last))
        return portal, self.report.used(first, last, accounts)

    def _differs(self, first: date, last: date, accounts: Collection[str]) -> bool:
        return bool(differing(*self._both(first, last, accounts)))

    def _older(self, first: date, last: date, accounts: Collection[str]) -> list[date]:
        """The newest days of a long span that differ, found by halving it."""
        found: list[date] = []
        spans = [(first, last)]
        while spans and len(found) < OLDER_DAYS_A_RUN:
            starts, ends = spans.pop()
            if not self._differs(starts, ends, accounts):
                continue
            if starts == ends:
                found.append(starts)
                continue
            middle = starts + (ends - starts) // 2
            spans += [(starts, middle), (middle + timedelta(days=1), ends)]
        return found

    def _read_anew(self, day: date, accounts: Collection[str]) -> list[UsageDifference]:
        """Bring the day's runs to the portal once more; what differs even then, with its reason."""
        odd = differing(*self._both(day, day, accounts))
        records = self._bring(day, {account for account, _username in odd})
        portal, slurm = self._both(day, day, accounts)
        remaining = differing(portal, slurm)
        miscounted = {key[0] for key in remaining if portal.get(key, NOTHING) != records.of(key)}
        if miscounted:
            self._recount(day, miscounted)
            portal = used_by(self.portal.usage_days(day, day))
            remaining = differing(portal, slurm)
        if not remaining:
            log.info("usage of %s was read anew and is equal now", day)
            return []
        around = Surroundings(
            rolled_up_until=self.report.rolled_up_until(),
            associations=self.report.associations(),
            reserved=self.report.reserved(day),
        )
        shift = records.shift_of(slurm, remaining)
        compared = (
            Compared(key, day, portal.get(key, NOTHING), slurm.get(key, NOTHING), records.of(key))
            for key in remaining
        )
        return [_difference(item, records, shift, around) for item in compared]

    def _recount(self, day: date, accounts: Collection[str]) -> None:
        """The portal has every run by now: have it add them up anew."""
        named = DayOfAccounts(day=day, accounts=tuple(sorted(accounts)))
        self.portal.send_jobs(JobBatch(read_at=int(self.clock()), recount=named))

    def _bring(self, day: date, accounts: Collection[str]) -> DayOfRecords:
        read_at = int(self.clock())
        records = DayOfRecords(day, read_at)
        starts, ends = day_bounds(day)
        batch: list[JobRow] = []
        for row in self.records.between(
            starts - FARTHEST_SHIFT_SECONDS, ends + FARTHEST_SHIFT_SECONDS, accounts
        ):
            records.add(row)
            batch.append(row)
            if len(batch) == BATCH_ROWS:
                self.portal.send_jobs(JobBatch(read_at=read_at, rows=tuple(batch)))
                batch = []
        if batch:
            self.portal.send_jobs(JobBatch(read_at=read_at, rows=tuple(batch)))
        records.refused = set(self.records.refused)
        return records


def used_by(answer: UsageDays) -> Use:
    """The portal's figures by account and user; nothing used is left out."""
    return {
        (row.account, row.username): Seconds(row.gpu_seconds, row.cpu_seconds)
        for row in answer.rows
        if row.gpu_seconds or row.cpu_seconds
    }


def _difference(
    found: Compared, records: DayOfRecords, shift: int | None, around: Surroundings
) -> UsageDifference:
    account, username = found.key
    reason = reason_of(found, records, shift, around)
    return UsageDifference(
        day=found.day,
        account=account,
        username=username,
        portal_gpu_seconds=found.portal.gpu,
        portal_cpu_seconds=found.portal.cpu,
        slurm_gpu_seconds=found.slurm.gpu,
        slurm_cpu_seconds=found.slurm.cpu,
        records_gpu_seconds=found.records.gpu,
        records_cpu_seconds=found.records.cpu,
        reason=reason,
        detail=detail_of(reason, shift=shift, rolled_up_until=around.rolled_up_until),
    )
