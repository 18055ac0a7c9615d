"""Whether a request fits its track, in words for the applicant."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.numbers import grouped


@dataclass(frozen=True)
class TrackLimits:
    """The limits of a track that a request must keep."""

    min_gpu_hours: int
    max_gpu_hours: int
    max_sites: int
    lengths_in_months: tuple[int, ...]


def problems_of_request(
    *, limits: TrackLimits, hours_by_site: Mapping[str, int], months: int | None
) -> list[str]:
    """What keeps a request from fitting its track; empty when it fits."""
    problems = []
    total = sum(hours_by_site.values())
    if not hours_by_site:
        problems.append(_("Ask for GPU-hours at one site at least."))
    elif len(hours_by_site) > limits.max_sites:
        problems.append(
            ngettext(
                "This track gives time at one site only.",
                "This track gives time at %(sites)d sites at most.",
                limits.max_sites,
            )
            % {"sites": limits.max_sites}
        )
    if hours_by_site and not limits.min_gpu_hours <= total <= limits.max_gpu_hours:
        problems.append(
            _("This track gives between %(least)s and %(most)s GPU-hours; you ask for %(total)s.")
            % {
                "least": grouped(limits.min_gpu_hours),
                "most": grouped(limits.max_gpu_hours),
                "total": grouped(total),
            }
        )
    if months not in limits.lengths_in_months:
        problems.append(
            _("Choose one of the track's lengths: %(lengths)s months.")
            % {"lengths": ", ".join(str(length) for length in limits.lengths_in_months)}
        )
    return problems
