"""Prolog and epilog as slurmd starts them; a node is never lost through them."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.testbed.layout import REPOSITORY
from deploy.testbed.slurm_files import gpu_script

SCRIPTS = REPOSITORY / "deploy" / "slurm"


class Node:
    """A node with four GPUs, whose indices run against their device files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs = folder / "jobs"
        self.drivers_gpus = folder / "nvidia"
        for index in range(4):
            place = self.drivers_gpus / f"0000:{index + 1}9:00.0"
            place.mkdir(parents=True)
            (place / "information").write_text(
                "Model: \t\t NVIDIA H200\nIRQ:   \t\t 60\n"
                f"GPU UUID: \t GPU-{index}\nDevice Minor: \t {3 - index}\n"
            )

    def run(self, script: str, path: str = os.defpath, **environment: str) -> dict[str, list[str]]:
        text = gpu_script(SCRIPTS / script, self.folder, self.drivers_gpus)
        ended = subprocess.run(
            ["/bin/sh", "-c", text],
            env={"PATH": path, **environment},
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return self.files()

    def files(self) -> dict[str, list[str]]:
        files = self.jobs.glob("*") if self.jobs.is_dir() else ()
        return {
            file.name: file.read_text().split()
            for file in files
            if file.is_file() and file.name != ".lock"
        }


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_gpus_are_told_by_uuid_and_by_index(node: Node) -> None:
    files = node.run("belfry-gpu-prolog", SLURM_JOB_ID="12", SLURM_JOB_GPUS="0,2")
    assert files == {"GPU-3": ["12"], "3": ["12"], "GPU-1": ["12"], "1": ["12"]}
    assert node.run("belfry-gpu-epilog", SLURM_JOB_ID="12") == {}


def test_jobs_that_share_a_gpu_come_and_go(node: Node) -> None:
    node.run("belfry-gpu-prolog", SLURM_JOB_ID="12", CUDA_VISIBLE_DEVICES="3")
    node.run("belfry-gpu-prolog", SLURM_JOB_ID="1", CUDA_VISIBLE_DEVICES="3")
    files = node.run("belfry-gpu-prolog", SLURM_JOB_ID="12", CUDA_VISIBLE_DEVICES="3")
    assert files == {"GPU-0": ["12", "1"], "0": ["12", "1"]}
    assert node.run("belfry-gpu-epilog", SLURM_JOB_ID="1") == {"GPU-0": ["12"], "0": ["12"]}
    assert node.run("belfry-gpu-epilog", SLURM_JOB_ID="2") == {"GPU-0": ["12"], "0": ["12"]}


def test_uuids_are_taken_as_they_are(node: Node) -> None:
    environment = {"SLURM_JOB_GPUS": "0", "CUDA_VISIBLE_DEVICES": "GPU-2,MIG-f00"}
    files = node.run("belfry-gpu-prolog", SLURM_JOB_ID="5", **environment)
    assert files == {"GPU-2": ["5"], "2": ["5"], "MIG-f00": ["5"]}


def test_without_the_drivers_files_slurms_numbers_are_told(tmp_path: Path) -> None:
    node = Node(tmp_path)
    node.drivers_gpus = tmp_path / "none"
    assert node.run("belfry-gpu-prolog", SLURM_JOB_ID="5", SLURM_JOB_GPUS="1") == {"1": ["5"]}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SLURM_JOB_ID": "5"},
        {"SLURM_JOB_ID": "5", "SLURM_JOB_GPUS": "../../x,NoDevFiles"},
        {"SLURM_JOB_ID": "5;reboot", "SLURM_JOB_GPUS": "0"},
        {"SLURM_JOB_ID": "5", "CUDA_VISIBLE_DEVICES": "GPU-../../x,MIG-GPU-1/2/0"},
    ],
)
def test_what_makes_no_sense_writes_nothing(node: Node, environment: dict[str, str]) -> None:
    assert node.run("belfry-gpu-prolog", **environment) == {}
    assert node.run("belfry-gpu-epilog", **environment) == {}


@pytest.mark.parametrize("script", ["belfry-gpu-prolog", "belfry-gpu-epilog"])
def test_folder_that_cannot_be_written_fails_no_job(node: Node, script: str) -> None:
    node.jobs.write_text("a file where the folder should be")
    node.run(script, SLURM_JOB_ID="5", SLURM_JOB_GPUS="0")
    node.jobs.unlink()
    (node.jobs / "GPU-3").mkdir(parents=True)
    node.run(script, SLURM_JOB_ID="5", SLURM_JOB_GPUS="0")


@pytest.mark.parametrize("script", ["belfry-gpu-prolog", "belfry-gpu-epilog"])
def test_machine_without_any_program_fails_no_job(node: Node, script: str) -> None:
    node.run(script, path=str(node.folder), SLURM_JOB_ID="5", SLURM_JOB_GPUS="0")
