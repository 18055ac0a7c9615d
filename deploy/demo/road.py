"""The main job: apply, review, approve, accept, sbatch at both sites, see the hours."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deploy.demo.browser import Browser
from deploy.demo.figures import Figure, figures_of
from deploy.demo.people import ADA, BRAM
from deploy.demo.stack import Stack
from deploy.demo.steps import (
    Approval,
    apply_for_time,
    approve,
    hand_in,
    invite,
    join,
    reviewer,
    username_of,
    wait_for_end,
    wait_for_submission,
    wait_until,
)
from deploy.testbed.layout import CHARLEROI, SITES, ZELLIK, Site
from deploy.testbed.progress import Progress

HOURS = {ZELLIK: 1200, CHARLEROI: 600}
USAGE_SECONDS = 90


@dataclass(frozen=True)
class Outcome:
    """What the road led to."""

    project: str
    username: str
    figures: list[Figure]


def play_road(stack: Stack, progress: Progress) -> Outcome:
    """From an application to GPU hours in the report; raises where a step fails."""
    with progress.step("Ada applies") as step:
        ada, reference = apply_for_time(stack, ADA, track="pa", hours=HOURS, months=6)
        invite(ada, reference, BRAM)
        hand_in(ada, reference)
        step.outcome = f"{reference} submitted"
    with progress.step("Bram joins the team") as step:
        join(stack, BRAM)
        step.outcome = "invitation accepted"
    with progress.step("Staf grants, Ada agrees") as step:
        approval = approve(reviewer(stack), ada, reference)
        step.outcome = approval.project
    username = username_of(stack, ada, approval.project, ADA)
    jobs = _submit_everywhere(stack, progress, approval, username)
    with progress.step("jobs run") as step:
        for site, job in jobs.items():
            wait_for_end(stack, site, job)
        step.outcome = f"{len(jobs)} completed"
    with progress.step("hours in the portal") as step:
        figures = _wait_for_figures(stack, ada, approval.project)
        step.outcome = "as Slurm's own"
    return Outcome(approval.project, username, figures)


def _submit_everywhere(
    stack: Stack, progress: Progress, approval: Approval, username: str
) -> dict[Site, str]:
    def submit(site: Site) -> str:
        job = wait_for_submission(stack, site, approval.project, username)
        seconds = time.monotonic() - approval.accepted_at
        progress.say(f"  {site.name.title()} took sbatch {seconds:.1f} s after that")
        return job

    with ThreadPoolExecutor() as pool:
        return dict(zip(SITES, pool.map(submit, SITES), strict=True))


def _wait_for_figures(stack: Stack, ada: Browser, project: str) -> list[Figure]:
    figures: list[Figure] = []

    def complete() -> bool:
        figures[:] = figures_of(stack, ada, project)
        return all(figure.agrees for figure in figures)

    wait_until(
        complete,
        USAGE_SECONDS,
        f"The portal's hours of {project} did not become Slurm's.",
        "Read the bridges' logs; `slurm-bridge once` shows what goes wrong.",
    )
    return figures
