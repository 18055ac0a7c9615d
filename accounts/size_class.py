"""Whether an enterprise is micro, small, medium or large, and why. Pure.

EU Recommendation 2003/361: own figures, those of linked enterprises in full, those of partners by
their share; a quarter or more in public hands makes it large.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WHOLE_PERCENT = 100
PARTNER_FROM_PERCENT = 25
LINKED_ABOVE_PERCENT = 50
PUBLIC_FROM_PERCENT = 25
MILLION = 1_000_000


class SizeClass(TextChoices):
    """The classes of the recommendation."""

    MICRO = "micro", gettext_lazy("Micro enterprise")
    SMALL = "small", gettext_lazy("Small enterprise")
    MEDIUM = "medium", gettext_lazy("Medium enterprise")
    LARGE = "large", gettext_lazy("Large enterprise")


@dataclass(frozen=True)
class Ceiling:
    """Below so many people, and no more of one of the two amounts."""

    size_class: SizeClass
    people: int
    turnover_euros: int
    balance_euros: int


CEILINGS = (
    Ceiling(SizeClass.MICRO, 10, 2 * MILLION, 2 * MILLION),
    Ceiling(SizeClass.SMALL, 50, 10 * MILLION, 10 * MILLION),
    Ceiling(SizeClass.MEDIUM, 250, 50 * MILLION, 43 * MILLION),
)


@dataclass(frozen=True)
class Size:
    """People in full-time years, turnover and balance sheet of the last closed year."""

    people: int
    turnover_euros: int
    balance_euros: int

    def times(self, factor: int) -> "Size":
        """Each figure times a whole number."""
        return Size(self.people * factor, self.turnover_euros * factor, self.balance_euros * factor)

    def plus(self, other: "Size") -> "Size":
        """Both together."""
        return Size(
            self.people + other.people,
            self.turnover_euros + other.turnover_euros,
            self.balance_euros + other.balance_euros,
        )


@dataclass(frozen=True)
class Relation:
    """Another enterprise: linked, or a partner with a share of so many percent."""

    name: str
    is_linked: bool
    percent: int
    size: Size | None

    @property
    def counted_percent(self) -> int:
        """How much of its figures counts."""
        return WHOLE_PERCENT if self.is_linked else self.percent


@dataclass(frozen=True)
class SizeVerdict:
    """The class, None while figures are missing, and how it was found, line by line."""

    size_class: SizeClass | None
    reasons: tuple[str, ...]

    @property
    def is_sme(self) -> bool:
        """Whether it is small or medium, or smaller."""
        return self.size_class not in (None, SizeClass.LARGE)


def size_verdict(
    own: Size | None, relations: Sequence[Relation], *, public_percent: int
) -> SizeVerdict:
    """The class with its reasons."""
    if public_percent >= PUBLIC_FROM_PERCENT:
        reason = _("%(percent)d %% is in public hands; from %(limit)d %% on it is no SME.")
        said = reason % {"percent": public_percent, "limit": PUBLIC_FROM_PERCENT}
        return SizeVerdict(SizeClass.LARGE, (said,))
    absent = [relation.name for relation in relations if relation.size is None]
    if own is None or absent:
        return SizeVerdict(None, tuple(_what_is_absent(own, absent)))
    # In hundredths, so that shares stay exact.
    total = own.times(WHOLE_PERCENT)
    reasons = [_("Own figures: %(figures)s.") % {"figures": _figures(total)}]
    for relation in relations:
        part = (relation.size or Size(0, 0, 0)).times(relation.counted_percent)
        total = total.plus(part)
        reasons.append(_of_relation(relation, part))
    if relations:
        reasons.append(_("Together: %(figures)s.") % {"figures": _figures(total)})
    found = next((ceiling for ceiling in CEILINGS if _is_below(total, ceiling)), None)
    reasons.append(_conclusion(found))
    return SizeVerdict(found.size_class if found else SizeClass.LARGE, tuple(reasons))


def _what_is_absent(own: Size | None, names: Iterable[str]) -> Iterator[str]:
    if own is None:
        yield _("Enter headcount, turnover and balance sheet of the last closed year.")
    for name in names:
        yield _("Enter the figures of %(name)s.") % {"name": name}


def _is_below(hundredths: Size, ceiling: Ceiling) -> bool:
    return hundredths.people < ceiling.people * WHOLE_PERCENT and (
        hundredths.turnover_euros <= ceiling.turnover_euros * WHOLE_PERCENT
        or hundredths.balance_euros <= ceiling.balance_euros * WHOLE_PERCENT
    )


def _of_relation(relation: Relation, part: Size) -> str:
    names = {
        "name": relation.name,
        "percent": relation.percent,
        "figures": _figures(part),
    }
    if relation.is_linked:
        return _("%(name)s is linked and counts in full: %(figures)s.") % names
    return _("%(name)s is a partner and counts with %(percent)d %%: %(figures)s.") % names


def _conclusion(found: Ceiling | None) -> str:
    if found is None:
        last = CEILINGS[-1]
        return _(
            "That is %(people)s people or more, or above both %(turnover)s € of turnover and"
            " %(balance)s € of balance sheet: no SME."
        ) % _limits(last)
    return _(
        "That is under %(people)s people, and at most %(turnover)s € of turnover or %(balance)s €"
        " of balance sheet."
    ) % _limits(found)


def _limits(ceiling: Ceiling) -> dict[str, str]:
    return {
        "people": _whole(ceiling.people),
        "turnover": _whole(ceiling.turnover_euros),
        "balance": _whole(ceiling.balance_euros),
    }


def _figures(hundredths: Size) -> str:
    return _("%(people)s people, %(turnover)s € of turnover, %(balance)s € of balance sheet") % {
        "people": number_format(
            hundredths.people / WHOLE_PERCENT,
            decimal_pos=1 if hundredths.people % WHOLE_PERCENT else 0,
            force_grouping=True,
        ),
        "turnover": _whole(hundredths.turnover_euros // WHOLE_PERCENT),
        "balance": _whole(hundredths.balance_euros // WHOLE_PERCENT),
    }


def _whole(number: int) -> str:
    return number_format(number, force_grouping=True)
