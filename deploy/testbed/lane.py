"""`make test-newest`: the tests that Slurm decides, on the newest one.

Ends well also where that Slurm cannot be had, and then says so in its last lines.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.down import clean
from deploy.testbed.errors import NewestUnavailableError, TestbedError
from deploy.testbed.layout import REPOSITORY, Layout, checked_state, default_state
from deploy.testbed.newest_build import make_newest_slurm
from deploy.testbed.newest_folder import NewestSlurm
from deploy.testbed.newest_python import make_newest_python
from deploy.testbed.progress import Progress, progress_on_terminal
from deploy.testbed.releases import EVERYWHERE
from deploy.testbed.up import bring_up

# The contract with Slurm, reconciling, accounting and partitions; then the whole road.
BY_COMMANDS = (
    "tests/slurm_bridge/test_contract_accounts.py",
    "tests/slurm_bridge/test_contract_load.py",
    "tests/slurm_bridge/test_contract_partitions.py",
    "tests/slurm_bridge/test_contract_submissions.py",
    "tests/slurm_bridge/test_contract_unheard.py",
    "tests/slurm_bridge/test_real_partitions.py",
    "tests/slurm_bridge/test_real_site.py",
    "tests/slurm_bridge/login/test_job_submit_real.py",
    "tests/end_to_end/test_main_road.py",
)
BY_PYSLURM = ("tests/slurm_bridge/test_contract_partitions.py",)
OF_BOTH = ("tests/end_to_end/test_two_releases.py",)

PYTEST = ("-m", "pytest", "-p", "no:cacheprovider", "-m", "slurm or mixed")
PORT_BASE = 28600
FINE = 0


@dataclass(frozen=True)
class Lane:
    """Where the lane's testbeds lie: one after the other, each in a folder of its own."""

    state: str
    port_base: int

    def layout(self, name: str) -> Layout:
        """The testbed of one run of pytest."""
        return Layout(checked_state(Path(f"{self.state}-{name}")), self.port_base)


def main() -> int:
    """Run the lane; 0 unless a test failed."""
    lane = Lane(
        os.environ.get("BELFRY_STATE", f"{default_state()}-new"),
        int(os.environ.get("BELFRY_PORT_BASE", PORT_BASE)),
    )
    progress = progress_on_terminal()
    try:
        slurm = make_newest_slurm(progress)
    except NewestUnavailableError as error:
        print(banner("The newest Slurm was NOT tested.", error), flush=True)
        return FINE
    python = (sys.executable,)
    for name in "cmp":
        clean(lane.layout(name))  # What a run that failed has left, to be looked into until now.
    with ThreadPoolExecutor() as pool:
        # Building it takes the time in which the first tests wait for Slurm.
        newest_python = pool.submit(make_newest_python, slurm, progress)
        by_commands = pytest_run(lane.layout("c"), python, "--slurm=newest", *BY_COMMANDS)
        of_both = pytest_run(lane.layout("m"), python, "--slurm=charleroi=newest", *OF_BOTH)
        by_pyslurm, complaint = pyslurm_run(lane.layout("p"), slurm, newest_python, progress)
    failed = [code for code in (by_commands, of_both, by_pyslurm) if code != FINE]
    verdict = "FAILED" if failed else "passed"
    release = slurm.complete.read_text().strip()
    print(f"\nThe lane of the newest Slurm ({release}) {verdict}.", flush=True)
    if complaint:
        print(complaint, flush=True)
    return failed[0] if failed else FINE


def pyslurm_run(
    layout: Layout, slurm: NewestSlurm, newest_python: Future[Path], progress: Progress
) -> tuple[int, str]:
    """What only pyslurm decides, on the Python of that Slurm: pytest's answer, or why not."""
    try:
        python = newest_python.result()
    except NewestUnavailableError as error:
        return FINE, banner("pyslurm was NOT tested on the newest Slurm.", error)
    # Under that Slurm's /usr there is no database to start, so it is started before.
    bring_up(layout, newest=EVERYWHERE, progress=progress)
    inside = slurm.inside(str(python))
    code = pytest_run(layout, inside, "--slurm=newest", "--running", "-k", "pyslurm", *BY_PYSLURM)
    clean(layout, progress=progress)
    return code, ""


def pytest_run(layout: Layout, python: Sequence[str], *arguments: str) -> int:
    """Run pytest on the real Slurm only, and hand back its exit code."""
    began = time.monotonic()
    finished = subprocess.run(
        [*python, *PYTEST, *arguments], cwd=REPOSITORY, env=environment(layout), check=False
    )
    print(f"({time.monotonic() - began:.0f} s)", flush=True)
    return finished.returncode


def environment(layout: Layout) -> Mapping[str, str]:
    """As here, with the repository's own packages first, and that testbed."""
    return os.environ | {
        "BELFRY_STATE": str(layout.state),
        "BELFRY_PORT_BASE": str(layout.port_base),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def banner(headline: str, error: NewestUnavailableError) -> str:
    """What nobody can overlook."""
    line = "!" * 80
    return "\n".join((line, f"!!  {headline}", line, error.message, error.advice, line))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TestbedError as error:
        sys.exit(f"{error.message}\n{error.advice}")
