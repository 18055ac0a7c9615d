"""Zellik with a bridge that is run one cycle at a time, so that a fault can be put into each."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.demo.browser import Browser
from deploy.demo.people import ADA, Person
from deploy.demo.stack import Stack
from deploy.demo.steps import apply_for_time, approve, hand_in, wait_until
from deploy.testbed.errors import TestbedError
from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import Service, running, start, stop
from deploy.testbed.services import service_named
from deploy.testbed.settings import require_settings
from deploy.testbed.slurm import nodes_not_ready
from tests.end_to_end.breakpoints import Breakpoints
from tests.end_to_end.running_job import RunningJob
from tests.testbed import Testbed

CYCLE_SECONDS = 240
RESTART_SECONDS = 90
RESTARTED = ("mariadb", "slurmdbd", "slurmctld@zellik", "portal")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
ADVICE = "Read the logs in the testbed's folder."


@dataclass(frozen=True)
class FaultySite:
    """One site, its portal, and the programs of its bridge."""

    stack: Stack
    testbed: Testbed
    staff: Browser
    breakpoints: Breakpoints
    config: Path
    prefix: tuple[str, ...] = ()
    """What the bridge is started with, such as another clock."""

    def with_config(self, name: str, **changes: str) -> "FaultySite":
        """The same site, with other values in its bridge's configuration."""
        lines = self.config.read_text().splitlines()
        top = lines.index("[local_directory]")
        kept = [line for line in lines[:top] if line.split(" = ")[0] not in changes]
        fresh = [f"{key} = {value}" for key, value in changes.items()]
        path = self.config.with_name(f"{name}.toml")
        path.write_text("\n".join([*kept, *fresh, "", *lines[top:]]) + "\n")
        return replace(self, config=path)

    def begin(self, command: str = "once") -> subprocess.Popen[str]:
        """Start one cycle and return at once."""
        return subprocess.Popen(
            [*self.prefix, *self.stack.bridge_command(command, "--config", str(self.config))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            text=True,
        )

    def cycle(self) -> str:
        """One whole cycle; what it complained of."""
        with self.begin() as process:
            return process.communicate(timeout=CYCLE_SECONDS)[1]

    def pending(self) -> list[dict[str, object]]:
        """What the bridge would still change."""
        finished = subprocess.run(
            [
                *self.prefix,
                *self.stack.bridge_command("plan", "--json", "--config", str(self.config)),
            ],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=CYCLE_SECONDS,
            check=False,
        )
        assert finished.stdout, finished.stderr
        changes: list[dict[str, object]] = json.loads(finished.stdout)["changes"]
        return changes

    def approve_project(self, person: Person = ADA) -> str:
        """Something for the next cycle to do: a project with its leader."""
        applicant, reference = apply_for_time(
            self.stack, person, track="pg", hours={ZELLIK: 100}, months=1
        )
        hand_in(applicant, reference)
        return approve(self.staff, applicant, reference).project

    def associations(self) -> set[str]:
        """Every association of the cluster."""
        answer = self.testbed.slurm(
            "zellik",
            *("sacctmgr", "-nP", "show", "assoc", "cluster=zellik"),
            "format=Account,User,ParentName,QOS,DefaultQOS",
        )
        return set(answer.splitlines())

    def service(self, name: str) -> Service:
        """A process of the portal or of Slurm."""
        ours = {item.name: item for item in self.stack.services()}
        if name in ours:
            return ours[name]
        return service_named(self.stack.layout, require_settings(self.stack.layout), name)

    def bring_down(self, name: str, *, kill: bool) -> None:
        """End a process, as a crash or as an administrator would."""
        stop(self.stack.layout, self.service(name), kill=kill)

    def bring_back(self) -> None:
        """Start again whatever has ended, as systemd would, and wait until jobs would start."""
        for name in RESTARTED:
            service = self.service(name)
            wait_until(lambda s=service: self._is_started(s), RESTART_SECONDS, f"no {name}", ADVICE)
        wait_until(
            lambda: not nodes_not_ready(self.stack.layout, ZELLIK),
            RESTART_SECONDS,
            "the nodes stay away",
            ADVICE,
        )

    def _is_started(self, service: Service) -> bool:
        try:
            start(self.stack.layout, service)
        except TestbedError:
            # Children of a killed process notice only after a moment that it is gone.
            return False
        return True


@contextmanager
def faulty_site(stack: Stack, testbed: Testbed, staff: Browser) -> Iterator[FaultySite]:
    """Take Zellik's own bridge away for so long."""
    folder = stack.layout.state / "breakpoints"
    breakpoints = Breakpoints(folder)
    breakpoints.install()
    own = stack.bridge(ZELLIK)
    was_running = running(stack.layout, own.name) is not None
    if was_running:
        stop(stack.layout, own)
    original = FaultySite(stack, testbed, staff, breakpoints, stack.bridge_config(ZELLIK))
    try:
        yield original.with_config("faulty", slurm_bin=f'"{breakpoints.folder}"')
    finally:
        if was_running:
            start(stack.layout, own)


def wrong_at(site: FaultySite, project: str, before: set[str], job: RunningJob) -> str:
    """What is not as it should be once a fault has been repaired; empty if all is well."""
    after = site.associations()
    wrong = [f"still to do: {change}" for change in site.pending()]
    wrong += [f"lost: {row}" for row in sorted(before - after)]
    if not any(row.startswith(f"{project}|") for row in after):
        wrong.append(f"{project} has no account")
    if job.state != "RUNNING":
        wrong.append(f"job {job.number} is {job.state or 'gone'}")
    return "; ".join(wrong)
