"""Critical errors (Xid) as the driver tells them: the last one of each GPU since the beginning."""

import contextlib
from ctypes import c_void_p, cast
from dataclasses import dataclass, field
from typing import Any

import pynvml

from slurm_bridge.gpu.devices import Device
from slurm_bridge.gpu.nvml_calls import Calls, GpuGoneError

# A driver in trouble may tell a great many; the rest waits for the next look.
MOST_AT_ONCE = 100


@dataclass
class XidWatch:
    """Listens from when it is opened; a GPU or driver that offers no events has none."""

    calls: Calls
    last: dict[str, int] = field(default_factory=dict)
    """The last error of each whole GPU."""
    _events: Any = None
    _uuids: dict[int | None, str] = field(default_factory=dict)
    """By what NVML's handle points to: a GPU that fell off the bus tells its UUID no more."""

    def open(self, devices: list[Device]) -> None:
        """Begin to listen to these GPUs."""
        self._events = self.calls.read(pynvml.nvmlEventSetCreate)
        if self._events is None:
            return
        for device in devices:
            self._uuids[_pointed(device.whole)] = device.gpu.parent_uuid or device.gpu.uuid
        for handle in {device.gpu.index: device.whole for device in devices}.values():
            wanted = pynvml.nvmlEventTypeXidCriticalError
            with contextlib.suppress(GpuGoneError):
                self.calls.read(pynvml.nvmlDeviceRegisterEvents, handle, wanted, self._events)

    def look(self) -> None:
        """Note what has happened since the last look, without waiting for more."""
        with contextlib.suppress(GpuGoneError):
            for _number in range(MOST_AT_ONCE if self._events is not None else 0):
                event = self.calls.read(pynvml.nvmlEventSetWait_v2, self._events, 0)
                if event is None:
                    return
                uuid = self._uuids.get(_pointed(event.device))
                if uuid is not None:
                    self.last[uuid] = int(event.eventData)

    def close(self) -> None:
        """Stop listening; what was heard is kept."""
        if self._events is not None:
            self.calls.read(pynvml.nvmlEventSetFree, self._events)
        self._events = None
        self._uuids.clear()


def _pointed(handle: Any) -> int | None:
    return cast(handle, c_void_p).value
