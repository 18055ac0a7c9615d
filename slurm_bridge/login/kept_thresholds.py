"""By what the portal judges how jobs used GPUs, as it said last; kept over a restart."""

import logging
from pathlib import Path

from pydantic import ValidationError

from slurm_bridge.gpu_verdict import Thresholds

log = logging.getLogger(__name__)


class KeptThresholds:
    """The portal's thresholds in a file; nothing that goes wrong with it holds anything up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thresholds = _read(path)

    @property
    def thresholds(self) -> Thresholds | None:
        """What the portal said last; None where it never did, or the file is of no use."""
        return self._thresholds

    def keep(self, thresholds: Thresholds) -> bool:
        """Keep what the portal says now; whether it is something else than before."""
        if thresholds == self._thresholds:
            return False
        self._thresholds = thresholds
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_text(thresholds.model_dump_json(), encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            log.warning("cannot keep %s: %s", self._path, error.strerror)
        return True


def _read(path: Path) -> Thresholds | None:
    """What a file says; the portal says it again with the next figures of GPUs."""
    try:
        return Thresholds.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("cannot use %s: %s", path, type(error).__name__)
        return None
