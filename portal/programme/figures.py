"""All figures of the programme for one selection, in a fixed number of queries."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, partial

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Organisation
from allocations.models import Site, Track
from allocations.rules.months import months_between
from allocations.rules.regions import Region
from allocations.site_overview import has_accounting
from portal.programme import access, compute, gpus, people, service
from portal.programme.kpis import KPIS, Kpi
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.values import NO_DATA, Found, Number, Value, percent
from portal.remembered import Remembered, standings
from portal.reports.settled import SETTLED

HOURS_A_DAY = 24


@dataclass(frozen=True)
class Named:
    """A part of the whole, as programs and as people call it."""

    key: str
    name: str


@dataclass(frozen=True)
class Places:
    """The sites and published tracks, and from which sites no accounting was ever read."""

    sites: Sequence[Site]
    tracks: Sequence[Track]
    silent: frozenset[str]

    @classmethod
    def read(cls, sites: QuerySet[Site] | None = None) -> "Places":
        """In two queries; `sites` are all of them, with what else is wanted of them."""
        unread = ("status__heartbeat",)
        found = Site.objects.all() if sites is None else sites
        with_status = list(found.select_related("status").defer(*unread))
        silent = {site.code for site in with_status if not has_accounting(site)}
        return cls(
            sites=with_status,
            tracks=list(Track.objects.published()),
            silent=frozenset(silent),
        )


@dataclass(frozen=True)
class Programme:
    """What was found, ready to be shown, exported or published."""

    selection: ProgrammeSelection
    places: Places
    found: Found
    computed_at: datetime

    def value(self, key: str, part: str | None = None) -> Value:
        """A figure of the whole, or of one part."""
        return self.found.get((part, key), NO_DATA)

    def number(self, kpi: Kpi, part: str | None = None) -> Number:
        """The number of a figure, or None for “no data”."""
        return self.value(kpi.key, part).number

    @cached_property
    def parts(self) -> list[Named]:
        """The parts of the division, in their order, also those in which nothing happened."""
        return parts_of(self.selection, self.places)

    @property
    def selected_words(self) -> list[str]:
        """To what the figures are narrowed down, in words; the period is not among them."""
        chosen = self.selection
        names = {site.code: site.name for site in self.places.sites}
        names |= {track.code: track.shown_name for track in self.places.tracks}
        names |= {value: str(label) for value, label in Region.choices}
        names |= {value: str(label) for value, label in Organisation.Kind.choices}
        wanted = (chosen.site, chosen.track, chosen.region, chosen.kind)
        return [names[word] for word in wanted if word]

    @property
    def silent_sites(self) -> list[str]:
        """Names of the selected sites whose use is unknown."""
        wanted = self.selection.site
        return [
            site.name
            for site in self.places.sites
            if site.code in self.places.silent and wanted in ("", site.code)
        ]


def programme(
    selection: ProgrammeSelection, places: Places, *, with_people: bool = False
) -> Programme:
    """All figures; the people behind most of them are counted only where somebody asks."""
    standing, settled = standings(_DECIDED, SETTLED)
    decided = _DECIDED.answer(
        # Reports are due by the day, where the portal is.
        (selection, with_people, timezone.localdate()),
        partial(_decided, selection, with_people=with_people),
        standing,
    )
    found: Found = {
        **decided,
        **compute.used(selection, with_people=with_people),
        **gpus.measured(selection, with_people=with_people),
        **service.waits(selection, settled),
        **service.capacity(selection),
    }
    now = datetime.now(UTC)
    whole = Programme(selection, places, found, now)
    found |= _filled(whole) | _of_capacity(whole, now.date())
    found |= _coverage(whole)
    return whole


def _decided(selection: ProgrammeSelection, *, with_people: bool) -> Found:
    """What people decided, and not what sites tell every few seconds."""
    return {
        **access.handed_in_and_decided(selection, with_people=with_people),
        **access.stays(selection),
        **people.in_projects(selection),
        **compute.granted(selection, with_people=with_people),
    }


# All that the statements of these figures read.
_DECIDED: Remembered[Found] = Remembered(
    (
        "accounts.Organisation",
        "allocations.AidGrant",
        "allocations.Allocation",
        "allocations.Application",
        "allocations.Decision",
        "allocations.FinalReport",
        "allocations.LedgerEntry",
        "allocations.Membership",
        "allocations.PoolDraw",
        "allocations.Project",
        "allocations.RequestedHours",
        "allocations.Site",
        "allocations.Track",
        "allocations.Transition",
    )
)


def parts_of(selection: ProgrammeSelection, places: Places) -> list[Named]:
    """The parts of a division that the selection leaves, by name."""
    by, wanted = selection.by, ""
    if by == Division.MONTH:
        return [
            Named(month.isoformat()[:7], date_format(month, "YEAR_MONTH_FORMAT"))
            for month in months_between(selection.first, selection.last)
        ]
    if by == Division.SITE:
        named = [Named(site.code, site.name) for site in places.sites]
        wanted = selection.site
    elif by == Division.TRACK:
        named = [Named(track.code, track.shown_name) for track in places.tracks]
        wanted = selection.track
    elif by == Division.REGION:
        named = [Named(region.value, str(region.label)) for region in Region]
        wanted = selection.region
    elif by == Division.KIND:
        named = [Named(kind.value, str(kind.label)) for kind in Organisation.Kind]
        wanted = selection.kind
    else:
        return [Named("", _("Not known: no sector is recorded yet"))]
    return [part for part in named if wanted in ("", part.key)]


def _filled(whole: Programme) -> Found:
    """Nothing happened is 0 where the portal itself would know, or a site that reports would."""
    filled: Found = {}
    parts = [None, *(part.key for part in whole.parts)]
    heard = len(whole.silent_sites) < _selected_sites(whole)
    for part in parts:
        is_heard = heard and not (
            whole.selection.by == Division.SITE and part in whole.places.silent
        )
        for key in (*_COUNTED, *(_READ if is_heard else ())):
            if whole.value(key, part).number is None:
                filled[part, key] = Value(0)
        if not is_heard:
            filled |= {(part, key): NO_DATA for key in (*_READ, "wait_p50", "wait_p90")}
    return filled


_COUNTED = (
    "applications", "decisions", "requested",
    "organisations", "smes", "start_ups", "people", "first_time_people",
    "granted", "unspent",
)  # fmt: skip
_READ = ("used", "failed")


def _selected_sites(whole: Programme) -> int:
    return sum(whole.selection.site in ("", site.code) for site in whole.places.sites)


def _of_capacity(whole: Programme, today: date) -> Found:
    """What is asked and seen against the hours there were; unknown for parts of the projects."""
    by, selection = whole.selection.by, whole.selection
    found: Found = {}
    for part in [None, *(part.key for part in whole.parts)]:
        has_capacity = selection.is_of_sites_alone and (
            part is None or by in (Division.MONTH, Division.SITE)
        )
        if not has_capacity:
            found |= {(part, kpi.key): NO_DATA for kpi in KPIS if kpi.is_of_sites_alone}
            continue
        requested = whole.value("requested", part).number
        available = whole.value("available", part).number
        found[part, "requested_of_available"] = Value(percent(requested or 0, available))
        seen = whole.value("seen", part).number
        sites = 1 if by == Division.SITE and part is not None else _selected_sites(whole)
        month = part if by == Division.MONTH else None
        hours = HOURS_A_DAY * sites * _days_until(selection, month, today)
        found[part, "seen"] = Value(percent(seen, hours))
    return found


def _coverage(whole: Programme) -> Found:
    """How much of the use is measured, in the whole and in each part."""
    return {
        (part, "telemetry"): gpus.coverage(whole.value("measured", part), whole.value("used", part))
        for part in [None, *(part.key for part in whole.parts)]
    }


def _days_until(selection: ProgrammeSelection, month: str | None, today: date) -> int:
    """Days of the period, or of one month of it, that have begun."""
    first, last = selection.first, min(selection.last, today)
    if month is not None:
        start = date.fromisoformat(f"{month}-01")
        first = max(first, start)
        last = min(last, start.replace(day=monthrange(start.year, start.month)[1]))
    return max((last - first).days + 1, 0)
