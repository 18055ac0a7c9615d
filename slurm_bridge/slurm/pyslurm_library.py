"""pyslurm, where it is installed: Slurm's own library inside this process.

It must match Slurm's release, and it reads SLURM_CONF once, at its import: one cluster for each
process. Slurm's MessageTimeout bounds each call.
"""

import importlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slurm_bridge.errors import FatalConfigError, TransientSlurmError

# Slurm's library keeps its last error in one place.
_LOCK = threading.Lock()
_imported_for: list[str | None] = []


def pyslurm_for(slurm_conf: Path | None) -> Any:
    """The library, bound to this cluster; ImportError where it is not installed or does not fit."""
    wanted = str(slurm_conf) if slurm_conf else os.environ.get("SLURM_CONF")
    with _LOCK:
        if not _imported_for:
            if wanted is not None:
                os.environ["SLURM_CONF"] = wanted
            library = importlib.import_module("pyslurm")
            _imported_for.append(wanted)
            return library
    if _imported_for[0] != wanted:
        raise FatalConfigError(f"pyslurm already serves {_imported_for[0]} in this process")
    return importlib.import_module("pyslurm")


@contextmanager
def calling(pyslurm: Any) -> Iterator[None]:
    """One call at a time; its errors become the bridge's own."""
    with _LOCK:
        try:
            yield
        except (pyslurm.PyslurmError, ValueError) as error:
            raise TransientSlurmError(f"slurmctld refused: {error}") from error
