"""Slurm's daemons: slurmdbd, a slurmctld for each site, a slurmd for each node."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from deploy.testbed.errors import StepError
from deploy.testbed.hostname import on_loopback
from deploy.testbed.layout import Layout, Site
from deploy.testbed.newest_folder import newest_slurm, with_newest
from deploy.testbed.processes import Service, log_path
from deploy.testbed.settings import has_newest_slurm
from deploy.testbed.slurm_files import EMPTY_ACCOUNT, USER, slurmdbd_name
from deploy.testbed.sockets import is_listening

SYSTEM_PATH = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")


def slurmdbd_service(layout: Layout, site: Site | None) -> Service:
    """The shared slurmdbd, or a site's own."""
    name = slurmdbd_name(site)
    port = layout.slurmdbd_port(site)
    service = Service(
        name=name,
        command=("/usr/sbin/slurmdbd", "-D"),
        user=USER,
        port=port,
        is_ready=lambda: is_listening(port),
        environment={"SLURM_CONF": str(layout.state / name / "slurm.conf")},
    )
    return of_release(layout, site, service)


def slurmctld_service(layout: Layout, site: Site) -> Service:
    """A site's controller."""
    port = layout.slurmctld_port(site)
    service = Service(
        name=f"slurmctld@{site.name}",
        command=("/usr/sbin/slurmctld", "-D"),
        user=USER,
        port=port,
        is_ready=lambda: is_listening(port),
        environment={"SLURM_CONF": str(layout.slurm_conf(site))},
    )
    return of_release(layout, site, service)


def slurmd_service(layout: Layout, site: Site, node: str) -> Service:
    """A node's daemon, which runs jobs as their users."""
    port = layout.slurmd_port(site, node)
    service = Service(
        name=f"slurmd@{node}",
        command=("/usr/sbin/slurmd", "-D", "-N", node),
        leaves_children=True,
        user="root",
        port=port,
        is_ready=lambda: is_listening(port),
        environment={"SLURM_CONF": str(layout.slurm_conf(site))},
    )
    return of_release(layout, site, service)


def of_release(layout: Layout, site: Site | None, service: Service) -> Service:
    """The daemon of the Slurm that the site has, or that the shared slurmdbd is of."""
    newest = has_newest_slurm(layout, site)
    return on_loopback(with_newest(service) if newest else service)


def commands_folder(layout: Layout, site: Site) -> Path | None:
    """Where a site's commands are, if not where Debian puts them."""
    return newest_slurm().commands if has_newest_slurm(layout, site) else None


def search_path(layout: Layout, site: Site, *folders: str) -> str:
    """A PATH on which a site's commands come first."""
    commands = commands_folder(layout, site)
    return os.pathsep.join([*([str(commands)] if commands else []), *folders])


def slurm_environment(layout: Layout, site: Site) -> dict[str, str]:
    """What a site's Slurm commands need in their environment."""
    return {
        "SLURM_CONF": str(layout.slurm_conf(site)),
        "BELFRY_SITE": site.name,
        "BELFRY_LOGIN_DIR": str(layout.login_folder(site)),
    }


def run_slurm(layout: Layout, site: Site, *command: str) -> str:
    """Run a Slurm command at a site as root; what it printed."""
    finished = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={"PATH": search_path(layout, site, *SYSTEM_PATH), "LANG": "C.UTF-8"}
        | slurm_environment(layout, site),
        timeout=120,
        check=False,
    )
    if finished.returncode != 0:
        said = (finished.stderr or finished.stdout).strip()
        message = f"`{' '.join(command)}` at {site.name} failed: {said}"
        raise StepError(message, log_path(layout, f"slurmctld@{site.name}"), "Read the log.")
    return finished.stdout


def close_partitions(layout: Layout, site: Site) -> None:
    """Make the account that the newest Slurm's closed partitions name, once."""
    if not has_newest_slurm(layout, site):
        return
    where = (f"account={EMPTY_ACCOUNT}", f"cluster={site.name}")
    if not run_slurm(layout, site, "sacctmgr", "-nP", "show", "assoc", *where):
        where = (f"name={EMPTY_ACCOUNT}", f"cluster={site.name}")
        run_slurm(layout, site, "sacctmgr", "-i", "add", "account", *where)


def nodes_not_ready(layout: Layout, site: Site) -> list[str]:
    """The site's nodes that Slurm would not start a job on, with their state."""
    answer = run_slurm(layout, site, "sinfo", "-N", "-h", "-o", "%N %T")
    states = dict(line.split() for line in answer.splitlines())
    usable = ("idle", "mixed", "allocated", "completing")
    return [
        f"{node} {states.get(node, 'unknown')}"
        for node in site.nodes
        if states.get(node) not in usable
    ]
