"""Which job has which GPU: the prolog's folder, and Slurm's record where that falls short."""

import os
from pathlib import Path

from slurm_bridge.gpu.found_jobs import FoundJobs
from slurm_bridge.gpu.job_of_process import JobsOfProcesses
from slurm_bridge.gpu.jobs import MOST_JOBS, JobFolder
from slurm_bridge.gpu.samples import Gpu, GpuProcess, Sample
from slurm_bridge.gpu.slurm_record import SlurmRecord, gpu_numbers
from slurm_bridge.slurm.commands import Commands
from tests.slurm_bridge.programs import write_program

GPUS = [Gpu("GPU-a", 0, minor=1), Gpu("GPU-b", 1, minor=0), Gpu("MIG-c", 2, 2, "", "GPU-c", 5)]
SHOWN = """JobId=12 JobName=x Nodes=n1 CPU_IDs=1 Mem=1 GRES=gpu:h200:4(IDX:0-3)
   UserId=a(1) GroupId=a(1) MCS_label=N/A
     Nodes=n[1-2] CPU_IDs=0-1 Mem=100 GRES=gpu:h200:2(IDX:0,2-3)
     Nodes=n3 CPU_IDs=0-1 Mem=100 GRES=gpu:h200:1(IDX:7)
     Nodes=n4 CPU_IDs=0-1 Mem=100 GRES=
"""


def ids(found: dict[str, tuple[object, ...]]) -> dict[str, list[int]]:
    return {uuid: [job.job_id for job in jobs] for uuid, jobs in found.items()}  # type: ignore[attr-defined]


def test_files_by_uuid_are_believed_before_files_by_index(tmp_path: Path) -> None:
    (tmp_path / "0").write_text("1\n")
    (tmp_path / "GPU-a").write_text("2\n3\n")
    (tmp_path / "1").write_text("4\n")
    (tmp_path / "2.5").write_text("5\n")
    found = JobFolder(tmp_path).jobs(GPUS)
    assert ids(found) == {"GPU-a": [2, 3], "GPU-b": [4], "MIG-c": [5]}
    assert found["GPU-a"][0].since == (tmp_path / "GPU-a").stat().st_mtime


def test_whatever_lies_in_the_folder_does_no_harm(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "GPU-a")
    (tmp_path / "GPU-b").symlink_to("/etc/passwd")
    (tmp_path / "MIG-c").mkdir()
    (tmp_path / "0").write_bytes(b"\xff\xfe\n12\n-5\n0\n12 13\n12\n99999999999\n")
    (tmp_path / "1").write_text("".join(f"{number}\n" for number in range(1, 5000)))
    found = ids(JobFolder(tmp_path).jobs(GPUS))
    assert found["GPU-a"] == [12]
    assert len(found["GPU-b"]) == MOST_JOBS
    assert "MIG-c" not in found


def test_record_reads_the_gpus_of_this_node() -> None:
    assert gpu_numbers(SHOWN, "n2") == {0, 2, 3}
    assert gpu_numbers(SHOWN, "n3") == {7}
    assert gpu_numbers(SHOWN, "n4") == frozenset()
    assert gpu_numbers("Invalid job id specified", "n1") == frozenset()


def slurm(folder: Path) -> Commands:
    """A Slurm whose node n1 runs job 12 on the GPUs with the device files 0 and 1."""
    write_program(folder, "squeue", "echo 12")
    write_program(folder, "scontrol", SCONTROL)
    return Commands(slurm_bin=folder)


SCONTROL = """
case "$1" in
listpids) printf 'PID JOBID STEPID LOCALID GLOBALID\\n%s 12 batch 0 0\\n-1 12 extern 0 0\\n' 77 ;;
*) printf 'JobId=12\\n     Nodes=n1 CPU_IDs=0 Mem=1 GRES=gpu:2(IDX:0-1)\\n' ;;
esac
"""


def test_slurm_is_asked_where_no_prolog_writes(tmp_path: Path) -> None:
    record = SlurmRecord(slurm(tmp_path), "n1")
    found = FoundJobs(JobFolder(tmp_path / "none"), record)
    assert ids(found.jobs([Sample(gpu, 0) for gpu in GPUS])) == {"GPU-a": [12], "GPU-b": [12]}
    assert record.commands.started == 2
    found.jobs([Sample(gpu, 0) for gpu in GPUS])
    assert record.commands.started == 2  # Once a minute, however often samples are taken.


def test_slurm_is_asked_of_a_busy_gpu_that_the_folder_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    record = SlurmRecord(slurm(tmp_path), "n1")
    found = FoundJobs(JobFolder(tmp_path / "jobs"), record)
    assert found.jobs([Sample(gpu, 0, processes=()) for gpu in GPUS]) == {}
    assert record.commands.started == 0
    busy = Sample(GPUS[0], 0, processes=(GpuProcess(77),))
    assert ids(found.jobs([busy])) == {"GPU-a": [12]}


def test_job_that_a_broken_node_left_behind_shares_no_gpu(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "GPU-a").write_text("3\n12\n")
    found = FoundJobs(JobFolder(tmp_path / "jobs"), SlurmRecord(slurm(tmp_path), "n1"))
    assert ids(found.jobs([Sample(GPUS[0], 0)])) == {"GPU-a": [12]}


def test_slurm_that_does_not_answer_changes_nothing(tmp_path: Path) -> None:
    write_program(tmp_path, "squeue", "exit 1")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "GPU-a").write_text("3\n12\n")
    record = SlurmRecord(Commands(slurm_bin=tmp_path), "n1")
    assert ids(FoundJobs(JobFolder(tmp_path / "jobs"), record).jobs([Sample(GPUS[0], 0)])) == {
        "GPU-a": [3, 12]
    }
    assert record.failed == 1


def test_job_of_a_process_is_in_its_cgroup_or_known_to_slurmd(tmp_path: Path) -> None:
    for pid, cgroup in (
        (5, "0::/system.slice/slurmstepd.scope/job_9/step_0/user"),
        (77, "0::/"),
        (6, "0::/"),
    ):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "cgroup").write_text(cgroup)
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a) b) S " + "0 " * 18 + "4711 0")
    processes = JobsOfProcesses(slurm(tmp_path), "n1", proc=tmp_path)
    assert processes.jobs([5, 77, 6, 99999]) == {5: 9, 77: 12}
    assert processes.jobs([5, 77]) == {5: 9, 77: 12}
    assert processes.commands.started == 1
