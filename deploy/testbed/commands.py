"""What each command does."""

from __future__ import annotations

import json
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict

from deploy.testbed.down import clean, take_down
from deploy.testbed.history import make_history
from deploy.testbed.layout import layout_from_environment, site_named
from deploy.testbed.lock import one_at_a_time
from deploy.testbed.postgres import database_environment
from deploy.testbed.processes import start, stop
from deploy.testbed.progress import GREEN, RED, painted, progress_on_terminal
from deploy.testbed.releases import newest_sites
from deploy.testbed.services import service_named
from deploy.testbed.settings import require_settings
from deploy.testbed.shell import become
from deploy.testbed.slurm import commands_folder, slurm_environment
from deploy.testbed.status import ServiceStatus, readable_seconds, service_statuses
from deploy.testbed.up import bring_up

SOMETHING_IS_DOWN = 3


def up(asked: Namespace) -> int:
    """Start what does not run yet."""
    layout = layout_from_environment()
    progress = progress_on_terminal()
    with progress.step("testbed") as step:
        bring_up(
            layout,
            slurmdbd=asked.slurmdbd,
            newest=newest_sites(asked.slurm) if asked.slurm else None,
            only_postgres=asked.only == "postgres",
            progress=progress,
        )
        step.outcome = "up"
    progress.say(f"Its folder is {layout.state}.")
    return 0


def down(asked: Namespace) -> int:
    """Stop everything."""
    take_down(layout_from_environment(), progress=progress_on_terminal())
    return 0


def remove(asked: Namespace) -> int:
    """Stop everything and remove what it left."""
    clean(layout_from_environment(), progress=progress_on_terminal())
    return 0


def status(asked: Namespace) -> int:
    """Say what runs."""
    layout = layout_from_environment()
    services = service_statuses(layout)
    all_up = bool(services) and all(service.is_running for service in services)
    if asked.json:
        rows = [asdict(service) for service in services]
        print(json.dumps({"state": str(layout.state), "up": all_up, "services": rows}, indent=2))
    elif not services:
        print(f"No testbed is in {layout.state}; `testbed up` makes one.")
    else:
        print("\n".join(status_line(service) for service in services))
    return 0 if all_up else SOMETHING_IS_DOWN


def status_line(service: ServiceStatus) -> str:
    """One service in one line."""
    port = str(service.port or "socket")
    if service.pid is None or service.uptime_seconds is None:
        return f"{service.name:<24}{painted('down', RED, sys.stdout)}      see {service.log}"
    state = painted("running", GREEN, sys.stdout)
    uptime = readable_seconds(service.uptime_seconds)
    return f"{service.name:<24}{state}   port {port:<8}pid {service.pid:<8}for {uptime}"


def env(asked: Namespace) -> int:
    """Print exports for a shell to evaluate."""
    layout = layout_from_environment()
    if asked.site == "postgres":
        variables = database_environment(layout)
    else:
        site = site_named(asked.site)
        variables = slurm_environment(layout, site)
        if folder := commands_folder(layout, site):
            print(f"export PATH={shlex.quote(str(folder))}:$PATH")
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def shell(asked: Namespace) -> int:
    """Become a user on a site's login node."""
    become(layout_from_environment(), site_named(asked.site), asked.user, asked.words)


def stop_one(asked: Namespace) -> int:
    """Stop or kill one service."""
    layout = layout_from_environment()
    service = service_named(layout, require_settings(layout), asked.service)
    with one_at_a_time(layout), progress_on_terminal().step(service.name) as step:
        stopped = stop(layout, service, kill=asked.kill)
        step.outcome = ("killed" if asked.kill else "stopped") if stopped else "was not running"
    return 0


def start_one(asked: Namespace) -> int:
    """Start one service again, with the files that it had."""
    layout = layout_from_environment()
    service = service_named(layout, require_settings(layout), asked.service)
    with one_at_a_time(layout), progress_on_terminal().step(service.name) as step:
        step.outcome = "started" if start(layout, service) else "was running"
    return 0


def history(asked: Namespace) -> int:
    """Fill a site's accounting with past jobs."""
    make_history(
        layout_from_environment(),
        site_named(asked.site),
        jobs=asked.jobs,
        days=asked.days,
        seed=asked.seed,
        progress=progress_on_terminal(),
    )
    return 0


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "up": up,
    "down": down,
    "clean": remove,
    "status": status,
    "env": env,
    "shell": shell,
    "stop": stop_one,
    "start": start_one,
    "history": history,
}
