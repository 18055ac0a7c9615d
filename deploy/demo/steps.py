"""The steps of the main job as people take them, for the demonstration, tests and benchmarks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deploy.demo.browser import Browser
from deploy.demo.long_form import fill_in_sections
from deploy.demo.people import STAF, Person, mailed_link, sign_in
from deploy.demo.stack import Stack
from deploy.testbed.errors import StepError, TestbedError
from deploy.testbed.layout import CHARLEROI, ZELLIK, Site
from deploy.testbed.processes import log_path
from deploy.testbed.shell import run_as
from deploy.testbed.slurm import run_slurm

PARTITIONS = {ZELLIK: "h200", CHARLEROI: "gpu"}
GPUS = {ZELLIK: 4, CHARLEROI: 2}
READY_SECONDS = 60
ENDED = frozenset({"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL", "OUT_OF_MEMORY"})
NEVER = ("Unknown", "None")


class RoadError(TestbedError):
    """A step of the road did not lead where it should."""


@dataclass(frozen=True)
class Approval:
    """A decision that was just made, and accepted."""

    project: str
    accepted_at: float
    """When the applicant accepted it, by the monotonic clock: before, nothing is set up."""
    planned: tuple[str, ...]
    """What the portal said before that would change in Slurm."""


def apply_for_time(
    stack: Stack, person: Person, *, track: str, hours: Mapping[Site, int], months: int
) -> tuple[Browser, str]:
    """A complete draft; the person's browser and the application's reference."""
    browser = sign_in(stack, person)
    browser.open("/applications/new")
    browser.submit(f"/applications/new/{track}")
    reference = _reference(browser.address)
    _fill_in(browser, reference, hours, months)
    return browser, reference


def invite(browser: Browser, reference: str, person: Person) -> None:
    """Ask somebody into the team."""
    browser.open(f"/applications/{reference}/")
    browser.submit(f"/applications/{reference}/invite", {"email": person.email})


def hand_in(browser: Browser, reference: str) -> None:
    """Submit the application."""
    browser.open(f"/applications/{reference}/")
    browser.submit(f"/applications/{reference}/submit")


def join(stack: Stack, person: Person) -> Browser:
    """Follow the mailed invitation and accept it."""
    browser = sign_in(stack, person)
    link = mailed_link(stack, person, "/invitations/")
    browser.open(link)
    browser.submit(link.removeprefix(stack.url))
    return browser


def reviewer(stack: Stack) -> Browser:
    """The browser of a member of staff."""
    staf = sign_in(stack, STAF)
    stack.manage("set_role", STAF.email, "staff")
    return staf


def approve(staf: Browser, applicant: Browser, reference: str) -> Approval:
    """Approve all that was asked for; the applicant accepts it."""
    staf.open(f"/staff/applications/{reference}/preview")
    planned = tuple(re.findall(r"create account aif\d\w+ under \w+", staf.text()))
    _take_steps(staf, reference)
    staf.open(f"/staff/applications/{reference}/")
    staf.submit(
        f"/staff/applications/{reference}/approve",
        {"approve-reason": "A sound plan with a clear public benefit."},
    )
    project = staf.address.rstrip("/").rsplit("/", 1)[-1]
    if not project.startswith("aif"):
        raise RoadError(f"The approval did not lead to a project: {staf.text()[:300]}")
    accept(applicant, reference)
    return Approval(project, time.monotonic(), planned)


def _take_steps(staf: Browser, reference: str) -> None:
    """Record each step that the track asks for before the decision."""
    staf.open(f"/staff/applications/{reference}/")
    for address in staf.forms():
        if "/steps/" in address:
            staf.submit(address)


def accept(applicant: Browser, reference: str) -> None:
    """Sign the terms of the award that was offered."""
    applicant.open(f"/applications/{reference}/offer")
    applicant.submit(f"/applications/{reference}/offer", {"accepts": True})
    if "/projects/" not in applicant.address:
        raise RoadError(f"The offer was not accepted: {applicant.text()[:300]}")


def username_of(stack: Stack, browser: Browser, project: str, person: Person) -> str:
    """The person's UNIX user name, as the project's page shows it."""
    browser.open(f"/projects/{project}/")
    stem = f"{stack.username_prefix}{person.first_name[0]}{person.last_name}".lower()
    found = re.search(rf"{stem}\d*", browser.text())
    if found is None:
        raise RoadError(f"The page of {project} does not show {person.first_name}'s user name.")
    return found.group()


def sbatch(site: Site, project: str, *options: str, command: str = "sleep 6") -> list[str]:
    """A submission to a site; `options` come last and win."""
    return [
        "sbatch",
        "--parsable",
        f"--account={project}",
        f"--partition={PARTITIONS[site]}",
        f"--gres=gpu:{GPUS[site]}",
        "--time=5",
        "--output=/dev/null",
        *options,
        f"--wrap={command}",
    ]


def wait_for_submission(stack: Stack, site: Site, project: str, username: str) -> str:
    """Submit as a member until Slurm accepts; the job's number."""
    accepted: list[str] = []

    def submitted() -> bool:
        try:
            answer = run_as(stack.layout, site, username, sbatch(site, project))
        except TestbedError:
            return False  # The bridge has not made the UNIX user yet.
        if answer.returncode == 0:
            accepted.append(answer.stdout.strip().split(";")[0])
        return answer.returncode == 0

    wait_until(
        submitted,
        READY_SECONDS,
        f"{site.name} did not accept a job of {project} within {READY_SECONDS} s.",
        f"Read {log_path(stack.layout, f'bridge@{site.name}')}.",
    )
    return accepted[0]


def wait_for_end(stack: Stack, site: Site, job: str) -> None:
    """Return when accounting knows that every run of a job has ended, and all else of it.

    A slurmctld that was killed may give a number again. Until slurmdbd has heard of the new job,
    sacct shows the old one by that number, which has ended. Of a job that was shorter than the
    five seconds in which slurmctld gathers starts, slurmdbd hears the end first; until it has
    heard when the job was eligible, too, Slurm's own sums leave it out.
    """
    submitted_at = _submitted_at(stack, site, job)

    def ended() -> bool:
        fields = "Submit,Eligible,Start,State"
        text = run_slurm(stack.layout, site, "sacct", "-nXP", "-j", job, "-o", fields)
        rows = [line.split("|") for line in text.splitlines() if line]
        runs = [run for run in rows if run[0] >= submitted_at]
        return bool(runs) and all(
            state.split()[0] in ENDED and (eligible != "Unknown" or start in NEVER)
            for _, eligible, start, state in runs
        )

    wait_until(ended, READY_SECONDS, f"Job {job} at {site.name} did not end.", "Look at squeue.")


def _submitted_at(stack: Stack, site: Site, job: str) -> str:
    """When slurmctld took a job, in its words; empty where it has forgotten it."""
    try:
        return min(
            run_slurm(
                stack.layout, site, "squeue", "-h", "-t", "all", "-j", job, "-o", "%V"
            ).splitlines(),
            default="",
        )
    except StepError:
        return ""


def wait_until(done: Callable[[], bool], seconds: float, message: str, advice: str) -> None:
    """Return when something is so; raise RoadError when it takes too long."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise RoadError(message, advice)
        time.sleep(0.2)


def _fill_in(browser: Browser, reference: str, hours: Mapping[Site, int], months: int) -> None:
    browser.open("/organisations/new")
    browser.submit(
        "/organisations/new",
        {
            "enterprise_number": "0403.019.261",
            "name": "Klokkenlabo",
            "kind": "public",
            "postcode": "1731",
        },
    )
    browser.open(f"/applications/{reference}/edit")
    choices = browser.page.xpath("//select[@name='organisation']/option/@value")
    browser.submit(
        f"/applications/{reference}/edit",
        {
            "title": "Hearing a bell before it cracks",
            "abstract": "We train a model on the sound of bells, so that a crack is heard years "
            "before it is seen, and publish the model and the recordings.",
            "purpose": "Training of an audio model on 40,000 hours of recordings.",
            "organisation": next(choice for choice in choices if choice),
            "months": str(months),
            **{f"hours_{site.name}": str(count) for site, count in hours.items()},
        },
    )
    fill_in_sections(browser, reference)


def _reference(address: str) -> str:
    found = re.search(r"A\d\d-\d{5}", address)
    if found is None:
        raise RoadError(f"No application was started; the browser is at {address}.")
    return found.group()
