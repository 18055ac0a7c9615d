"""The command `belfry`, run as people run it."""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from deploy.testbed.layout import REPOSITORY
from tests.slurm_bridge.login.test_read import LEDGER, PROJECT, own_file
from tests.slurm_bridge.programs import write_program

CLOSED = PROJECT | {"account": "p2", "closed_because": "suspended: late [bold]report[/]"}
QUEUE = """for word in "$@"; do case "$word" in --format=*) form="${word#--format=}";; esac; done
row() { echo "$form" | sed "s/%i/$1/;s/%T/$2/;s/%a/$3/;s/%P/h200/;s/%r/$4/"; }
"""


@dataclass
class LoginNode:
    """A folder of the bridge, and Slurm's commands."""

    folder: Path
    programs: Path

    def belfry(
        self, *arguments: str, code: int = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "slurm_bridge.login.cli", *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            cwd=REPOSITORY,
            env={
                "PATH": f"{self.programs}:/usr/bin:/bin",
                "BELFRY_LOGIN_DIR": str(self.folder),
                "PYTHONPATH": str(REPOSITORY),
                "LANG": "C.UTF-8",
            }
            | environment,
        )
        assert done.returncode == code, done
        return done

    def write(self, *projects: dict[str, object], age: int = 0) -> None:
        as_of = {"format": 1, "written_at": int(time.time()) - age}
        (self.folder / "as_of.json").write_text(json.dumps(as_of))
        own_file(self.folder).write_text(json.dumps(LEDGER | {"projects": projects}))


@pytest.fixture
def node(tmp_path: Path) -> LoginNode:
    (tmp_path / "users").mkdir()
    node = LoginNode(tmp_path, tmp_path / "bin")
    node.write(PROJECT, CLOSED)
    write_program(node.programs, "squeue", "exit 1")
    write_program(node.programs, "sacct", "true")
    return node


def test_balance_shows_every_project_with_what_is_left(node: LoginNode) -> None:
    text = node.belfry("balance").stdout

    row = next(line.split() for line in text.splitlines() if line.startswith("p1"))
    assert row == ["p1", "zellik", "10", "2", "1", "7", "██████" + "░" * 14, "2027-03-31"]
    assert "p2 takes no new jobs: suspended: late [bold]report[/]." in text
    assert "https://portal.example.org/projects/" in text


def test_balance_of_one_project_and_of_none_of_ours(node: LoginNode) -> None:
    assert "p2" not in node.belfry("balance", "p1").stdout
    assert "'p3' is not one of your projects" in node.belfry("balance", "p3", code=3).stderr


def test_balance_as_json_is_exact(node: LoginNode) -> None:
    values = json.loads(node.belfry("balance", "--json").stdout)
    assert values["site"] == "zellik"
    assert values["projects"][0] == PROJECT | {"left_gpu_minutes": 420}


def test_pipe_gets_no_colours_and_a_terminal_does(node: LoginNode) -> None:
    assert "\x1b[" not in node.belfry("balance").stdout
    assert "\x1b[" in node.belfry("balance", FORCE_COLOR="1", TERM="xterm").stdout
    ascii_only = node.belfry("balance", PYTHONIOENCODING="ascii").stdout
    assert "######" + "-" * 14 in ascii_only


def test_old_figures_are_shown_and_called_old(node: LoginNode) -> None:
    node.write(PROJECT, age=7300)
    done = node.belfry("balance")
    assert "p1" in done.stdout
    assert "these figures are 2 hours old" in done.stderr


def test_faults_are_one_sentence_and_exit_status_1(node: LoginNode) -> None:
    own_file(node.folder).write_text("garbage")
    done = node.belfry("balance", code=1)
    assert done.stdout == ""
    assert done.stderr == "belfry: it is not JSON\n"
    missing = node.belfry("balance", code=1, BELFRY_LOGIN_DIR="/nonexistent")
    assert "there is no Belfry at this site" in missing.stderr


def test_submit_help_is_a_script_for_an_open_project(node: LoginNode) -> None:
    script = node.belfry("submit-help").stdout
    assert script.startswith("#!/bin/bash\n#SBATCH --account=p1\n#SBATCH --partition=h200\n")
    assert "#SBATCH --gres=gpu:h200:1\n" in script
    assert "no such project" in node.belfry("submit-help", "p2", code=3).stderr


def test_why_explains_each_waiting_job_with_the_projects_figures(node: LoginNode) -> None:
    write_program(
        node.programs,
        "squeue",
        QUEUE + "row 7_[1-3] PENDING p1 QOSGrpGRESMinutes; row 7_0 PENDING p1 Priority",
    )
    text = node.belfry("why", "7").stdout
    assert "Job 7_[1-3]: PENDING (QOSGrpGRESMinutes)" in text
    assert "p1 has 7 of 10 GPU-hours left, and running jobs hold 1 more" in text
    assert "Jobs with a higher priority go first." in text


def test_why_shows_a_word_that_it_does_not_know(node: LoginNode) -> None:
    write_program(node.programs, "squeue", QUEUE + "row 7 PENDING p1 'Odd\x1b[31mWord'")
    values = json.loads(node.belfry("why", "7", "--json").stdout)
    assert values[0]["meaning"] == "Slurm says: Odd[31mWord"


def test_why_of_a_job_that_has_ended_says_how(node: LoginNode) -> None:
    write_program(node.programs, "sacct", "echo '7|CANCELLED by 5|p1|h200'")
    assert "Job 7: CANCELLED by 5" in node.belfry("why", "7").stdout


@pytest.mark.parametrize("job", ["--help-me", "7;id", "7 8", "٧", "", "seven", "1" * 20])
def test_why_asks_slurm_only_about_numbers(node: LoginNode, job: str) -> None:
    node.belfry("why", "--", job, code=2)


def test_why_and_usage_ask_slurm_about_the_caller_only(node: LoginNode) -> None:
    log = node.folder / "asked"
    for name in ("squeue", "sacct"):
        write_program(node.programs, name, f'echo "$@" >> {log}')
    node.belfry("why", "7", code=3)
    node.belfry("usage")
    asked = log.read_text().splitlines()
    assert len(asked) == 3
    assert all(f"--user={os.getuid()}" in line or f"--uid={os.getuid()}" in line for line in asked)


def test_usage_sums_gpu_time_by_project(node: LoginNode) -> None:
    now = int(time.time())
    rows = [
        f"p1|{now - 7200}|{now - 3600}|COMPLETED|billing=4,gres/gpu=2",
        f"p1|{now - 7200}|{now - 3600}|OUT_OF_MEMORY|gres/gpu=1",
        f"p2|{now - 1800}|Unknown|RUNNING|gres/gpu=4",
        f"p1|{now - 90 * 86400}|{now - 29 * 86400}|TIMEOUT|cpu=4",
        "p1|Unknown|Unknown|PENDING|",
        "not|whole",
    ]
    write_program(node.programs, "sacct", "cat <<'END'\n" + "\n".join(rows) + "\nEND")

    values = json.loads(node.belfry("usage", "--json").stdout)["projects"]
    text = node.belfry("usage").stdout

    found = {item["account"]: item for item in values}
    assert found["p1"] == {
        "account": "p1",
        "jobs": 3,
        "gpu_seconds": 10_800,
        "failed_gpu_seconds": 3600,
    }
    assert found["p2"]["gpu_seconds"] in range(7200, 7240)
    assert any(line.split() == ["p1", "3", "3", "1"] for line in text.splitlines())


def test_slurm_that_does_not_answer_is_one_sentence(node: LoginNode) -> None:
    write_program(node.programs, "sacct", "echo 'slurmdbd is down' >&2; exit 1")
    for command in (("usage",), ("why", "7")):
        assert node.belfry(*command, code=1).stderr == "belfry: sacct failed: slurmdbd is down\n"


@pytest.mark.parametrize("command", ["balance", "usage", "why", "submit-help"])
def test_each_command_explains_itself(node: LoginNode, command: str) -> None:
    assert "Usage" in node.belfry(command, "--help").stdout
    node.belfry(command, "--no-such-option", code=2)


def test_answer_costs_a_few_times_what_python_needs_to_start(node: LoginNode) -> None:
    environment = {"BELFRY_LOGIN_DIR": str(node.folder), "PYTHONPATH": str(REPOSITORY)}

    def seconds(*command: str) -> float:
        """Of processor time, since other tests may have the processors meanwhile."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *command],
            env=environment,
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    write_uses(node, *(USE | {"raw_id": number, "job_id": str(number)} for number in range(500)))
    answers = [("-m", "slurm_bridge.login.cli", *words) for words in (("balance",), ("job", "499"))]
    rounds = [(seconds("-c", "pass"), *(seconds(*answer) for answer in answers)) for _ in range(15)]

    # Python starts in 0.02 to 0.03 s on a login node, so this is well under 0.3 s. Medians, since
    # the shorter a program is, the likelier one of its rounds is spared what slows all others.
    usual, *answered = map(median, zip(*rounds, strict=True))
    assert max(answered) / usual < 10


def test_balance_loads_neither_the_contract_nor_a_network_client(node: LoginNode) -> None:
    code = (
        "import sys; from slurm_bridge.login.cli import app;"
        "app(['balance'], standalone_mode=False);"
        "print(sorted({'httpx', 'rich', 'slurm_bridge.wire'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"BELFRY_LOGIN_DIR": str(node.folder), "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


SENTENCE = "3 of 4 GPUs were idle for 92 % of the time: your program probably uses one GPU."
USE = {
    "job_id": "12_3",
    "raw_id": 15,
    "account": "p1",
    "gpus": 4,
    "held_seconds": 7200,
    "has_ended": True,
    "as_of": 1_800_000_000,
    "verdict": "some-gpus-unused",
    "sentence": SENTENCE,
    "help_url": "https://portal.example.org/help/gpu#some-gpus-unused",
    "measured_gpu_seconds": 28_800.0,
    "busy_gpu_seconds": 7_200.0,
    "idle_gpu_seconds": 19_800.0,
    "energy_joules": 7_200_000.0,
}


def write_uses(node: LoginNode, *uses: dict[str, object]) -> None:
    (node.folder / "jobs").mkdir(exist_ok=True)
    path = node.folder / "jobs" / f"{os.getuid()}.json"
    path.write_text(json.dumps({"format": 1, "jobs": uses}))


def test_job_says_how_gpus_were_used_and_what_to_do(node: LoginNode) -> None:
    write_uses(node, USE, USE | {"job_id": "16", "raw_id": 16, "sentence": "Other."})
    text = node.belfry("job", "12_3").stdout
    assert text.splitlines() == [
        "Job 12_3 (p1): ended, 8 GPU-hours",
        f"  {SENTENCE}",
        "  What to do: https://portal.example.org/help/gpu#some-gpus-unused",
        "  Measured 100 % of its GPU time, busy 25 % of that, idle for 5.5 GPU-hours, 2.00 kWh.",
    ]
    assert json.loads(node.belfry("job", "15", "--json").stdout) == [USE]
    line = node.belfry("job", "15", "--line").stdout
    assert line == f"Belfry: {SENTENCE} {USE['help_url']}\n"
    assert "\x1b[33m" in node.belfry("job", "15", FORCE_COLOR="1").stdout


def test_job_knows_nothing_of_others_jobs_and_of_nonsense(node: LoginNode) -> None:
    assert "nothing is known" in node.belfry("job", "15", code=3).stderr
    write_uses(node, USE)
    for unknown in ("16", "12_4", "../../etc/passwd", "\x1b[31m"):
        told = node.belfry("job", unknown, code=3)
        assert "\x1b[31m" not in told.stderr
    write_uses(node, USE | {"gpus": "many"})
    assert "another kind" in node.belfry("job", "15", code=1).stderr


def test_job_without_data_says_so_and_a_running_one_how_old_that_is(node: LoginNode) -> None:
    silent = {"verdict": "", "sentence": "", "help_url": "", "measured_gpu_seconds": 0.0}
    running = {"has_ended": False, "as_of": int(time.time()) - 200}
    write_uses(node, USE | silent | running | {"energy_joules": None})
    text = node.belfry("job", "15").stdout
    assert "running, as of 3 minutes ago" in text
    assert "No data: too little was measured" in text
    assert "Its GPUs were not measured." in text


def test_usage_ends_with_what_is_said_of_the_latest_jobs(node: LoginNode) -> None:
    write_uses(node, USE)
    now = int(time.time())
    row = f"p1|{now - 7200}|{now}|COMPLETED|gres/gpu=4"
    write_program(node.programs, "sacct", f"echo '{row}'")
    text = node.belfry("usage").stdout
    assert text.splitlines()[-1] == f"12_3  {SENTENCE}"
    write_uses(node, USE | {"gpus": -1})
    assert "no amount" in node.belfry("usage", code=1).stderr
