"""The portal's figures of a project beside Slurm's own."""

from __future__ import annotations

import time
from dataclasses import dataclass

from deploy.demo.browser import Browser
from deploy.demo.stack import Stack
from deploy.testbed.layout import SITES, Site
from deploy.testbed.sreport import tres_seconds_by_user

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Figure:
    """One project at one site."""

    project: str
    site: str
    granted_hours: float
    used_seconds: int
    jobs: int
    slurm_seconds: int

    @property
    def agrees(self) -> bool:
        """Whether something was used, and the portal says exactly what Slurm says."""
        return self.used_seconds == self.slurm_seconds and self.used_seconds > 0


def figures_of(stack: Stack, browser: Browser, project: str) -> list[Figure]:
    """A project's figures at each site, from the portal and from sreport."""
    answer = browser.client.get(f"/projects/{project}/usage.json")
    answer.raise_for_status()
    rows = {row["site"]: row for row in answer.json()["allocations"]}
    return [
        Figure(
            project=project,
            site=site.name,
            granted_hours=rows[site.name]["granted_gpu_minutes"] / 60,
            used_seconds=rows[site.name]["used_gpu_seconds"],
            jobs=rows[site.name]["jobs"],
            slurm_seconds=slurm_gpu_seconds(stack, site, project),
        )
        for site in SITES
    ]


def slurm_gpu_seconds(stack: Stack, site: Site, project: str) -> int:
    """What Slurm's own report says that a project used until this moment."""
    since = int(time.time()) - 2 * SECONDS_A_DAY
    report = tres_seconds_by_user(stack.layout, site, since=since)
    return sum(used for (account, _login), used in report.items() if account == project)
