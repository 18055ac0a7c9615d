"""What the published tracks ask, as the eligibility rule reads it."""

from datetime import date

from accounts.models import Organisation
from allocations.aid_received import prices_on
from allocations.models import TrackVersion
from allocations.rules.eligibility import Answers, TrackTerms, Verdict, verdicts


def verdicts_on(day: date, answers: Answers) -> list[Verdict]:
    """Which tracks fit on a day, those first, and why the others do not."""
    prices = prices_on(day)
    versions = TrackVersion.objects.on(day).with_choices()
    in_order = sorted(versions, key=lambda version: version.track.position)
    terms = [_terms(version, prices) for version in in_order]
    found = verdicts(answers, terms, enterprise_kinds=Organisation.ENTERPRISES)
    return sorted(found, key=lambda verdict: not verdict.fits)


def _terms(version: TrackVersion, prices: dict[int, int]) -> TrackTerms:
    sites = {partition.site_id for partition in version.partitions.all()}
    known = [prices[site] for site in sites if site in prices]
    return TrackTerms(
        code=version.track.code,
        name=version.track.shown_name,
        is_open=version.track.is_open,
        organisation_kinds=frozenset(version.organisation_kinds),
        min_gpu_hours=version.min_gpu_hours,
        max_gpu_hours=version.max_gpu_hours,
        lengths_in_months=tuple(version.lengths_in_months),
        has_gate=version.has_gate,
        cents_per_gpu_hour=min(known, default=None),
    )
