"""Which processes are on a GPU, and how much each of them uses it."""

from typing import Any

import pynvml

from slurm_bridge.gpu.nvml_calls import Calls
from slurm_bridge.gpu.samples import GpuProcess

MOST_PROCESSES = 1000
_MOST_PER_CENT = 100


def running_processes(calls: Calls, handle: Any) -> tuple[GpuProcess, ...] | None:
    """The processes of a GPU; None where NVML does not say."""
    listed = calls.read(pynvml.nvmlDeviceGetComputeRunningProcesses, handle)
    if listed is None:
        return None
    used = _utilisation(calls, handle) if len(listed) > 1 else {}
    return tuple(
        GpuProcess(
            pid=int(process.pid),
            memory_bytes=process.usedGpuMemory,
            # One that NVML does not list beside others has run nothing lately.
            utilisation=used.get(int(process.pid), 0.0) if used else None,
        )
        for process in listed[:MOST_PROCESSES]
    )


def _utilisation(calls: Calls, handle: Any) -> dict[int, float]:
    """The latest share of each process, as NVML has them in its short memory."""
    latest: dict[int, tuple[int, float]] = {}
    for item in calls.read(pynvml.nvmlDeviceGetProcessUtilization, handle, 0) or ():
        pid, told_at = int(item.pid), int(item.timeStamp)
        is_newer = pid not in latest or told_at >= latest[pid][0]
        if pid and is_newer and item.smUtil <= _MOST_PER_CENT:
            latest[pid] = (told_at, item.smUtil / 100)
    return {pid: used for pid, (_told_at, used) in latest.items()}
