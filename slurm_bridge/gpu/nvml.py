"""All GPUs of this node through NVML, whatever happens to the driver meanwhile."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pynvml

from slurm_bridge.backoff import Backoff
from slurm_bridge.gpu.device_reading import DeviceReader
from slurm_bridge.gpu.devices import Device, find_devices
from slurm_bridge.gpu.gpm import Gpm
from slurm_bridge.gpu.nvml_calls import Calls, DriverGoneError, GpuGoneError
from slurm_bridge.gpu.samples import Sample
from slurm_bridge.gpu.xid import XidWatch

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 300
# So often it is looked whether there are other GPUs, since MIG may be cut anew at any time.
SECONDS_BETWEEN_COUNTS = 60


class LibraryReplacedError(Exception):
    """The driver is newer than the library that this process has loaded; only a new one helps."""


@dataclass
class Nvml:
    """Opens NVML, and opens it anew, less and less often, while anything is missing."""

    clock: Callable[[], float] = time.monotonic
    backoff: Backoff = field(
        default_factory=lambda: Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)
    )
    calls: Calls = field(default_factory=Calls)
    missing: int = 0
    """GPUs that the driver counts and that do not answer."""
    _devices: list[Device] = field(default_factory=list)
    _is_open: bool = False
    _again_at: float = float("-inf")
    _wants_reopening: bool = False
    _counted_at: float = float("-inf")

    def __post_init__(self) -> None:
        self._gpm = Gpm(self.calls)
        self._xid = XidWatch(self.calls)
        self._reader = DeviceReader(self.calls, self._gpm, self.clock)

    @property
    def is_open(self) -> bool:
        """Whether the driver answers."""
        return self._is_open

    def samples(self) -> list[Sample]:
        """Every GPU that answers, now; none while the driver is away."""
        if (not self._is_open or self._wants_reopening) and self.clock() >= self._again_at:
            self._reopen()
        if not self._is_open:
            return []
        try:
            self._xid.look()
            self._count_again()
            return self._read_all()
        except DriverGoneError as error:
            self._fault(f"the driver is gone: {error}")
            self._is_open = False
            return []

    def close(self) -> None:
        """Leave NVML."""
        if self._is_open:
            self._forget()

    def _read_all(self) -> list[Sample]:
        samples, lost = [], 0
        for device in self._devices:
            xid = self._xid.last.get(device.gpu.parent_uuid or device.gpu.uuid)
            try:
                samples.append(self._reader.read(device, xid))
            except GpuGoneError as error:
                lost += 1
                if not self._wants_reopening:
                    self._fault(f"GPU {device.gpu.uuid} is gone: {error}")
        if lost:
            self.missing = lost
        return samples

    def _count_again(self) -> None:
        if self.clock() < self._counted_at + SECONDS_BETWEEN_COUNTS:
            return
        self._counted_at = self.clock()
        devices, missing = find_devices(self.calls)
        if {item.gpu for item in devices} != {item.gpu for item in self._devices} and not missing:
            log.info("there are other GPUs: %d", len(devices))
            self._devices = devices
            self._xid.close()
            self._xid.open(devices)

    def _reopen(self) -> None:
        self._forget()
        try:
            pynvml.nvmlInit()
            self._devices, self.missing = find_devices(self.calls)
            self._counted_at = self.clock()
            self._xid.open(self._devices)
        except (pynvml.NVMLError, DriverGoneError) as error:
            if getattr(error, "value", None) == pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH:
                raise LibraryReplacedError(f"NVML cannot be opened: {error}") from error
            self._fault(f"cannot open NVML: {error}")
            return
        self._is_open, self._wants_reopening = True, False
        if self.missing:
            self._fault(f"{self.missing} of the driver's GPUs do not answer")
        else:
            self.backoff.reset()
            log.info("NVML is open: %d GPUs", len(self._devices))

    def _forget(self) -> None:
        """Close what is open; a driver that was replaced has forgotten it all anyway."""
        for step in (self._gpm.close, self._xid.close, pynvml.nvmlShutdown):
            try:
                step()
            except (pynvml.NVMLError, DriverGoneError, GpuGoneError):
                continue
        self._gpm = Gpm(self.calls)
        self._reader = DeviceReader(self.calls, self._gpm, self.clock)
        self._devices, self._is_open = [], False

    def _fault(self, words: str) -> None:
        seconds = self.backoff.after_fault()
        self._again_at = self.clock() + seconds
        self._wants_reopening = True
        log.warning("%s; NVML is opened anew in %.0f s", words, seconds)
