"""A site in trouble: no network, no disk, a wrong clock, a slow Slurm."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.demo.browser import Browser
from deploy.demo.stack import Stack
from deploy.demo.steps import wait_until
from deploy.testbed.bridge_user import bridge_user
from tests.end_to_end.conftest import GiveProject
from tests.end_to_end.faulty_site import CYCLE_SECONDS, FaultySite, faulty_site, wrong_at
from tests.end_to_end.network import site_network
from tests.end_to_end.reports import query
from tests.end_to_end.running_job import RunningJob, running_job
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm


@pytest.fixture
def site(stack: Stack, testbed: Testbed, staff_browser: Browser) -> Iterator[FaultySite]:
    with faulty_site(stack, testbed, staff_browser) as found:
        found.cycle()
        yield found


@pytest.fixture
def job(give_project: GiveProject) -> Iterator[RunningJob]:
    with running_job(give_project) as found:
        yield found


@contextmanager
def full_disk(folder: Path, user: str, *files: Path, mode: str = "700") -> Iterator[None]:
    """A file system of the bridge's at this folder, on which not one byte is left."""
    folder.mkdir(exist_ok=True)
    options = f"size=64k,mode={mode},uid={pwd.getpwnam(user).pw_uid}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        for file in files:
            shutil.chown(shutil.copy(file, folder), user)
        subprocess.run(["dd", "if=/dev/zero", f"of={folder}/filler", "status=none"], check=False)
        assert os.statvfs(folder).f_bavail == 0
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_cut_network_delays_and_loses_nothing(
    job: RunningJob, site: FaultySite, tmp_path: Path
) -> None:
    with site_network(tmp_path, site.stack.port) as network:
        distant = site.with_config("distant", portal_url=f'"http://127.0.0.1:{network.port}"')
        before = site.associations()
        assert not distant.pending()
        project = site.approve_project()
        site.breakpoints.stop_at(6)
        with distant.begin() as process:
            wait_until(lambda: site.breakpoints.is_reached, 60, "no cycle", "Read its log.")
            network.cut()
            site.breakpoints.go_on()
            complaints = process.communicate(timeout=CYCLE_SECONDS)[1]
        assert process.returncode == 1
        assert "portal" in complaints
        network.mend()
        distant.cycle()
        assert not wrong_at(site, project, before, job)


def test_a_full_disk_stops_no_project(job: RunningJob, site: FaultySite) -> None:
    full, login = site.config.parent / "full", site.config.parent / "login"
    user = bridge_user(site.stack.layout)
    cramped = site.with_config("cramped", state_dir=f'"{full}"', login_dir=f'"{login}"')
    before = site.associations()
    project = site.approve_project()
    known_as = site.config.parent / "zellik" / "bridge.id"
    with full_disk(full, user, known_as), full_disk(login, user, mode="755"):
        cramped.cycle()
        assert not wrong_at(site, project, before, job)


@pytest.mark.parametrize("offset", ["-1h", "+1h"])
def test_a_wrong_clock_is_reported_and_harms_nothing(
    job: RunningJob, site: FaultySite, offset: str
) -> None:
    before = site.associations()
    project = site.approve_project()
    complaints = replace(site, prefix=("/usr/bin/faketime", "-f", offset)).cycle()
    assert "clock" in complaints
    [(until,)] = query(
        site.stack,
        """SELECT EXTRACT(EPOCH FROM accounting_until) FROM allocations_sitestatus status
           JOIN allocations_site site ON site.id = status.site_id WHERE site.code = 'zellik'""",
    )
    assert until <= time.time(), "what ends from now on would not be read"
    site.cycle()
    assert not wrong_at(site, project, before, job)


def test_a_slow_slurm_is_waited_for(job: RunningJob, site: FaultySite) -> None:
    before = site.associations()
    project = site.approve_project()
    site.breakpoints.slow_down(1)
    site.cycle()
    site.breakpoints.slow_down(0)
    assert not wrong_at(site, project, before, job)


def test_a_slurm_that_is_too_slow_is_left_alone_and_tried_again(
    job: RunningJob, site: FaultySite
) -> None:
    hasty = site.with_config("hasty", command_timeout_seconds="2")
    before = site.associations()
    project = site.approve_project()
    site.breakpoints.slow_down(5)
    complaints = hasty.cycle()
    assert "did not answer within 2 s" in complaints
    site.breakpoints.slow_down(0)
    hasty.cycle()
    assert not wrong_at(site, project, before, job)
