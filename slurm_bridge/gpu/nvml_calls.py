"""Single calls of NVML: one that fails costs its own reading and no other."""

from collections.abc import Callable
from typing import TypeVar

import pynvml

Read = TypeVar("Read")

# After these nothing that was known of the driver holds any more.
_DRIVER_GONE = frozenset(
    {
        pynvml.NVML_ERROR_UNINITIALIZED,
        pynvml.NVML_ERROR_DRIVER_NOT_LOADED,
        pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH,
    }
)
# After these one GPU is gone until the driver finds it again.
_GPU_GONE = frozenset(
    {
        pynvml.NVML_ERROR_GPU_IS_LOST,
        pynvml.NVML_ERROR_RESET_REQUIRED,
        pynvml.NVML_ERROR_GPU_NOT_FOUND,
    }
)
# These are answers: the GPU has no such thing, or nothing to say just now.
_NOTHING_TO_READ = frozenset(
    {
        pynvml.NVML_SUCCESS,  # nvidia-ml-py raises it for an empty list of processes.
        pynvml.NVML_ERROR_NOT_SUPPORTED,
        pynvml.NVML_ERROR_FUNCTION_NOT_FOUND,
        pynvml.NVML_ERROR_NOT_FOUND,
        pynvml.NVML_ERROR_NO_DATA,
        pynvml.NVML_ERROR_TIMEOUT,
    }
)


class DriverGoneError(Exception):
    """The driver was unloaded or replaced, so NVML must be opened anew."""


class GpuGoneError(Exception):
    """One GPU no longer answers."""


class Calls:
    """Makes calls and counts those that failed."""

    def __init__(self) -> None:
        self.failed = 0

    def read(self, call: Callable[..., Read], *args: object) -> Read | None:
        """What a call answers, or None; raises only where a GPU or the driver is gone."""
        try:
            return call(*args)
        except pynvml.NVMLError as error:
            code = error.value
        if code in _DRIVER_GONE:
            raise DriverGoneError(str(pynvml.NVMLError(code)))
        if code in _GPU_GONE:
            raise GpuGoneError(str(pynvml.NVMLError(code)))
        if code not in _NOTHING_TO_READ:
            self.failed += 1
        return None
