"""belfry-root as a site's administrator would install it, with a file of what it may do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.layout import REPOSITORY, Layout, Site
from deploy.testbed.slurm import commands_folder

SOURCE = REPOSITORY / "slurm_bridge" / "root_program.py"
INSTALLED_CONFIG = "/etc/belfry/root.toml"
NAME = "belfry-root"
Numbers = tuple[int, int]
"""The first and the last."""


def install_root_program(
    folder: Path,
    *,
    uids: Numbers,
    gids: Numbers,
    people: Numbers | None = None,
    clusters: Mapping[str, Mapping[str, str]],
    **words: str,
) -> Path:
    """Write the program and its file into a folder of root's; returns the program."""
    owned_folder(folder, "root")
    config = folder / "root.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in words.items()]
    for key, numbers in (("uids", uids), ("gids", gids), ("people", people or uids)):
        lines.append(f"{key} = {list(numbers)}")
    for name, table in clusters.items():
        lines += [f"[clusters.{name}]", *(f"{k} = {json.dumps(v)}" for k, v in table.items())]
    owned_file(config, "\n".join(lines) + "\n")
    text = SOURCE.read_text().replace(INSTALLED_CONFIG, str(config))
    return owned_file(folder / NAME, text, mode=0o755)


def clusters_of(layout: Layout, sites: Iterable[Site]) -> dict[str, dict[str, str]]:
    """Where the program finds the clusters of a testbed."""
    found = {}
    for site in sites:
        folder = commands_folder(layout, site)
        found[site.name] = {
            "slurm_conf": str(layout.slurm_conf(site)),
            "slurm_bin": str(folder or ""),
            "partitions_file": str(layout.partitions_file(site)),
        }
    return found
