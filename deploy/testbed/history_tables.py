"""How runs of jobs stand in slurmdbd's own tables (22.05), written in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from deploy.testbed.past_jobs import NO_ARRAY_TASK, PastRun, State

CPU, MEMORY, NODE, BILLING = 1, 2, 4, 5
MEGABYTES_A_CPU = 2000
BATCH_STEP = -5
# Set in mem_req by Slurm when the amount is for each CPU.
MEMORY_IS_PER_CPU = 0x8000000000000000
# The backfill scheduler started it.
STARTED_BY_BACKFILL = 0x10

JOB_COLUMNS = (
    "mod_time",
    "account",
    "cpus_req",
    "exit_code",
    "derived_ec",
    "flags",
    "job_name",
    "id_assoc",
    "id_array_job",
    "id_array_task",
    "id_job",
    "id_qos",
    "id_resv",
    "id_wckey",
    "id_user",
    "id_group",
    "het_job_id",
    "het_job_offset",
    "kill_requid",
    "state_reason_prev",
    "mem_req",
    "nodelist",
    "nodes_alloc",
    "node_inx",
    "`partition`",
    "priority",
    "state",
    "timelimit",
    "time_submit",
    "time_eligible",
    "time_start",
    "time_end",
    "time_suspended",
    "work_dir",
    "submit_line",
    "tres_alloc",
    "tres_req",
)


def write_job_rows(path: Path, runs: Iterable[PastRun], gpu_tres: int) -> None:
    """Write runs as a file that `LOAD DATA` reads."""
    with path.open("w") as stream:
        for run in runs:
            row = job_row(run, gpu_tres)
            stream.write("\t".join("\\N" if value is None else str(value) for value in row) + "\n")


def job_row(run: PastRun, gpu_tres: int) -> tuple[int | str | None, ...]:
    """One run, in the order of JOB_COLUMNS."""
    ran = run.started is not None
    tres = tres_list(run, gpu_tres)
    return (
        run.ended,
        run.member.account,
        run.cpus,
        run.exit_code,
        run.exit_code,
        STARTED_BY_BACKFILL,
        run.name,
        run.member.association_id,
        run.array_job_id,
        run.array_task,
        run.job_id,
        run.member.qos_id,
        0,
        0,
        run.member.uid,
        run.member.gid,
        0,
        NO_ARRAY_TASK,
        run.member.uid if run.state is State.CANCELLED else None,
        0,
        MEMORY_IS_PER_CPU + MEGABYTES_A_CPU,
        node_list(run) if ran else "None assigned",
        run.nodes if ran else 0,
        index_span(run.first_node - 1, run.nodes) if ran else None,
        run.partition.name,
        1,
        int(run.state),
        run.timelimit_minutes,
        run.submitted,
        run.submitted,
        run.started or 0,
        run.ended,
        run.suspended_seconds,
        f"/home/{run.member.user}",
        f"sbatch --account={run.member.account} --gres=gpu:{run.gpus} {run.name}.sh",
        tres if ran else "",
        tres,
    )


def tres_list(run: PastRun, gpu_tres: int) -> str:
    """What the run has or wants, by the numbers of slurmdbd's tres_table."""
    amounts = {
        CPU: run.cpus,
        MEMORY: run.cpus * MEGABYTES_A_CPU,
        NODE: run.nodes,
        BILLING: run.cpus,
        gpu_tres: run.gpus,
    }
    return ",".join(f"{tres}={amount}" for tres, amount in amounts.items() if amount)


def node_list(run: PastRun) -> str:
    """The run's nodes as Slurm writes them."""
    span = index_span(run.first_node, run.nodes)
    return f"{run.partition.node_prefix}{span if run.nodes == 1 else f'[{span}]'}"


def index_span(first: int, count: int) -> str:
    """So many numbers from the first on."""
    return str(first) if count == 1 else f"{first}-{first + count - 1}"


def load_statements(cluster: str, rows: Path, first_job_id: int) -> str:
    """SQL that puts the rows in, and a step and the suspensions of each run, all or nothing."""
    jobs = f"`{cluster}_job_table`"
    # slurmdbd goes on writing rows of its own meanwhile, of jobs with lower ids.
    ours = f"FROM {jobs} WHERE job_db_inx > @before AND id_job >= {first_job_id}"
    return f"""
SET @before = (SELECT COALESCE(MAX(job_db_inx), 0) FROM {jobs});
START TRANSACTION;
LOAD DATA LOCAL INFILE '{rows}' INTO TABLE {jobs} ({", ".join(JOB_COLUMNS)});
INSERT INTO `{cluster}_step_table` (
    job_db_inx, exit_code, id_step, kill_requid, nodelist, nodes_alloc, node_inx, state,
    step_name, task_cnt, time_start, time_end, time_suspended, user_sec, tres_alloc)
SELECT
    job_db_inx, exit_code, {BATCH_STEP}, kill_requid, nodelist, nodes_alloc, node_inx,
    IF(state = {int(State.REQUEUED)}, {int(State.CANCELLED)}, state),
    'batch', 1, time_start, time_end, time_suspended, time_end - time_start, tres_alloc
{ours} AND time_start > 0;
INSERT INTO `{cluster}_suspend_table` (job_db_inx, id_assoc, time_start, time_end)
SELECT job_db_inx, id_assoc, time_start + 1, time_start + 1 + time_suspended
{ours} AND time_suspended > 0;
COMMIT;
"""
