"""All that one GPU says of itself, each reading by itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pynvml

from slurm_bridge.gpu.devices import Device
from slurm_bridge.gpu.gpm import Gpm
from slurm_bridge.gpu.nvml_calls import Calls
from slurm_bridge.gpu.processes import running_processes
from slurm_bridge.gpu.samples import Sample

_MOST_PER_CENT = 100


@dataclass
class DeviceReader:
    """Reads GPUs; what MIG cannot tell of an instance stays out."""

    calls: Calls
    gpm: Gpm
    clock: Callable[[], float] = time.monotonic

    def read(self, device: Device, xid: int | None) -> Sample:
        """One GPU now; raises where it is gone."""
        gpu, handle, read = device.gpu, device.handle, self.calls.read
        memory = read(_memory, handle)
        sm, tensor, dram = self.gpm.activity(gpu.uuid, device.whole, gpu.instance)
        return Sample(
            gpu=gpu,
            at_seconds=self.clock(),
            sm_active=sm,
            tensor_active=tensor,
            dram_active=dram,
            memory_used_bytes=memory.used if memory else None,
            memory_total_bytes=memory.total if memory else None,
            processes=running_processes(self.calls, handle),
            xid=xid,
            **({} if gpu.parent_uuid else self._of_whole_gpu(handle)),
        )

    def _of_whole_gpu(self, handle: Any) -> dict[str, Any]:
        read = self.calls.read
        rates = read(pynvml.nvmlDeviceGetUtilizationRates, handle)
        milliwatts = read(pynvml.nvmlDeviceGetPowerUsage, handle)
        millijoules = read(pynvml.nvmlDeviceGetTotalEnergyConsumption, handle)
        ecc = pynvml.nvmlDeviceGetTotalEccErrors
        since_boot = pynvml.NVML_VOLATILE_ECC
        return {
            "utilisation": share(rates.gpu) if rates else None,
            "power_watts": None if milliwatts is None else milliwatts / 1000,
            "energy_joules": None if millijoules is None else millijoules / 1000,
            "sm_clock_mhz": read(pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_SM),
            "memory_clock_mhz": read(pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_MEM),
            "temperature_celsius": read(
                pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU
            ),
            "throttle_reasons": read(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle),
            "ecc_corrected": read(ecc, handle, pynvml.NVML_MEMORY_ERROR_TYPE_CORRECTED, since_boot),
            "ecc_uncorrected": read(
                ecc, handle, pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, since_boot
            ),
        }


def _memory(handle: Any) -> Any:
    """Total and used bytes; what the driver keeps for itself is nobody's use.

    The older call counts that as used, 615 MiB of an H200; drivers before 510 have no other.
    """
    try:
        return pynvml.nvmlDeviceGetMemoryInfo(handle, pynvml.nvmlMemory_v2)
    except pynvml.NVMLError_FunctionNotFound:
        return pynvml.nvmlDeviceGetMemoryInfo(handle)


def share(per_cent: int) -> float | None:
    """A share of 1, or None for what cannot be one."""
    return per_cent / 100 if 0 <= per_cent <= _MOST_PER_CENT else None
