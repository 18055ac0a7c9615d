"""What an organisation has had of de minimis aid, and whether what it asks for still fits."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, CharField, F, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.models import DeclaredAid, Organisation, organisations_of_undertaking
from allocations.aid_received import prices_on
from allocations.models import AidGrant, Application
from allocations.rules.aid import (
    CEILING_CENTS,
    Aid,
    counted_cents,
    leaves_on,
    room_cents,
    value_cents,
)
from allocations.rules.units import MINUTES_AN_HOUR


@dataclass(frozen=True)
class AidLine:
    """One grant, by whom and to whom."""

    granted_on: date
    grantor: str
    organisation: Organisation
    cents: int
    declared_id: int | None
    """Of what the organisation declared itself and can take back; None for ours."""
    leaves_on: date
    counts: bool


@dataclass(frozen=True)
class AidOutlook:
    """The undertaking's aid on a day; `asked_cents` is what is asked for now, None if unknown."""

    lines: tuple[AidLine, ...]
    counted_cents: int
    room_cents: int
    ceiling_cents: int
    asked_cents: int | None

    @property
    def fits(self) -> bool:
        """Whether all that is asked for can be granted."""
        return self.asked_cents is not None and self.asked_cents <= self.room_cents

    @property
    def is_used_up(self) -> bool:
        """Whether nothing at all can be granted."""
        return self.room_cents == 0

    @property
    def over_cents(self) -> int:
        """How much too much is asked for."""
        return max((self.asked_cents or 0) - self.room_cents, 0)


def aid_outlook(
    organisation: Organisation, day: date, application: Application | None = None
) -> AidOutlook:
    """All that the organisation and the enterprises linked to it have had, the newest first."""
    members = organisations_of_undertaking(organisation)
    lines = sorted(_lines(members, day), key=lambda line: line.granted_on, reverse=True)
    aids = [Aid(line.granted_on, line.cents) for line in lines]
    return AidOutlook(
        lines=tuple(lines),
        counted_cents=counted_cents(aids, day),
        room_cents=room_cents(aids, day),
        ceiling_cents=CEILING_CENTS,
        asked_cents=_asked_cents(application, day) if application else None,
    )


def _lines(members: list[Organisation], day: date) -> list[AidLine]:
    columns = ("granted_on", "grantor", "organisation", "cents", "declared")
    declared = (
        DeclaredAid.objects.filter(organisation__in=members)
        .annotate(declared=F("pk"))
        .order_by()
        .values_list(*columns)
    )
    granted = (
        AidGrant.objects.standing()
        .filter(organisation__in=members)
        .annotate(
            grantor=Value("", CharField()),
            declared=Cast(Value(None), BigIntegerField()),
        )
        .order_by()
        .values_list(*columns)
    )
    ours = _("GPU time by this portal")
    named = {member.pk: member for member in members}
    return [
        AidLine(
            granted_on=granted_on,
            grantor=ours if declared_id is None else grantor,
            organisation=named[organisation_id],
            cents=cents,
            declared_id=declared_id,
            leaves_on=leaves_on(granted_on),
            counts=counted_cents([Aid(granted_on, cents)], day) > 0,
        )
        for granted_on, grantor, organisation_id, cents, declared_id in declared.union(
            granted, all=True
        )
    ]


def _asked_cents(application: Application, day: date) -> int | None:
    """The value of what is asked for; None where a site has no price, or nothing is asked for."""
    prices = prices_on(day)
    hours = {line.site_id: line.gpu_hours for line in application.requested_hours.all()}
    if not hours or not set(hours) <= set(prices):
        return None
    return sum(value_cents(count * MINUTES_AN_HOUR, prices[site]) for site, count in hours.items())
