"""What `up` was told, remembered for the commands that follow."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from deploy.testbed.errors import UsageError
from deploy.testbed.layout import Layout, Site
from deploy.testbed.releases import NOWHERE, NewestSites, are_mixed, releases_by_site, runs_newest

SLURMDBD_MODES = ("shared", "each")


@dataclass(frozen=True)
class Settings:
    """The shape of a testbed."""

    slurmdbd: str = "shared"
    only_postgres: bool = False
    port_base: int = 0
    newest: NewestSites = NOWHERE


def stored_settings(layout: Layout) -> Settings | None:
    """What the last `up` was told; none before the first."""
    try:
        stored = json.loads(layout.settings.read_text())
    except FileNotFoundError:
        return None
    return Settings(**stored | {"newest": frozenset(stored.get("newest", ()))})


def store_settings(layout: Layout, settings: Settings) -> None:
    """Remember the shape of a testbed."""
    text = json.dumps(asdict(settings) | {"newest": sorted(settings.newest)})
    layout.settings.write_text(text)


def require_settings(layout: Layout) -> Settings:
    """What the last `up` was told, or an error before the first."""
    settings = stored_settings(layout)
    if settings is None:
        raise UsageError(f"No testbed is in {layout.state}.", "Run `deploy/testbed/testbed up`.")
    return settings


def has_newest_slurm(layout: Layout, site: Site | None) -> bool:
    """Whether a site's Slurm, or the shared slurmdbd, is the newest."""
    settings = stored_settings(layout)
    return settings is not None and runs_newest(settings.newest, site)


def choose_settings(
    layout: Layout,
    slurmdbd: str | None,
    only_postgres: bool,
    newest: NewestSites | None = None,
) -> Settings:
    """The shape asked for, if the testbed that stands there can take it; stored."""
    stored = stored_settings(layout)
    if stored is not None and stored.port_base != layout.port_base:
        raise UsageError(
            f"The testbed in {layout.state} has its ports from {stored.port_base} on,"
            f" not from {layout.port_base}.",
            f"Set BELFRY_PORT_BASE={stored.port_base}, or give the new one another BELFRY_STATE.",
        )
    if stored is not None and not stored.only_postgres:
        require_same_shape(layout, stored, slurmdbd, newest)
        return stored
    newest = newest or NOWHERE
    settings = Settings(
        slurmdbd_for(slurmdbd, newest), only_postgres, layout.port_base, newest=newest
    )
    store_settings(layout, settings)
    return settings


def slurmdbd_for(asked: str | None, newest: NewestSites) -> str:
    """How many slurmdbd there are: one for each release at least."""
    if not are_mixed(newest):
        return asked or "shared"
    if asked == "shared":
        raise UsageError(
            "A slurmdbd serves slurmctlds of its own release and the two before it only.",
            "Leave --slurmdbd out: sites of different releases get one each.",
        )
    return "each"


def require_same_shape(
    layout: Layout, stored: Settings, slurmdbd: str | None, newest: NewestSites | None
) -> None:
    """Refuse what would need another accounting than the one that is there."""
    advice = "Run `testbed clean` first: it removes the accounting that is there."
    if slurmdbd not in (None, stored.slurmdbd):
        raise UsageError(
            f"The testbed in {layout.state} keeps its accounting with slurmdbd"
            f" {stored.slurmdbd}; it cannot change to {slurmdbd}.",
            advice,
        )
    if newest not in (None, stored.newest):
        has = ", ".join(f"{n} {release}" for n, release in releases_by_site(stored.newest).items())
        raise UsageError(
            f"The testbed in {layout.state} has these Slurms: {has}; they cannot change.", advice
        )
