"""Which approved plans were begun: an interrupted one is finished, and not asked about again.

An approval is for one exact plan. Once its first change is made, what is left is another plan with
another id, so that the bridge must remember what the approval was for.
"""

import logging
import os
from collections.abc import Collection
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from slurm_bridge.changes import Change
from slurm_bridge.errors import FatalConfigError
from slurm_bridge.plan import Plan

log = logging.getLogger(__name__)

Changes = dict[str, tuple[Change, ...]]
_FORMAT = TypeAdapter(Changes)


class BegunPlans:
    """The changes of each plan that was begun, kept in a file if there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._plans: Changes = _stored(path) if path else {}

    @property
    def ids(self) -> tuple[str, ...]:
        """The plans that were begun and are still approved, as far as is known."""
        return tuple(sorted(self._plans))

    def changes(self, approved: Collection[str]) -> set[Change]:
        """All changes of the plans begun; those that are approved no more are forgotten."""
        self._keep({key: value for key, value in self._plans.items() if key in approved})
        return {change for changes in self._plans.values() for change in changes}

    def begin(self, plan: Plan) -> None:
        """Remember a plan before its first change is made."""
        self._keep(self._plans | {plan.plan_id: plan.changes})

    def _keep(self, plans: Changes) -> None:
        if self._path is not None and plans != self._plans:
            _store(self._path, _FORMAT.dump_json(plans))
        self._plans = plans


def _stored(path: Path) -> Changes:
    try:
        return _FORMAT.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        log.warning("what was begun is forgotten, and must be approved again: %s: %s", path, error)
        return {}


def _store(path: Path, content: bytes) -> None:
    """Either the old file or the new one is there, whatever happens meanwhile."""
    temporary = path.with_suffix(".new")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise FatalConfigError(f"cannot write {path}: {error.strerror}") from error
