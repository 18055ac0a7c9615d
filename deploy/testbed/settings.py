"""What `up` was told, remembered for the commands that follow."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from deploy.testbed.errors import UsageError
from deploy.testbed.layout import Layout

SLURMDBD_MODES = ("shared", "each")


@dataclass(frozen=True)
class Settings:
    """The shape of a testbed."""

    slurmdbd: str = "shared"
    only_postgres: bool = False
    port_base: int = 0


def stored_settings(layout: Layout) -> Settings | None:
    """What the last `up` was told; none before the first."""
    try:
        return Settings(**json.loads(layout.settings.read_text()))
    except FileNotFoundError:
        return None


def require_settings(layout: Layout) -> Settings:
    """What the last `up` was told, or an error before the first."""
    settings = stored_settings(layout)
    if settings is None:
        raise UsageError(f"No testbed is in {layout.state}.", "Run `deploy/testbed/testbed up`.")
    return settings


def choose_settings(layout: Layout, slurmdbd: str | None, only_postgres: bool) -> Settings:
    """The shape asked for, if the testbed that stands there can take it; stored."""
    stored = stored_settings(layout)
    if stored is not None and stored.port_base != layout.port_base:
        raise UsageError(
            f"The testbed in {layout.state} has its ports from {stored.port_base} on,"
            f" not from {layout.port_base}.",
            f"Set BELFRY_PORT_BASE={stored.port_base}, or give the new one another BELFRY_STATE.",
        )
    has_slurm = stored is not None and not stored.only_postgres
    if has_slurm and stored is not None:
        if slurmdbd not in (None, stored.slurmdbd):
            raise UsageError(
                f"The testbed in {layout.state} keeps its accounting with slurmdbd"
                f" {stored.slurmdbd}; it cannot change to {slurmdbd}.",
                "Run `testbed clean` first: it removes the accounting that is there.",
            )
        return stored
    settings = Settings(slurmdbd or "shared", only_postgres, layout.port_base)
    layout.settings.write_text(json.dumps(asdict(settings)))
    return settings
