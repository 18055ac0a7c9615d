"""The portal's seconds are Slurm's seconds, whatever became of the jobs."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from deploy.demo.steps import sbatch, wait_for_end
from deploy.testbed.history import Accounting, make_history
from deploy.testbed.layout import CHARLEROI, SITES, ZELLIK, Site
from deploy.testbed.processes import start, stop
from deploy.testbed.settings import require_settings
from tests.end_to_end.conftest import GivenProject, GiveProject
from tests.end_to_end.reports import (
    assert_exact,
    query,
    wait_for_accounting,
)
from tests.slurmdbd_zones import clocks_changed_on, slurmdbd_in

pytestmark = pytest.mark.slurm
FORGED = "aif26xx0001|root|h200|COMPLETED|999999|gres/gpu=64"


def submit(project: GivenProject, site: Site, *options: str, command: str = "sleep 3") -> str:
    answer = project.testbed.as_user(
        site.name, project.username, *sbatch(site, project.name, *options, command=command)
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip().split(";")[0]


def wait_until_running(project: GivenProject, site: Site, job: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        state = project.testbed.slurm(site.name, "squeue", "-h", "-j", job, "-o", "%T").strip()
        if state == "RUNNING":
            return
        time.sleep(0.2)
    raise AssertionError(f"job {job} did not start")


def run_mixed_load(project: GivenProject, site: Site) -> list[str]:
    array = submit(project, site, "--array=0-5%3", "--gres=gpu:1", command="sleep 2")
    failing = submit(project, site, "--gres=gpu:2", command="sleep 1; exit 3")
    cpu_only = submit(project, site, "--gres=none", "--cpus-per-task=3", command="sleep 2")
    requeued = submit(project, site, "--requeue", "--gres=gpu:1", command="sleep 4")
    cancelled = submit(project, site, "--gres=gpu:1", command="sleep 300")
    wait_until_running(project, site, requeued)
    wait_until_running(project, site, cancelled)
    time.sleep(2)
    project.testbed.slurm(site.name, "scontrol", "requeue", requeued)
    project.testbed.slurm(site.name, "scancel", cancelled)
    suspended = submit(project, site, "--gres=gpu:1", command="sleep 5")
    wait_until_running(project, site, suspended)
    project.testbed.slurm(site.name, "scontrol", "suspend", suspended)
    time.sleep(2)
    project.testbed.slurm(site.name, "scontrol", "resume", suspended)
    # A requeued job is held back for a while; let it begin at once.
    project.testbed.slurm(site.name, "scontrol", "update", f"JobId={requeued}", "StartTime=now")
    return [array, failing, cpu_only, requeued, cancelled, suspended]


def test_a_mixed_load_counts_to_the_second_as_slurm_counts_it(give_project: GiveProject) -> None:
    project = give_project({ZELLIK: 900, CHARLEROI: 900})
    for site in SITES:
        for job in run_mixed_load(project, site):
            wait_for_end(project.stack, site, job)
    wait_for_accounting(project.stack)
    for site in SITES:
        assert assert_exact(project.stack, project.testbed, site, project.name) > 0


def test_a_past_with_nights_requeues_and_arrays_counts_to_the_second(
    give_project: GiveProject,
) -> None:
    project = give_project({ZELLIK: 900, CHARLEROI: 900})
    layout = project.testbed.layout
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    zone = clocks_changed_on(forward=yesterday - timedelta(days=9), back=yesterday)
    accounting = Accounting(layout, ZELLIK, require_settings(layout))
    with slurmdbd_in(project.testbed, accounting, zone):
        # The past arrived far behind the watermark, so it is read anew as an administrator would,
        make_history(layout, ZELLIK, jobs=400, days=20, seed=7)
        read_anew(project, ZELLIK, days=30)
        # or the bridge was away all the time, and reads by itself what it missed.
        with bridge_away(project, CHARLEROI, days=20):
            make_history(layout, CHARLEROI, jobs=400, days=20, seed=7)
        wait_for_accounting(project.stack)
        for site in SITES:
            assert assert_exact(project.stack, project.testbed, site, project.name, days=25) > 0
        assert audit(project) == (0, 0)
        day, spoilt = spoil_a_day(project)
        assert used_on(project, day) == spoilt
        assert audit(project) == (0, 1), "found, and mended"
        assert used_on(project, day) == spoilt - 3600
        assert assert_exact(project.stack, project.testbed, ZELLIK, project.name, days=25) > 0


@contextmanager
def bridge_away(project: GivenProject, site: Site, *, days: int) -> Iterator[None]:
    """A bridge has not run for days; it comes back in another time zone."""
    layout, bridge = project.testbed.layout, project.stack.bridge(site)
    stop(layout, bridge)
    query(
        project.stack,
        """UPDATE allocations_sitestatus status
           SET accounting_until = accounting_until - make_interval(days => %s)
           FROM allocations_site site WHERE site.id = status.site_id AND site.code = %s
           RETURNING status.id""",
        days,
        site.name,
    )
    try:
        yield
    finally:
        start(layout, replace(bridge, environment={**bridge.environment, "TZ": "America/New_York"}))


def audit(project: GivenProject) -> tuple[int, int]:
    """`slurm-bridge audit` at Zellik: its exit status, and how many days were read anew."""
    config = ("--config", str(project.stack.bridge_config(ZELLIK)))
    command = project.stack.bridge_command("audit", "--days", "22", "--json", *config)
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return answer.returncode, json.loads(answer.stdout)["days_read_anew"]


def spoil_a_day(project: GivenProject) -> tuple[date, int]:
    """Somebody changes the portal's database by hand: a past day, and what it says of it then."""
    rows = query(
        project.stack,
        """UPDATE allocations_dailyusage SET gpu_seconds = gpu_seconds + 3600
           WHERE id = (SELECT usage.id FROM allocations_dailyusage usage
                       JOIN allocations_project project ON project.id = usage.project_id
                       JOIN allocations_site site ON site.id = usage.site_id
                       WHERE project.name = %s AND site.code = 'zellik' AND day < %s
                       ORDER BY day DESC LIMIT 1)
           RETURNING day, gpu_seconds""",
        project.name,
        datetime.now(UTC).date(),
    )
    return rows[0][0], int(rows[0][1])


def used_on(project: GivenProject, day: date) -> int:
    """GPU-seconds of the project at Zellik, which has one member."""
    rows = query(
        project.stack,
        """SELECT gpu_seconds FROM allocations_dailyusage usage
           JOIN allocations_project project ON project.id = usage.project_id
           JOIN allocations_site site ON site.id = usage.site_id
           WHERE project.name = %s AND site.code = 'zellik' AND day = %s""",
        project.name,
        day,
    )
    return int(rows[0][0])


def read_anew(project: GivenProject, site: Site, days: int) -> None:
    config = ("--config", str(project.stack.bridge_config(site)))
    command = project.stack.bridge_command("once", "--days", str(days), *config)
    subprocess.run(command, check=True, timeout=120)


HOSTILE_NAMES = {
    "pipes": FORGED,
    "a line break and a forged row": f"x\n{FORGED}",
    "control characters": "tab\tand\x1fseparator",
    "SQL": "'; DROP TABLE x; --",
    "formats": "%s%n\\",
    "nothing": " ",
}


def test_hostile_job_names_change_nobody_elses_usage(give_project: GiveProject) -> None:
    victim = give_project({ZELLIK: 900}, track="pg", months=1)
    attacker = give_project({ZELLIK: 900}, track="pg", months=1)
    jobs = [
        submit(attacker, ZELLIK, "--gres=gpu:1", f"--job-name={name}", command="sleep 1")
        for name in HOSTILE_NAMES.values()
    ]
    for job in jobs:
        wait_for_end(attacker.stack, ZELLIK, job)
    wait_for_accounting(attacker.stack)
    assert jobs_of(attacker) == len(jobs)
    assert jobs_of(victim) == 0
    assert assert_exact(attacker.stack, attacker.testbed, ZELLIK, attacker.name) >= len(jobs)


def jobs_of(project: GivenProject) -> int:
    rows = query(
        project.stack,
        """SELECT COUNT(*) FROM allocations_job job
           JOIN allocations_project project ON project.id = job.project_id
           WHERE project.name = %s""",
        project.name,
    )
    return int(rows[0][0])
