"""Which Slurm each site runs: Debian's own of this machine, or the newest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeGuard

from deploy.testbed.errors import UsageError
from deploy.testbed.layout import SITES, Site, site_named

Release = Literal["debian", "newest"]
RELEASES: tuple[Release, ...] = ("debian", "newest")

# The names of the sites that run the newest Slurm; all others run Debian's.
NewestSites = frozenset[str]
NOWHERE: NewestSites = frozenset()
EVERYWHERE: NewestSites = frozenset(site.name for site in SITES)


def newest_sites(words: Sequence[str]) -> NewestSites:
    """What `--slurm newest` or `--slurm charleroi=newest` asks for, a later word prevailing."""
    chosen: dict[str, Release] = {}
    for word in words:
        name, equals, release = word.rpartition("=")
        if not is_release(release):
            raise UsageError(
                f"There is no Slurm {release!r}.", f"Name one of: {', '.join(RELEASES)}."
            )
        sites = (site_named(name),) if equals else SITES
        chosen |= {site.name: release for site in sites}
    return frozenset(name for name, release in chosen.items() if release == "newest")


def is_release(word: str) -> TypeGuard[Release]:
    """Whether that is the name of a Slurm that the testbed can have."""
    return word in RELEASES


def are_mixed(newest: NewestSites) -> bool:
    """Whether the sites run different releases."""
    return newest not in (NOWHERE, EVERYWHERE)


def releases_by_site(newest: NewestSites) -> Mapping[str, Release]:
    """For people: each site with its release."""
    return {site.name: "newest" if site.name in newest else "debian" for site in SITES}


def runs_newest(newest: NewestSites, site: Site | None) -> bool:
    """Whether a site runs the newest, or all of them do: then their shared slurmdbd does too."""
    return newest == EVERYWHERE if site is None else site.name in newest
