"""Portal, worker and bridges beside the testbed's clusters, started as in production.

Bridges run as a UNIX user of their own, as docs/install.md has it.

They are services of the testbed: recorded, waited for, and stopped by their process ids.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from deploy.testbed.bridge_user import bridge_user, make_bridge_user
from deploy.testbed.errors import StepError
from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.gpu_exporters import gpu_exporter_service, prepare_gpu_exporters
from deploy.testbed.installed_bridge import install_bridge
from deploy.testbed.layout import REPOSITORY, SITES, Layout, Site
from deploy.testbed.postgres import database_environment
from deploy.testbed.processes import Service, log_path, running, start, stop
from deploy.testbed.progress import Progress
from deploy.testbed.root_program import clusters_of, install_root_program
from deploy.testbed.slurm import commands_folder
from deploy.testbed.slurm_files import USER as SLURM_USER

VIRTUAL_ENVIRONMENT = REPOSITORY / ".venv"
BIN = VIRTUAL_ENVIRONMENT / "bin"
UID_MIN = 70_000
GIDS_APART = 1_000_000
MOST_PEOPLE = 1000
EVERYBODY = (1000, 2_000_000_000)


@dataclass(frozen=True)
class Stack:
    """A portal with its worker and two bridges on one testbed."""

    layout: Layout
    port: int
    username_prefix: str = "demo-"
    uid_min: int = UID_MIN
    extra_environment: Mapping[str, str] = field(default_factory=dict)
    has_gpus: bool = False
    """Whether nodes have exporters, on GPUs that play a script."""

    @property
    def url(self) -> str:
        """Where the portal answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def mail_folder(self) -> Path:
        """Where the portal's mails are written instead of being sent."""
        return self.layout.state / "mail"

    @property
    def environment(self) -> dict[str, str]:
        """The portal's settings."""
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "BELFRY_ENVIRONMENT": "development",
            "BELFRY_PUBLIC_URL": self.url,
            "BELFRY_BIND": f"127.0.0.1:{self.port}",
            "BELFRY_DATABASE_URL": database_environment(self.layout)["DATABASE_URL"],
            "BELFRY_MAIL_FOLDER": str(self.mail_folder),
            "BELFRY_UNIX_USERNAME_PREFIX": self.username_prefix,
            "BELFRY_UNIX_UID_MIN": str(self.uid_min),
            "BELFRY_UNIX_GROUP_GID_MIN": str(self.uid_min + GIDS_APART),
            "BELFRY_SITE_LATE_AFTER_SECONDS": "30",
            **self.extra_environment,
        }

    @property
    def root_folder(self) -> Path:
        """Where what the bridges may do as root is installed."""
        return self.layout.state / "root"

    @property
    def bridge_program(self) -> Path:
        """`slurm-bridge` as the bridges' user can start it."""
        return self.layout.state / "opt" / "slurm-bridge"

    def bridge_config(self, site: Site) -> Path:
        """The configuration file of a site's bridge."""
        return self.layout.state / "bridges" / f"{site.name}.toml"

    def services(self) -> Iterator[Service]:
        """Portal, worker, exporters and bridges, in the order of their start."""
        yield self.portal()
        yield self.worker()
        yield from self.gpu_exporters()
        for site in SITES:
            yield self.bridge(site)

    def portal(self) -> Service:
        """gunicorn, with the configuration that production uses."""
        return Service(
            name="portal",
            command=(
                str(BIN / "gunicorn"),
                "--chdir",
                str(REPOSITORY),
                "--config",
                str(REPOSITORY / "deploy" / "gunicorn.conf.py"),
                "portal.wsgi",
            ),
            user="root",
            is_ready=self.portal_answers,
            port=self.port,
            environment=self.environment,
        )

    def worker(self) -> Service:
        """The process that sends mail and does other slow work."""
        return Service(
            name="worker",
            command=(
                str(BIN / "python"),
                str(REPOSITORY / "manage.py"),
                "worker",
                "--interval=0.5",
            ),
            user="root",
            is_ready=lambda: running(self.layout, "worker") is not None,
            environment=self.environment,
        )

    def bridge(self, site: Site) -> Service:
        """A site's bridge."""
        name = f"bridge@{site.name}"
        return Service(
            name=name,
            command=(
                str(self.bridge_program),
                "run",
                "--config",
                str(self.bridge_config(site)),
            ),
            user=bridge_user(self.layout),
            is_ready=lambda: running(self.layout, name) is not None,
            environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONUNBUFFERED": "1"},
        )

    def gpu_exporters(self) -> Iterator[Service]:
        """One on each node, if there are any."""
        for site in SITES if self.has_gpus else ():
            for node in site.nodes:
                yield gpu_exporter_service(
                    self.layout,
                    site,
                    node,
                    program=self.bridge_program,
                    user=bridge_user(self.layout),
                )

    def bridge_command(self, *words: str) -> tuple[str, ...]:
        """One of the bridge's commands as its user, for whoever is root."""
        user = bridge_user(self.layout)
        become = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
        return (*become, str(self.bridge_program), *words)

    def portal_answers(self) -> bool:
        """Whether the portal and its database answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except (OSError, HTTPException):
            return False

    def manage(self, *arguments: str) -> str:
        """What one of the portal's commands printed."""
        log = log_path(self.layout, "manage")
        log.parent.mkdir(parents=True, exist_ok=True)
        finished = subprocess.run(
            [BIN / "python", REPOSITORY / "manage.py", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        with log.open("a") as output:
            output.write(f"$ manage.py {' '.join(arguments)}\n{finished.stderr}\n")
        if finished.returncode != 0:
            raise StepError(
                f"`manage.py {' '.join(arguments)}` failed.", log, "Read the log and run it again."
            )
        return finished.stdout.strip()


def start_stack(stack: Stack, progress: Progress) -> None:
    """Prepare the database and start whatever of the stack does not run."""
    with progress.step("database") as step:
        prepare(stack)
        step.outcome = "migrated, seeded"
    for service in stack.services():
        with progress.step(service.name) as step:
            step.outcome = "started" if start(stack.layout, service) else "was running"


def stop_stack(stack: Stack, progress: Progress) -> None:
    """Stop the stack, the last started first."""
    for service in reversed(list(stack.services())):
        if running(stack.layout, service.name):
            with progress.step(service.name) as step:
                stop(stack.layout, service)
                step.outcome = "stopped"


def prepare(stack: Stack) -> None:
    """Bring the database to its newest shape and write what the bridges need."""
    stack.mail_folder.mkdir(parents=True, exist_ok=True)
    stack.manage("migrate", "--verbosity=0")
    stack.manage("seed")
    install_bridge(stack.bridge_program.parent)
    make_bridge_user(stack.layout, bridge_user(stack.layout), install_for_bridges(stack))
    give_folders(stack)
    if stack.has_gpus:
        prepare_gpu_exporters(stack.layout, SITES, bridge_user(stack.layout))
    for site in SITES:
        write_bridge_config(stack, site)


def install_for_bridges(stack: Stack) -> Path:
    """belfry-root, and what it may do here."""
    return install_root_program(
        stack.root_folder,
        uids=(stack.uid_min, stack.uid_min + MOST_PEOPLE - 1),
        gids=(stack.uid_min + GIDS_APART, stack.uid_min + GIDS_APART + MOST_PEOPLE - 1),
        people=EVERYBODY,  # Some had accounts before Belfry.
        clusters=clusters_of(stack.layout, SITES),
        name_prefix=stack.username_prefix,
    )


def give_folders(stack: Stack) -> None:
    """What the bridges' user writes outside its state folder."""
    user = bridge_user(stack.layout)
    stack.layout.unix_users.touch()
    shutil.chown(stack.layout.unix_users, user)
    for site in SITES:
        login = owned_folder(stack.layout.login_folder(site), user)
        for path in (login, *login.rglob("*")):
            shutil.chown(path, user, SLURM_USER)
        login.chmod(0o2755)  # What is made in it belongs to Slurm's group.


def slurm_bin_line(stack: Stack, site: Site) -> str:
    """Where Slurm's commands are, for a site whose Slurm is not the machine's own."""
    folder = commands_folder(stack.layout, site)
    return f'slurm_bin = "{folder}"\n' if folder else ""


def gpu_section(stack: Stack, site: Site) -> str:
    """Where a site's bridge finds the exporters, if there are any."""
    if not stack.has_gpus:
        return ""
    addresses = ", ".join(
        f'{node} = "http://127.0.0.1:{stack.layout.gpu_exporter_port(site, node)}"'
        for node in site.nodes
    )
    return f"\n[gpu]\ninterval_seconds = 3\naddresses = {{{addresses}}}\n"


def write_bridge_config(stack: Stack, site: Site) -> None:
    """A configuration with quick intervals, and a token that only its bridge may read."""
    user, folder = bridge_user(stack.layout), stack.bridge_config(site).parent
    folder.mkdir(parents=True, exist_ok=True)
    token = folder / f"{site.name}.token"
    if not token.exists():
        owned_file(token, stack.manage("bridge_token", site.name) + "\n", user, 0o600)
    shutil.chown(token, user)
    owned_folder(folder / site.name, user, 0o700)
    config = f"""\
# The bridge of {site.name} on this testbed; production has longer intervals.
site = "{site.name}"
cluster = "{site.name}"
portal_url = "{stack.url}"
token_file = "{token}"
state_dir = "{folder / site.name}"
slurm_conf = "{stack.layout.slurm_conf(site)}"
{slurm_bin_line(stack, site)}partitions_file = "{stack.layout.partitions_file(site)}"
root_program = "{stack.root_folder / "belfry-root"}"
directory = "local"
login_dir = "{stack.layout.login_folder(site)}"
reconcile_interval_seconds = 20
accounting_interval_seconds = 3
heartbeat_interval_seconds = 5

[local_directory]
record_file = "{stack.layout.unix_users}"
{gpu_section(stack, site)}"""
    owned_file(stack.bridge_config(site), config, mode=0o644)
