"""Take a testbed down, and remove what it left."""

from __future__ import annotations

import grp
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress

from deploy.testbed.bridge_user import bridge_user, remove_sudo_rule
from deploy.testbed.errors import TestbedError, UsageError
from deploy.testbed.layout import SITES, Layout, Site
from deploy.testbed.leftovers import end_leftovers
from deploy.testbed.lock import one_at_a_time
from deploy.testbed.processes import Service, running, stop
from deploy.testbed.progress import Progress
from deploy.testbed.services import all_services
from deploy.testbed.settings import stored_settings
from deploy.testbed.slurm import run_slurm

# Never remove an account of the system, whatever a list of users says.
FIRST_PERSON_UID = 1000
JOBS_END_SECONDS = 10


def take_down(layout: Layout, *, progress: Progress | None = None) -> None:
    """Stop every process that the testbed started, the last started first."""
    progress = progress or Progress()
    settings = stored_settings(layout)
    if settings is None:
        return
    with one_at_a_time(layout):
        if not settings.only_postgres:
            for site in SITES:
                cancel_jobs(layout, site, progress)
        for service in reversed(list(all_services(layout, settings))):
            if running(layout, service.name):
                stop_service(layout, service, progress)
        end_leftovers(layout)


def cancel_jobs(layout: Layout, site: Site, progress: Progress) -> None:
    """Cancel what runs at a site, so that its end is in the accounting; what waits goes on waiting.

    A job whose processes merely vanished would run on in Slurm's books until its time limit.
    """
    if not running(layout, f"slurmctld@{site.name}"):
        return
    # A slurmctld that does not answer is stopped all the same.
    with suppress(TestbedError, subprocess.TimeoutExpired):
        if not unfinished_jobs(layout, site):
            return
        with progress.step(f"jobs of {site.name}") as step:
            run_slurm(layout, site, "scancel", "--state=RUNNING")
            run_slurm(layout, site, "scancel", "--state=SUSPENDED")
            deadline = time.monotonic() + JOBS_END_SECONDS
            while unfinished_jobs(layout, site) and time.monotonic() < deadline:
                time.sleep(0.2)
            step.outcome = "cancelled"


def unfinished_jobs(layout: Layout, site: Site) -> list[str]:
    """The jobs that have processes at a site."""
    return run_slurm(layout, site, "squeue", "--noheader", "--format=%A", "--states=R,S,CG").split()


def stop_service(layout: Layout, service: Service, progress: Progress) -> None:
    """Stop one service."""
    with progress.step(service.name) as step:
        stop(layout, service)
        step.outcome = "stopped"


def clean(layout: Layout, *, progress: Progress | None = None) -> None:
    """Take the testbed down, and remove its folder and the UNIX users made for it."""
    progress = progress or Progress()
    if not layout.state.exists():
        return
    require_testbed_folder(layout)
    take_down(layout, progress=progress)
    with progress.step("UNIX users") as step:
        remove_sudo_rule(bridge_user(layout))
        step.outcome = f"{len(remove_unix_users(layout))} removed"
    with progress.step(str(layout.state)) as step:
        shutil.rmtree(layout.state)
        step.outcome = "removed"


def require_testbed_folder(layout: Layout) -> None:
    """Refuse to remove a folder that `up` did not make."""
    if any(layout.state.iterdir()) and stored_settings(layout) is None:
        raise UsageError(
            f"{layout.state} holds files but no testbed.json, so no testbed made it.",
            "Set BELFRY_STATE to the testbed's folder, or remove this one by hand.",
        )


def remove_unix_users(layout: Layout) -> list[str]:
    """Remove the UNIX users and groups that the bridges recorded, with the users' homes."""
    if not layout.unix_users.exists():
        return []
    return remove_people(layout.unix_users.read_text().split())


def people_called(prefix: str) -> list[str]:
    """The UNIX users, and with an `@` the groups, whose names begin so: as bridges record them."""
    users = [user.pw_name for user in pwd.getpwall() if user.pw_name.startswith(prefix)]
    return users + [
        f"@{group.gr_name}" for group in grp.getgrall() if group.gr_name.startswith(prefix)
    ]


def remove_people(recorded: Iterable[str]) -> list[str]:
    """Remove UNIX users and groups, with the users' homes; returns the users that there were."""
    names = dict.fromkeys(recorded)
    removed = [name for name in names if is_person(name)]
    for name in removed:
        subprocess.run(["userdel", "--remove", name], timeout=60, check=False, capture_output=True)
    for group in (name.removeprefix("@") for name in names if name.startswith("@")):
        if is_group_of_people(group):
            subprocess.run(["groupdel", group], timeout=60, check=False, capture_output=True)
    return removed


def is_person(name: str) -> bool:
    """Whether a UNIX user of that name exists and is no account of the system."""
    try:
        return pwd.getpwnam(name).pw_uid >= FIRST_PERSON_UID
    except KeyError:
        return False


def is_group_of_people(name: str) -> bool:
    """Whether a UNIX group of that name exists and is none of the system."""
    try:
        return grp.getgrnam(name).gr_gid >= FIRST_PERSON_UID
    except KeyError:
        return False
