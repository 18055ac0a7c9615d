"""The line that may end the output of a job."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from deploy.testbed.layout import REPOSITORY, ZELLIK
from deploy.testbed.slurm import run_slurm
from slurm_bridge.login.job_ledger import FOLDER, JobUse, jobs_to_json
from tests.slurm_bridge.clusters import wait_until
from tests.slurm_bridge.programs import write_program
from tests.testbed import Testbed

SCRIPT = REPOSITORY / "deploy" / "slurm" / "belfry-task-epilog"
SENTENCE = "3 of 4 GPUs were idle."
LINE = f"Belfry: {SENTENCE}"
BATCH = {"SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "SLURM_JOB_GPUS": "0,1"}


def installed(folder: Path, *, belfry: Path, scontrol: Path) -> Path:
    """The script as a site installs it, with the places of its two programs."""
    text = SCRIPT.read_text()
    for name, path in (("/usr/local/bin/belfry", belfry), ("/usr/bin/scontrol", scontrol)):
        assert name in text
        text = text.replace(name, str(path))
    script = folder / SCRIPT.name
    script.write_text(text)
    script.chmod(0o755)
    return script


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """What the job wrote."""
    path = tmp_path / "out put.7"
    path.write_text("done\n")
    return path


@pytest.fixture
def script(tmp_path: Path, output: Path) -> Path:
    """The script, beside a Slurm that knows the output and a belfry that knows the job."""
    scontrol = write_program(
        tmp_path / "bin", "scontrol", f"echo '   StdErr=x'; echo '   StdOut={output}'"
    )
    belfry = write_program(tmp_path / "bin", "belfry", f"echo '{LINE}'")
    return installed(tmp_path, belfry=belfry, scontrol=scontrol)


def run(script: Path, **environment: str) -> None:
    ended = subprocess.run(
        [script], env=BATCH | environment, capture_output=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_the_output_of_a_job_ends_with_how_it_used_its_gpus(script: Path, output: Path) -> None:
    run(script)
    assert output.read_text() == f"done\n{LINE}\n"


@pytest.mark.parametrize(
    "environment",
    [
        {"SLURM_STEP_ID": "0"},
        {"SLURM_PROCID": "1"},
        {"SLURM_JOB_GPUS": ""},
        {"SLURM_JOB_ID": ""},
        {"SLURM_JOB_ID": "7; touch x"},
    ],
)
def test_steps_other_tasks_and_jobs_without_gpus_get_no_line(
    script: Path, output: Path, environment: dict[str, str]
) -> None:
    run(script, **environment)
    assert output.read_text() == "done\n"


@pytest.mark.parametrize("program", ["scontrol", "belfry"])
@pytest.mark.parametrize("text", ["exit 1", "sleep 60", "echo", "kill -9 $$"])
def test_whatever_fails_the_job_does_not(
    script: Path, output: Path, tmp_path: Path, program: str, text: str
) -> None:
    script.write_text(script.read_text().replace("seconds=5", "seconds=0.3"))
    write_program(tmp_path / "bin", program, text)
    run(script)
    assert output.read_text() == "done\n"


def test_nothing_is_written_where_no_file_of_the_user_is(script: Path, output: Path) -> None:
    shutil.chown(output, "daemon")
    if os.geteuid() == 0:
        run(script)
        assert output.read_text() == "done\n"
    output.unlink()
    run(script)
    assert not output.exists()


@pytest.fixture
def with_epilog(testbed: Testbed, tmp_path: Path) -> Iterator[Path]:
    """Zellik with the script in its slurm.conf; the folder that its belfry reads."""
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.owner() == "root" and parent.name.startswith("pytest-"):
            parent.chmod(0o755)
    login = tmp_path / "login"
    (login / FOLDER).mkdir(parents=True)
    belfry = write_program(
        tmp_path / "bin",
        "belfry",
        f"PYTHONPATH={REPOSITORY} BELFRY_LOGIN_DIR={login}"
        f' exec {sys.executable} -m slurm_bridge.login.cli "$@"',
    )
    scontrol = Path(shutil.which("scontrol", path=os.defpath) or "/usr/bin/scontrol")
    script = installed(tmp_path, belfry=belfry, scontrol=scontrol)
    conf = testbed.layout.slurm_conf(ZELLIK)
    before = conf.read_text()
    conf.write_text(f"{before}TaskEpilog={script}\n")
    try:
        run_slurm(testbed.layout, ZELLIK, "scontrol", "reconfigure")
        yield login
    finally:
        conf.write_text(before)
        run_slurm(testbed.layout, ZELLIK, "scontrol", "reconfigure")


@pytest.mark.slurm
def test_on_real_slurm_a_batch_job_ends_with_the_line(
    testbed: Testbed, with_epilog: Path, tmp_path: Path
) -> None:
    known = JobUse(
        job_id="0",
        raw_id=0,
        account="root",
        gpus=1,
        held_seconds=60,
        as_of=int(time.time()),
        has_ended=True,
        verdict="good",
        sentence=SENTENCE,
        help_url="",
        measured_gpu_seconds=60,
        busy_gpu_seconds=60,
        idle_gpu_seconds=0,
        energy_joules=None,
    )
    output = tmp_path / "output"
    job_id = run_slurm(
        testbed.layout,
        ZELLIK,
        *("sbatch", "--parsable", "--account=root", "--partition=h200", "--gres=gpu:1"),
        *("--time=1", f"--output={output}", "--wrap=sleep 1; srun echo step; echo done"),
    ).strip()
    text = jobs_to_json([JobUse(**asdict(known) | {"job_id": job_id, "raw_id": int(job_id)})])
    (with_epilog / FOLDER / f"{os.getuid()}.json").write_text(text)
    wait_until(lambda: output.exists() and LINE in output.read_text(), 30)
    assert output.read_text() == f"step\ndone\n{LINE}\n"
