"""A ledger told as a story: what each entry did, and what the grant was after it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from allocations.models import LedgerEntry
from allocations.rules.budgets import EntryKind
from allocations.tables.words import shown_hours


@dataclass(frozen=True)
class LedgerLine:
    """One entry and the sum after it, in GPU-minutes."""

    entry: LedgerEntry
    sentence: str
    granted_after: int
    jobs: int = 0
    """How many lost runs it gave back."""
    is_reversible: bool = False
    """Whether it gave lost runs back, and no later entry took that back."""


def ledger_lines(entries: Iterable[LedgerEntry]) -> list[LedgerLine]:
    """One allocation's entries in their order, each with the sum so far."""
    lines = []
    granted = 0
    known = list(entries)
    reversed_ones = {entry.counterpart_id for entry in known}
    for entry in known:
        granted += entry.gpu_minutes
        jobs = getattr(entry, "job_count", 0) if entry.gpu_minutes > 0 else 0
        is_reversible = bool(jobs) and entry.pk not in reversed_ones
        lines.append(LedgerLine(entry, sentence_of(entry), granted, jobs, is_reversible))
    return lines


def sentence_of(entry: LedgerEntry) -> str:
    """What an entry did, with its hours and its site."""
    words = {
        "hours": shown_hours(abs(entry.gpu_minutes) * 60),
        "site": entry.allocation.site.name,
    }
    if entry.kind == EntryKind.REFUND and entry.gpu_minutes < 0:
        return (
            gettext("%(hours)s GPU-hours that had been given back at %(site)s were taken.") % words
        )
    return str(_SENTENCES[EntryKind(entry.kind)]) % words


_SENTENCES: dict[EntryKind, str | Promise] = {
    EntryKind.AWARD: _("%(hours)s GPU-hours were granted at %(site)s."),
    EntryKind.SUPPLEMENT: _("%(hours)s GPU-hours were added at %(site)s."),
    EntryKind.REDUCTION: _("%(hours)s GPU-hours were taken back at %(site)s."),
    EntryKind.RENEWAL: _("Renewed with %(hours)s GPU-hours at %(site)s."),
    EntryKind.TRANSFER_OUT: _("%(hours)s GPU-hours left %(site)s for another site."),
    EntryKind.TRANSFER_IN: _("%(hours)s GPU-hours came to %(site)s from another site."),
    EntryKind.REFUND: _("%(hours)s GPU-hours were given back at %(site)s."),
    EntryKind.LAPSE: _("%(hours)s unspent GPU-hours lapsed at %(site)s."),
    EntryKind.LAST_DAY: _("The last day at %(site)s was moved."),
    EntryKind.PAUSE: _("New jobs at %(site)s were stopped."),
    EntryKind.RESUMPTION: _("New jobs at %(site)s were let in again."),
    EntryKind.LEADER: _("Another member leads the project."),
    EntryKind.MEMBERS: _("The members of the project changed."),
}
