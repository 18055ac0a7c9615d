"""The testbed itself, real and whole, in a folder and on ports of its own."""

import json
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.testbed.down import clean, people_called, take_down
from deploy.testbed.history import FIRST_JOB_ID, make_history
from deploy.testbed.layout import CHARLEROI, SITES, ZELLIK, Layout, Site
from deploy.testbed.leftovers import environment_of
from deploy.testbed.past_jobs import PastRun
from deploy.testbed.privileges import SCRIPT
from deploy.testbed.shell import run_as
from deploy.testbed.slurm import run_slurm, slurm_environment
from deploy.testbed.sockets import listeners
from deploy.testbed.sreport import tres_seconds_by_user
from deploy.testbed.status import service_statuses
from deploy.testbed.up import bring_up

pytestmark = pytest.mark.slurm

LAYOUT = Layout(Path("/var/tmp/belfry-tb-test"), 27900)
USER = "belfry-tb-ada"
ACCOUNT = "aif26pg9001"
JOB = ("sbatch", "--parsable", f"--account={ACCOUNT}", "--gres=gpu:1", "--time=1")


def command(*words: str) -> subprocess.CompletedProcess[str]:
    variables = {"BELFRY_STATE": str(LAYOUT.state), "BELFRY_PORT_BASE": str(LAYOUT.port_base)}
    return subprocess.run(
        [SCRIPT, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=os.environ | variables,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module", autouse=True)
def clusters() -> Iterator[None]:
    clean(LAYOUT)
    bring_up(LAYOUT)
    subprocess.run(["useradd", "--create-home", USER], check=True)
    LAYOUT.unix_users.write_text(f"{USER}\n")
    run_slurm(LAYOUT, ZELLIK, "sacctmgr", "-i", "add", "account", ACCOUNT)
    run_slurm(LAYOUT, ZELLIK, "sacctmgr", "-i", "add", "user", USER, f"account={ACCOUNT}")
    yield
    clean(LAYOUT)


@pytest.fixture
def _open_partitions() -> Iterator[None]:
    for site, partition in ((ZELLIK, "h200"), (CHARLEROI, "gpu")):
        opened = (f"PartitionName={partition}", f"AllowAccounts=root,{ACCOUNT}")
        run_slurm(LAYOUT, site, "scontrol", "update", *opened)
    yield
    for site in SITES:
        run_slurm(LAYOUT, site, "scontrol", "reconfigure")


def pids() -> dict[str, int | None]:
    return {service.name: service.pid for service in service_statuses(LAYOUT)}


def wait_for_state(site: Site, job_id: str, state: str) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        asked = ("sacct", "-X", "-n", "-P", "-j", job_id, "-o", "State,AllocTRES")
        answer = run_slurm(LAYOUT, site, *asked).strip()
        if answer.startswith(state):
            return answer
        time.sleep(0.3)
    raise AssertionError(f"job {job_id} is not {state}: {answer}")


def test_everything_listens_on_the_loopback_address_only() -> None:
    ours = [listener for listener in listeners() if 27900 <= listener.port < 28000]
    assert len(ours) == 10
    assert all(listener.is_loopback for listener in ours)


def test_a_second_up_is_quick_and_starts_nothing() -> None:
    before = pids()
    started = time.monotonic()
    answer = command("up")
    assert answer.returncode == 0, answer.stderr
    assert time.monotonic() - started < 5
    assert "started" not in answer.stderr
    assert pids() == before


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
@pytest.mark.usefixtures("_open_partitions")
def test_a_member_submits_from_the_login_node_and_gets_a_gpu(site: Site) -> None:
    submitted = command("shell", site.name, USER, "--", *JOB, "--wrap", "env > $HOME/$SLURM_JOB_ID")
    assert submitted.returncode == 0, submitted.stderr
    job_id = submitted.stdout.strip()
    assert "gres/gpu=1" in wait_for_state(site, job_id, "COMPLETED")
    assert "SLURM_JOB_GPUS=0" in Path(pwd.getpwnam(USER).pw_dir, job_id).read_text()


def test_a_partition_starts_closed_and_refuses_at_sbatch() -> None:
    refused = run_as(LAYOUT, ZELLIK, USER, [*JOB, "--wrap=true"])
    assert refused.returncode == 1
    assert "Invalid account or account/partition combination" in refused.stderr


@pytest.mark.usefixtures("_open_partitions")
def test_a_test_submission_by_root_answers_as_for_the_user() -> None:
    asked = ("sbatch", "--test-only", f"--account={ACCOUNT}", "--gres=gpu:1", "--wrap=true")
    environment = os.environ | slurm_environment(LAYOUT, ZELLIK)

    def accepted(user: str) -> bool:
        answer = subprocess.run(
            [*asked, f"--uid={user}"], env=environment, capture_output=True, check=False
        )
        return answer.returncode == 0

    assert accepted(USER)
    assert not accepted("nobody")
    submissions = ("sacctmgr", "-i", "modify", "account", ACCOUNT, "set")
    run_slurm(LAYOUT, ZELLIK, *submissions, "GrpSubmitJobs=0")
    assert not accepted(USER)
    run_slurm(LAYOUT, ZELLIK, *submissions, "GrpSubmitJobs=-1")
    assert accepted(USER)


def test_the_shell_returns_the_commands_exit_code() -> None:
    assert command("shell", "zellik", USER, "--", "sh", "-c", "exit 7").returncode == 7
    assert command("shell", "charleroi", USER, "--", "squeue").returncode == 0


def test_a_killed_service_is_seen_and_up_starts_only_that() -> None:
    before = pids()
    assert command("stop", "slurmdbd", "--kill").returncode == 0
    status = command("status", "--json")
    assert status.returncode == 3
    down = [row["name"] for row in json.loads(status.stdout)["services"] if row["pid"] is None]
    assert down == ["slurmdbd"]

    assert command("up").returncode == 0
    after = pids()
    assert {name for name in before if before[name] != after[name]} == {"slurmdbd"}


def test_another_testbed_on_the_same_ports_gets_a_clear_message() -> None:
    other = Path("/var/tmp/belfry-tb-other")
    answer = subprocess.run(
        [SCRIPT, "up", "--only", "postgres"],
        capture_output=True,
        text=True,
        env=os.environ | {"BELFRY_STATE": str(other), "BELFRY_PORT_BASE": "27900"},
        timeout=60,
        check=False,
    )
    clean(Layout(other, 27900))
    assert answer.returncode == 1
    assert "Port 27900, which postgres needs, is in use by process" in answer.stderr
    assert "BELFRY_PORT_BASE" in answer.stderr


def test_one_slurmdbd_cannot_become_two_over_existing_accounting() -> None:
    answer = command("up", "--slurmdbd", "each")
    assert answer.returncode == 1
    assert "clean" in answer.stderr


def test_sacct_and_sreport_agree_with_the_history_that_was_put_in() -> None:
    runs = make_history(LAYOUT, ZELLIK, jobs=1500, days=4, seed=3)
    assert len({run.job_id for run in runs}) == 1500
    assert sacct_rows(ZELLIK) == sorted(expected_row(run) for run in runs)
    for tres in ("gres/gpu", "cpu"):
        since = int(time.time()) - 5 * 86400
        reported = tres_seconds_by_user(LAYOUT, ZELLIK, since=since, tres=tres)
        assert reported == {(ACCOUNT, USER): charged(tres, runs) + charged_before(tres)}


def charged(tres: str, runs: list[PastRun]) -> int:
    """What Slurm should charge: a suspended job keeps its GPUs, and gives back its processors."""
    if tres == "gres/gpu":
        return sum(run.gpu_seconds for run in runs)
    return sum(
        run.cpus * (run.ended - run.started - run.suspended_seconds)
        for run in runs
        if run.started is not None
    )


def charged_before(tres: str) -> int:
    """What the earlier tests' own jobs used."""
    total = 0
    for job_id, _, start, end, amounts in all_sacct_rows(ZELLIK):
        if int(job_id) < FIRST_JOB_ID and start.isdigit():
            total += int(amounts.get(tres, 0)) * (int(end) - int(start))
    return total


def test_a_second_history_takes_ids_beyond_the_first() -> None:
    first = make_history(LAYOUT, CHARLEROI, jobs=20, days=2)
    second = make_history(LAYOUT, CHARLEROI, jobs=20, days=2)
    assert min(run.job_id for run in second) > max(run.job_id for run in first)


def all_sacct_rows(site: Site) -> list[tuple[str, str, str, str, dict[str, str]]]:
    answer = subprocess.run(
        [
            *("sacct", "-a", "-X", "-n", "-P", "--duplicates", "-S", "now-6days", "-E", "now"),
            *("-o", "JobIDRaw,State,Start,End,AllocTRES"),
        ],
        env=os.environ | slurm_environment(LAYOUT, site) | {"SLURM_TIME_FORMAT": "%s"},
        capture_output=True,
        text=True,
        check=True,
    )
    rows = []
    for line in answer.stdout.splitlines():
        job_id, state, start, end, tres = line.split("|")
        amounts = dict(part.split("=") for part in tres.split(",") if part)
        rows.append((job_id, state.split()[0], start, end, amounts))
    return rows


def sacct_rows(site: Site) -> list[tuple[str, ...]]:
    return sorted(
        (job_id, state, start, end, amounts.get("gres/gpu", "0"))
        for job_id, state, start, end, amounts in all_sacct_rows(site)
        if int(job_id) >= FIRST_JOB_ID
    )


def expected_row(run: PastRun) -> tuple[str, ...]:
    gpus = run.gpus if run.started else 0
    start = str(run.started or "None")
    return (str(run.job_id), run.state.name, start, str(run.ended), str(gpus))


@pytest.mark.usefixtures("_open_partitions")
def test_down_leaves_no_process_and_a_waiting_job_still_waits_after_up() -> None:
    running = run_as(LAYOUT, ZELLIK, USER, [*JOB, "--wrap=sleep 300"]).stdout.strip()
    waiting = run_as(
        LAYOUT, ZELLIK, USER, [*JOB, "--begin=now+1hour", "--wrap=true"]
    ).stdout.strip()
    wait_for_state(ZELLIK, running, "RUNNING")

    take_down(LAYOUT)
    ours = str(LAYOUT.state).encode()
    assert not [
        pid
        for pid in (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
        if any(ours in variable for variable in environment_of(pid)) and pid != os.getpid()
    ]
    assert not any(27900 <= listener.port < 28000 for listener in listeners())

    bring_up(LAYOUT)
    wait_for_state(ZELLIK, running, "CANCELLED")
    wait_for_state(ZELLIK, waiting, "PENDING")


def test_clean_removes_the_folder_and_the_recorded_users_and_nobody_else() -> None:
    LAYOUT.unix_users.write_text(f"{USER}\nroot\npostgres\nnobody-by-that-name\n")
    assert USER in people_called(USER[:-1])
    assert command("clean").returncode == 0
    assert not LAYOUT.state.exists()
    with pytest.raises(KeyError):
        pwd.getpwnam(USER)
    assert not people_called(USER), "nor a group of that name"
    assert pwd.getpwnam("postgres")
