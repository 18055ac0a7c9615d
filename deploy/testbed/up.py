"""Bring a testbed up: whatever of it does not run is prepared and started."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from deploy.testbed.errors import StepError
from deploy.testbed.gpus import make_devices, write_driver_files
from deploy.testbed.layout import SITES, Layout, Site
from deploy.testbed.lock import one_at_a_time
from deploy.testbed.mariadb import allow_slurmdbd, mariadb_service, prepare_mariadb
from deploy.testbed.munge import munge_service, prepare_munge
from deploy.testbed.newest_build import make_newest_slurm
from deploy.testbed.packages import POSTGRES_PACKAGES, SLURM_PACKAGES, install_missing
from deploy.testbed.postgres import create_portal_database, postgres_service, prepare_postgres
from deploy.testbed.processes import Service, log_path, running, start
from deploy.testbed.progress import Progress
from deploy.testbed.releases import NewestSites, are_mixed
from deploy.testbed.services import slurmdbd_owners
from deploy.testbed.settings import Settings, choose_settings
from deploy.testbed.slurm import (
    close_partitions,
    nodes_not_ready,
    slurmctld_service,
    slurmd_service,
    slurmdbd_service,
)
from deploy.testbed.slurm_files import write_slurm_files, write_slurmdbd_files

NODES_READY_SECONDS = 60


def bring_up(
    layout: Layout,
    *,
    slurmdbd: str | None = None,
    newest: NewestSites | None = None,
    only_postgres: bool = False,
    progress: Progress | None = None,
) -> Settings:
    """Start whatever of the testbed does not run; returns once `sbatch` would start jobs."""
    progress = progress or Progress()
    for folder in (layout.state, layout.logs, layout.processes):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    with one_at_a_time(layout):
        settings = choose_settings(layout, slurmdbd, only_postgres, newest)
        install_packages(layout, only_postgres, progress)
        if only_postgres:
            bring_up_postgres(layout, progress)
            return settings
        if settings.newest:
            require_newest(settings, progress)
        with ThreadPoolExecutor() as pool:
            # PostgreSQL and Slurm know nothing of each other.
            postgres = pool.submit(bring_up_postgres, layout, progress)
            bring_up_slurm(layout, settings, progress, pool)
            postgres.result()
    return settings


def install_packages(layout: Layout, only_postgres: bool, progress: Progress) -> None:
    """Install what is missing of Debian's packages."""
    wanted = POSTGRES_PACKAGES if only_postgres else POSTGRES_PACKAGES + SLURM_PACKAGES
    with progress.step("packages") as step:
        installed = install_missing(wanted, log_path(layout, "packages"))
        step.outcome = f"{len(installed)} installed" if installed else "all there"


def require_newest(settings: Settings, progress: Progress) -> None:
    """Make the newest Slurm if it is not there, and say what follows from having two."""
    make_newest_slurm(progress)
    if are_mixed(settings.newest):
        progress.say("  The sites' releases are too far apart for one slurmdbd: each gets its own.")


def bring_up_postgres(layout: Layout, progress: Progress) -> None:
    """Start the portal's database."""
    start_service(layout, postgres_service(layout), progress, lambda: prepare_postgres(layout))
    create_portal_database(layout)


def bring_up_slurm(
    layout: Layout, settings: Settings, progress: Progress, pool: ThreadPoolExecutor
) -> None:
    """Start both clusters and what they stand on."""
    start_service(layout, munge_service(layout), progress, lambda: prepare_munge(layout))
    start_service(layout, mariadb_service(layout), progress, lambda: prepare_mariadb(layout))
    allow_slurmdbd(layout)
    owners = slurmdbd_owners(settings)
    all_done(pool.map(lambda owner: bring_up_slurmdbd(layout, owner, progress), owners))
    all_done(pool.map(lambda site: bring_up_site(layout, settings, site, progress), SITES))


def bring_up_slurmdbd(layout: Layout, owner: Site | None, progress: Progress) -> None:
    """Start the shared slurmdbd, or a site's own."""
    service = slurmdbd_service(layout, owner)
    start_service(layout, service, progress, lambda: write_slurmdbd_files(layout, owner))


def bring_up_site(layout: Layout, settings: Settings, site: Site, progress: Progress) -> None:
    """Start a site's slurmctld and nodes, and wait until jobs could start on them."""
    owner = site if settings.slurmdbd == "each" else None
    make_devices(layout, site)
    write_driver_files(layout, site)
    start_service(
        layout,
        slurmctld_service(layout, site),
        progress,
        lambda: write_slurm_files(layout, site, layout.slurmdbd_port(owner)),
    )
    for node in site.nodes:
        start_service(layout, slurmd_service(layout, site, node), progress)
    with progress.step(f"nodes of {site.name}") as step:
        wait_for_nodes(layout, site)
        close_partitions(layout, site)
        step.outcome = f"{len(site.nodes)} ready"


def start_service(
    layout: Layout,
    service: Service,
    progress: Progress,
    prepare: Callable[[], None] = lambda: None,
) -> None:
    """Start a service on files prepared for it, or leave it alone if it runs."""
    with progress.step(service.name) as step:
        if running(layout, service.name) is None:
            prepare()
        step.outcome = "started" if start(layout, service) else "was running"


def all_done(results: Iterator[None]) -> None:
    """Wait for every result; raise the first failure."""
    for _ in results:
        continue


def wait_for_nodes(layout: Layout, site: Site) -> None:
    """Return once Slurm would start a job on each of the site's nodes."""
    deadline = time.monotonic() + NODES_READY_SECONDS
    while waiting := nodes_not_ready(layout, site):
        if time.monotonic() > deadline:
            log = log_path(layout, f"slurmctld@{site.name}")
            raise StepError(
                f"Nodes of {site.name} are not ready: {', '.join(waiting)}.",
                log,
                "Read the log; `testbed clean` and `testbed up` start from nothing.",
            )
        time.sleep(0.2)
