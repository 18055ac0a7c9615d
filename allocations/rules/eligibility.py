"""Which tracks fit six answers, and why the others do not. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.numbers import grouped
from allocations.rules.aid import CEILING_CENTS, CENTS_A_EURO, value_cents
from allocations.rules.units import MINUTES_AN_HOUR


class Seat(TextChoices):
    """Where an organisation is established."""

    EU = "eu", gettext_lazy("In the European Union")
    ASSOCIATED = "associated", gettext_lazy("In a country associated with Horizon Europe")
    ELSEWHERE = "elsewhere", gettext_lazy("Elsewhere")


class Purpose(TextChoices):
    """What the results are for."""

    CIVIL = "civil", gettext_lazy("Civil")
    DUAL_USE = "dual_use", gettext_lazy("Civil, and could serve the military too")
    MILITARY = "military", gettext_lazy("Military")


@dataclass(frozen=True)
class Answers:
    """What somebody said of what they need."""

    organisation_kind: str
    seat: str
    purpose: str
    gpu_hours: int
    months: int
    aid_euros: int
    """De minimis aid of the last three years, of all linked enterprises together."""


@dataclass(frozen=True)
class TrackTerms:
    """What a track asks."""

    code: str
    name: str
    is_open: bool
    organisation_kinds: frozenset[str]
    min_gpu_hours: int
    max_gpu_hours: int
    lengths_in_months: tuple[int, ...]
    has_gate: bool
    cents_per_gpu_hour: int | None
    """The lowest unit price of its sites, if any is known."""


@dataclass(frozen=True)
class Verdict:
    """Whether one track fits; `reasons` says why not."""

    terms: TrackTerms
    reasons: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether somebody with these answers can apply."""
        return not self.reasons


def verdicts(
    answers: Answers, tracks: Iterable[TrackTerms], *, enterprise_kinds: frozenset[str]
) -> list[Verdict]:
    """Each track with its reasons; aid matters to enterprises alone."""
    is_aid = answers.organisation_kind in enterprise_kinds
    return [Verdict(terms, tuple(_reasons(answers, terms, is_aid=is_aid))) for terms in tracks]


def shortest_length(lengths_in_months: Iterable[int], months: int) -> int | None:
    """The shortest length of a track that is long enough."""
    return min((length for length in lengths_in_months if length >= months), default=None)


def _reasons(answers: Answers, terms: TrackTerms, *, is_aid: bool) -> Iterator[str]:
    if not terms.is_open:
        yield _("It takes no applications at present.")
    if answers.seat == Seat.ELSEWHERE:
        yield _("The organisation must be established in the EU or an associated country.")
    if answers.organisation_kind not in terms.organisation_kinds:
        yield _("It is not for organisations of your kind.")
    if answers.purpose != Purpose.CIVIL and not terms.has_gate:
        yield _("It is for civil use alone.")
    if answers.gpu_hours < terms.min_gpu_hours:
        yield _("It begins at %(least)s GPU-hours.") % {"least": grouped(terms.min_gpu_hours)}
    if answers.gpu_hours > terms.max_gpu_hours:
        yield _("It ends at %(most)s GPU-hours.") % {"most": grouped(terms.max_gpu_hours)}
    if shortest_length(terms.lengths_in_months, answers.months) is None:
        yield _("It lasts %(most)d months at most.") % {"most": max(terms.lengths_in_months)}
    if is_aid and _exceeds_ceiling(answers, terms):
        yield _(
            "With the aid you had, it would exceed %(limit)s € of state aid in three years."
        ) % {"limit": grouped(CEILING_CENTS // CENTS_A_EURO)}


def _exceeds_ceiling(answers: Answers, terms: TrackTerms) -> bool:
    had = answers.aid_euros * CENTS_A_EURO
    price = terms.cents_per_gpu_hour or 0
    return had + value_cents(answers.gpu_hours * MINUTES_AN_HOUR, price) > CEILING_CENTS
