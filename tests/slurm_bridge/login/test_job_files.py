"""How the bridge tells login nodes what GPUs did, and what never reaches anybody else's file."""

import json
import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from slurm_bridge.errors import TransientPortalError
from slurm_bridge.gpu_verdict import DEFAULT_THRESHOLDS, Thresholds
from slurm_bridge.login.job_files import KEPT_SECONDS, REMEMBERED_SECONDS, JobFiles
from slurm_bridge.login.job_ledger import JobUse, jobs_from_json
from slurm_bridge.login.kept_thresholds import KeptThresholds
from slurm_bridge.login.ledger import LedgerError
from slurm_bridge.login.passing_by import CountersPassingBy, JobsPassingBy
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark
from slurm_bridge.wire_gpu import GpuBatch, GpuCounter, GpuUsageAnswer
from tests.slurm_bridge.portions import columns_of

NOW = 1_800_000_000
UIDS = {"ada": os.getuid(), "bob": 200_002}


class Portal:
    """Takes everything, unless it is away."""

    is_away = False
    thresholds: Thresholds | None = DEFAULT_THRESHOLDS

    def send_jobs(self, batch: JobBatch) -> Watermark:
        self._answer()
        return Watermark(complete_until=0)

    def packed_jobs(self, batch: JobBatch) -> Callable[[], Watermark]:
        return partial(self.send_jobs, batch)

    def send_gpu_usage(self, batch: GpuBatch) -> GpuUsageAnswer:
        self._answer()
        return GpuUsageAnswer(stored=len(batch.counters), waiting=0, thresholds=self.thresholds)

    def _answer(self) -> None:
        if self.is_away:
            raise TransientPortalError("away")


@pytest.fixture
def portal() -> Portal:
    return Portal()


def judged_by_default(folder: Path) -> KeptThresholds:
    """What a bridge knows that has spoken with the portal before."""
    kept = KeptThresholds(folder / "gpu-thresholds.json")
    kept.keep(DEFAULT_THRESHOLDS)
    return kept


@pytest.fixture
def files(tmp_path: Path) -> JobFiles:
    return JobFiles(
        tmp_path / "login",
        "https://portal.example.org",
        judged_by_default(tmp_path),
        clock=lambda: NOW,
        uid_of=UIDS.get,
    )


def row(job_id: int = 7, **fields: object) -> JobRow:
    values: dict[str, object] = {
        "db_index": 100 + job_id,
        "job_id": job_id,
        "account": "aif26rs0001",
        "username": "ada",
        "partition": "h200",
        "state": "COMPLETED",
        "submitted_at": NOW - 7300,
        "started_at": NOW - 7200,
        "ended_at": NOW,
        "gpus": 2,
    }
    return JobRow.model_validate(values | fields)


def counter(job_id: int = 7, gpu: str = "GPU-0", idle: float = 0, **fields: object) -> GpuCounter:
    values: dict[str, object] = {
        "job_id": job_id,
        "node": "node1",
        "gpu": gpu,
        "first_sample_at": NOW - 7200,
        "last_sample_at": NOW,
        "samples": 720,
        "observed_seconds": 7200.0,
        "utilisation_seconds": 7200.0 * (1 - idle),
        "idle_seconds": 7200.0 * idle,
        "energy_joules": 3_600_000.0,
    }
    return GpuCounter.model_validate(values | fields)


def bring(files: JobFiles, portal: Portal, rows: list[JobRow], counters: list[GpuCounter]) -> None:
    batch = JobBatch(read_at=NOW, columns=columns_of(rows)) if rows else JobBatch(read_at=NOW)
    JobsPassingBy(portal, files).send_jobs(batch)
    batch = GpuBatch(read_at=NOW, counters=tuple(counters))
    CountersPassingBy(portal, files).send_gpu_usage(batch)


def told(files: JobFiles, uid: int = UIDS["ada"]) -> tuple[JobUse, ...]:
    path = files.folder / "jobs" / f"{uid}.json"
    return jobs_from_json(path.read_text()) if path.exists() else ()


def test_a_job_is_told_with_its_verdict_once_row_and_counters_are_there(
    files: JobFiles, portal: Portal
) -> None:
    bring(files, portal, [], [counter(idle=0), counter(gpu="GPU-1", idle=1)])
    assert told(files) == ()
    bring(files, portal, [row()], [])
    [job] = told(files)
    assert job.sentence == (
        "1 of 2 GPUs was idle for 100 % of the time: your program probably uses one GPU."
    )
    assert job.help_url == "https://portal.example.org/help/gpu#some-gpus-unused"
    assert (job.measured_gpu_seconds, job.idle_gpu_seconds) == (14_400, 7200)
    assert job.energy_joules == 7_200_000


def test_a_job_that_comes_as_a_row_of_its_own_is_told_too(files: JobFiles, portal: Portal) -> None:
    JobsPassingBy(portal, files).send_jobs(JobBatch(read_at=NOW, rows=(row(),)))
    bring(files, portal, [], [counter()])
    assert [job.raw_id for job in told(files)] == [7]


def test_a_history_of_past_runs_takes_no_memory(files: JobFiles, portal: Portal) -> None:
    long_ago = NOW - REMEMBERED_SECONDS - 1
    past = row(7, submitted_at=long_ago - 20, started_at=long_ago - 10, ended_at=long_ago)
    bring(files, portal, [past, row(8)], [counter(7), counter(8)])
    assert [job.raw_id for job in told(files)] == [8]


def test_each_person_has_their_own_file_that_only_they_can_read(
    files: JobFiles, portal: Portal
) -> None:
    rows = [row(7), row(8, username="bob"), row(9, username="nobody-here"), row(10, gpus=0)]
    bring(files, portal, rows, [counter(number) for number in (7, 8, 9, 10)])
    assert [job.raw_id for job in told(files)] == [7]
    assert [job.raw_id for job in told(files, UIDS["bob"])] == [8]
    assert {path.name for path in (files.folder / "jobs").iterdir()} == {
        f"{uid}.json" for uid in UIDS.values()
    }
    assert stat.S_IMODE((files.folder / "jobs").stat().st_mode) == 0o711
    mode = (files.folder / "jobs" / f"{UIDS['bob']}.json").stat().st_mode
    assert not mode & stat.S_IROTH


def test_a_bridge_that_starts_again_keeps_what_it_told(files: JobFiles, portal: Portal) -> None:
    bring(files, portal, [row(7)], [counter(7)])
    again = JobFiles(files.folder, files.portal_url, files.kept, files.clock, files.uid_of)
    bring(again, portal, [row(8)], [counter(8)])
    assert [job.raw_id for job in told(again)] == [8, 7]
    later = JobFiles(
        files.folder, "https://p", files.kept, lambda: NOW + KEPT_SECONDS + 1, files.uid_of
    )
    later.note_jobs([row(9)], NOW + KEPT_SECONDS)
    later.note_counters([counter(9)])
    later.publish()
    assert [job.raw_id for job in told(later)] == [9]


def test_a_damaged_file_is_written_anew(files: JobFiles, portal: Portal) -> None:
    bring(files, portal, [row(7)], [counter(7)])
    path = files.folder / "jobs" / f"{UIDS['ada']}.json"
    path.chmod(0o600)
    path.write_text('{"format": 1, "jobs": [{"job_id": ')
    bring(files, portal, [row(8)], [counter(8)])
    assert [job.raw_id for job in told(files)] == [8]


def test_the_portal_away_holds_up_nobody_on_login_nodes(files: JobFiles, portal: Portal) -> None:
    portal.is_away = True
    with pytest.raises(TransientPortalError):
        bring(files, portal, [row()], [])
    with pytest.raises(TransientPortalError):
        CountersPassingBy(portal, files).send_gpu_usage(
            GpuBatch(read_at=NOW, counters=(counter(),))
        )
    assert len(told(files)) == 1


def test_nothing_is_told_before_the_portal_has_said_by_what_it_judges(
    tmp_path: Path, portal: Portal
) -> None:
    state = tmp_path / "gpu-thresholds.json"
    for content in (None, b"", b"{}", b'{"unused_percent": "all"}', b"\xff"):
        if content is not None:
            state.write_bytes(content)
        kept = KeptThresholds(state)
        files = JobFiles(tmp_path / "login", "https://p", kept, lambda: NOW, UIDS.get)
        portal.thresholds = None
        bring(files, portal, [row(gpus=1)], [counter()])
        assert told(files) == (), "an older portal says nothing of thresholds"
    portal.thresholds = DEFAULT_THRESHOLDS
    bring(files, portal, [], [])
    assert [job.verdict for job in told(files)] == ["good"]
    assert KeptThresholds(state).thresholds == DEFAULT_THRESHOLDS


def test_login_nodes_judge_as_the_portal_does_from_its_next_answer_on(
    files: JobFiles, portal: Portal
) -> None:
    bring(
        files, portal, [row(7, gpus=1), row(8, gpus=1)], [counter(7, idle=0.6), counter(8, idle=0)]
    )
    assert {job.raw_id: job.verdict for job in told(files)} == {7: "good", 8: "good"}
    portal.thresholds = DEFAULT_THRESHOLDS.model_copy(update={"unused_percent": 50})
    bring(files, portal, [], [])
    assert {job.raw_id: job.verdict for job in told(files)} == {7: "no-gpu-used", 8: "good"}
    portal.thresholds = None
    bring(files, portal, [row(9, gpus=1)], [counter(9, idle=0.6)])
    assert told(files)[0].verdict == "no-gpu-used", "what it said last holds"


def test_a_state_folder_that_cannot_be_written_holds_up_nothing(
    tmp_path: Path, portal: Portal
) -> None:
    kept = KeptThresholds(tmp_path / "nowhere" / "gpu-thresholds.json")
    files = JobFiles(tmp_path / "login", "https://p", kept, lambda: NOW, UIDS.get)
    bring(files, portal, [row()], [counter(gpu="GPU-0"), counter(gpu="GPU-1")])
    assert [job.verdict for job in told(files)] == ["good"]


def test_a_folder_that_cannot_be_written_holds_up_nothing(tmp_path: Path, portal: Portal) -> None:
    (tmp_path / "file").write_text("")
    kept = judged_by_default(tmp_path)
    files = JobFiles(tmp_path / "file", "https://p", kept, uid_of=UIDS.get)
    bring(files, portal, [row()], [counter()])


def test_of_a_requeued_job_the_last_run_is_judged_by_its_own_counters(
    files: JobFiles, portal: Portal
) -> None:
    first = row(7, db_index=1, state="REQUEUED", ended_at=NOW - 5000, gpus=1)
    second = row(7, db_index=2, started_at=NOW - 4000, gpus=1)
    old = counter(idle=1, last_sample_at=NOW - 5000, observed_seconds=2200.0,
                  idle_seconds=2200.0)  # fmt: skip
    new = counter(first_sample_at=NOW - 3990, observed_seconds=3990.0, utilisation_seconds=3900.0)
    bring(files, portal, [first, second], [old, new])
    [job] = told(files)
    assert job.verdict == "good"
    assert job.measured_gpu_seconds == 3990


def test_a_task_of_an_array_is_called_as_squeue_shows_it(files: JobFiles, portal: Portal) -> None:
    bring(files, portal, [row(7, array_job_id=5, array_task_id=2)], [counter(7)])
    [job] = told(files)
    assert job.is_called("5_2")
    assert job.is_called("7")
    assert not job.is_called("5")


def test_what_nobody_measured_is_no_data(files: JobFiles, portal: Portal) -> None:
    unknown = counter(utilisation_seconds=None, idle_seconds=None, energy_joules=None)
    bring(files, portal, [row()], [unknown])
    [job] = told(files)
    assert (job.verdict, job.sentence, job.energy_joules) == ("", "", None)


@pytest.mark.parametrize(
    "change",
    [
        {"gpus": -1},
        {"gpus": True},
        {"held_seconds": float("nan")},
        {"sentence": None},
        {"more": 1},
        {"energy_joules": "much"},
    ],
)
def test_a_file_of_another_shape_is_refused(
    files: JobFiles, portal: Portal, change: dict[str, object]
) -> None:
    bring(files, portal, [row()], [counter()])
    content = json.loads((files.folder / "jobs" / f"{UIDS['ada']}.json").read_text())
    content["jobs"][0] |= change
    with pytest.raises(LedgerError):
        jobs_from_json(json.dumps(content))
