"""Which GPUs there are: whole ones, and in place of one that MIG has cut up, its instances."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pynvml

from slurm_bridge.gpu.nvml_calls import Calls, GpuGoneError
from slurm_bridge.gpu.samples import Gpu


@dataclass(frozen=True)
class Device:
    """A GPU with what NVML wants to be given for it."""

    gpu: Gpu
    handle: Any
    whole: Any
    """The handle of the whole GPU; the same, if this is one."""


def find_devices(calls: Calls) -> tuple[list[Device], int]:
    """Every GPU that answers, and how many did not."""
    found: list[Device] = []
    silent = 0
    for index in range(calls.read(pynvml.nvmlDeviceGetCount) or 0):
        try:
            device = _whole(calls, index)
            if device is None:
                silent += 1
            else:
                found.extend(_instances(calls, device) or [device])
        except GpuGoneError:
            silent += 1
    return found, silent


def _whole(calls: Calls, index: int) -> Device | None:
    handle = calls.read(pynvml.nvmlDeviceGetHandleByIndex, index)
    uuid = None if handle is None else calls.read(pynvml.nvmlDeviceGetUUID, handle)
    if uuid is None:
        return None
    gpu = Gpu(
        uuid=str(uuid),
        index=index,
        minor=calls.read(pynvml.nvmlDeviceGetMinorNumber, handle),
        model=str(calls.read(pynvml.nvmlDeviceGetName, handle) or ""),
    )
    return Device(gpu, handle, handle)


def _instances(calls: Calls, whole: Device) -> list[Device]:
    """The instances of a GPU in MIG mode; none of any other."""
    mode = calls.read(pynvml.nvmlDeviceGetMigMode, whole.handle)
    if not mode or mode[0] != pynvml.NVML_DEVICE_MIG_ENABLE:
        return []
    return list(_each_instance(calls, whole))


def _each_instance(calls: Calls, whole: Device) -> Iterator[Device]:
    for place in range(calls.read(pynvml.nvmlDeviceGetMaxMigDeviceCount, whole.handle) or 0):
        handle = calls.read(pynvml.nvmlDeviceGetMigDeviceHandleByIndex, whole.handle, place)
        uuid = None if handle is None else calls.read(pynvml.nvmlDeviceGetUUID, handle)
        if uuid is None:
            continue
        gpu = Gpu(
            uuid=str(uuid),
            index=whole.gpu.index,
            minor=whole.gpu.minor,
            model=str(calls.read(pynvml.nvmlDeviceGetName, handle) or whole.gpu.model),
            parent_uuid=whole.gpu.uuid,
            instance=calls.read(pynvml.nvmlDeviceGetGpuInstanceId, handle),
        )
        yield Device(gpu, handle, whole.handle)
