"""What somebody may know of how their jobs used GPUs; light, since a command starts with it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from slurm_bridge.login.ledger import FORMAT, LONGEST_TEXT, LedgerError, fields_of, printable

FOLDER = "jobs"
MOST_JOBS = 500
_MOST = 2.0**53


@dataclass(frozen=True)
class JobUse:
    """How one run used its GPUs, as far as the bridge knows; None is no data."""

    job_id: str
    """As squeue shows it: 123, or 123_4."""
    raw_id: int
    account: str
    gpus: int
    held_seconds: float
    """For how long it held each of them."""
    has_ended: bool
    as_of: int
    verdict: str
    """One of `gpu_verdict.Kind`; empty where nothing can be said."""
    sentence: str
    help_url: str
    measured_gpu_seconds: float
    busy_gpu_seconds: float
    idle_gpu_seconds: float
    energy_joules: float | None

    def is_called(self, job_id: str) -> bool:
        """Whether somebody means this run by what they typed."""
        return job_id in (self.job_id, str(self.raw_id))


def jobs_to_json(jobs: Iterable[JobUse]) -> str:
    """The file's text; the same for equal jobs."""
    return json.dumps({"format": FORMAT, "jobs": [asdict(job) for job in jobs]}, sort_keys=True)


def jobs_from_json(text: str) -> tuple[JobUse, ...]:
    """The jobs that a file holds, the newest first; LedgerError if it is anything else."""
    jobs = fields_of(text).get("jobs")
    if not isinstance(jobs, list):
        raise LedgerError("its field jobs is missing or of another kind")
    return tuple(_job(item) for item in jobs[:MOST_JOBS])


def _job(values: object) -> JobUse:
    names = [item.name for item in fields(JobUse)]
    if not isinstance(values, dict) or set(values) != set(names):
        raise LedgerError("a job has other fields than expected")
    return JobUse(**{name: _checked(name, values[name]) for name in names})


def _checked(name: str, value: Any) -> Any:
    kind = _KINDS[name]
    if value is None and name == "energy_joules":
        return None
    if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
        raise LedgerError(f"a job's field {name} is of another kind")
    if isinstance(value, str):
        return printable(value[:LONGEST_TEXT])
    if not 0 <= value <= _MOST:
        raise LedgerError(f"a job's field {name} is no amount")
    return value


_KINDS: dict[str, Any] = {
    "job_id": str,
    "raw_id": int,
    "account": str,
    "gpus": int,
    "held_seconds": (int, float),
    "has_ended": bool,
    "as_of": int,
    "verdict": str,
    "sentence": str,
    "help_url": str,
    "measured_gpu_seconds": (int, float),
    "busy_gpu_seconds": (int, float),
    "idle_gpu_seconds": (int, float),
    "energy_joules": (int, float),
}
