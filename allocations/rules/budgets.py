"""The arithmetic of a budget: what a ledger's entries come to, and which entry may follow. Pure.

Amounts are whole GPU-minutes. What was used is cut off to whole minutes, as Slurm does when it
compares use with a limit; so a lapse and a renewal leave exactly the renewed minutes.

Slurm's side: the limit of a QOS with `NoDecay` is compared with a counter that is never reset
(`GrpTRESMins` and the flag `NoDecay`, sacctmgr(1); usage kept in StateSaveLocation/qos_usage).
The limit therefore is all that was ever granted minus what was taken or lapsed, and never what is
granted for the present period alone. Where a slurmctld has lost part of its counter, the limit is
lower by just that part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from allocations.rules.units import SECONDS_A_MINUTE

# The counter was measured to follow accounting to the second; it is told in whole minutes, and a
# decision should not hang on the moment at which a minute became full.
TOLERATED_MINUTES = 2


class EntryKind(TextChoices):
    """Why an amount changed."""

    AWARD = "award", _("Award")
    SUPPLEMENT = "supplement", _("Supplement")
    REDUCTION = "reduction", _("Reduction")
    RENEWAL = "renewal", _("Renewal")
    TRANSFER_OUT = "transfer_out", _("Transfer to another site")
    TRANSFER_IN = "transfer_in", _("Transfer from another site")
    REFUND = "refund", _("Refund")
    LAPSE = "lapse", _("Lapse")
    LAST_DAY = "last_day", _("Another last day")
    PAUSE = "pause", _("Pause")
    RESUMPTION = "resumption", _("Resumption")
    LEADER = "leader", _("Another leader")
    MEMBERS = "members", _("Change of members")


OF_NO_HOURS = frozenset(
    {
        EntryKind.LAST_DAY,
        EntryKind.PAUSE,
        EntryKind.RESUMPTION,
        EntryKind.LEADER,
        EntryKind.MEMBERS,
    }
)
"""What changed without an amount: the ledger says who could use the hours, and when."""


@dataclass(frozen=True)
class Entry:
    """One line of a ledger."""

    kind: str
    gpu_minutes: int


@dataclass(frozen=True)
class Use:
    """What is gone, as far as the portal and Slurm have told."""

    used_minutes: int = 0
    reserved_minutes: int = 0
    """What running jobs may still use until their time limits."""


class TooMuchError(ValueError):
    """More would be taken than there is; `most_minutes` is what there is."""

    def __init__(self, most_minutes: int) -> None:
        super().__init__(f"{most_minutes} GPU-minutes at most")
        self.most_minutes = most_minutes


@dataclass(frozen=True)
class Budget:
    """What a ledger and its use come to."""

    granted_minutes: int
    """The sum of the ledger: given, less what was taken and what has lapsed."""
    lapsed_minutes: int
    refunded_minutes: int
    before_minutes: int
    """Of the grant, what earlier periods used up: the sum of the ledger up to its last lapse."""
    use: Use

    @property
    def left_minutes(self) -> int:
        """What jobs have not used yet."""
        return max(self.granted_minutes - self.use.used_minutes, 0)

    @property
    def free_minutes(self) -> int:
        """What no job has used and none that runs may still use."""
        return max(self.left_minutes - self.use.reserved_minutes, 0)

    @property
    def used_percent(self) -> int:
        """How much of this period's grant is used, rounded, so that less than 0.5 % left is all."""
        granted = self.granted_minutes - self.before_minutes
        used = self.use.used_minutes - self.before_minutes
        if granted <= 0:
            return 0
        return min(max((200 * used + granted) // (2 * granted), 0), 100)

    def reduction(self, minutes: int) -> Entry:
        """Take minutes away; only free ones."""
        return Entry(EntryKind.REDUCTION, -self._at_most(minutes, self.free_minutes))

    def transfer(self, minutes: int) -> tuple[Entry, Entry]:
        """Move free minutes to another site: what leaves here, and what arrives there."""
        moved = self._at_most(minutes, self.free_minutes)
        return Entry(EntryKind.TRANSFER_OUT, -moved), Entry(EntryKind.TRANSFER_IN, moved)

    def refund(self, minutes: int) -> Entry:
        """Give used minutes back; never more than were used, all refunds together."""
        most = max(self.use.used_minutes - self.refunded_minutes, 0)
        return Entry(EntryKind.REFUND, self._at_most(minutes, most))

    def take_back_refund(self, minutes: int) -> Entry:
        """Take a refund back; only what no job has used by now."""
        return Entry(EntryKind.REFUND, -self._at_most(minutes, self.free_minutes))

    def lapse(self) -> Entry | None:
        """What ends with the last day: all that is free; None where that is nothing."""
        return Entry(EntryKind.LAPSE, -self.free_minutes) if self.free_minutes else None

    def _at_most(self, minutes: int, most: int) -> int:
        if minutes < 1:
            raise ValueError("an amount to move is positive")
        if minutes > most:
            raise TooMuchError(most)
        return minutes


def budget_of(ledger: Iterable[Entry], use: Use) -> Budget:
    """What these entries, in their order, and this use come to."""
    entries = list(ledger)
    return Budget(
        granted_minutes=_sum(entries),
        lapsed_minutes=-_sum(_of_kind(entries, EntryKind.LAPSE)),
        refunded_minutes=_sum(_of_kind(entries, EntryKind.REFUND)),
        before_minutes=_sum(entries[: _length_of_past(entries)]),
        use=use,
    )


def limit_in_slurm(granted_minutes: int, lost_minutes: int) -> int:
    """The limit of the QOS: the sum of the ledger, lower by what Slurm has forgotten was used."""
    return max(granted_minutes - lost_minutes, 0)


def lost_minutes(*, known: int, dropped: int, least: int, most: int) -> int:
    """What Slurm's counter lacks: what was known and by how much it fell, inside what can be.

    `least` and `most` are what it lacks by the record of jobs, with running ones left out as far as
    Slurm may not have counted them yet, and with all of them. Small differences are none.
    """
    if most <= TOLERATED_MINUTES:
        return 0
    fell = known + (dropped if dropped > TOLERATED_MINUTES else 0)
    return min(max(fell, least if least > TOLERATED_MINUTES else 0), most)


def minutes_of(seconds: int) -> int:
    """Whole minutes, cut off."""
    return seconds // SECONDS_A_MINUTE


def _length_of_past(entries: Sequence[Entry]) -> int:
    lapses = [place for place, entry in enumerate(entries) if entry.kind == EntryKind.LAPSE]
    return lapses[-1] + 1 if lapses else 0


def _of_kind(entries: Iterable[Entry], kind: EntryKind) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


def _sum(entries: Iterable[Entry]) -> int:
    return sum(entry.gpu_minutes for entry in entries)
