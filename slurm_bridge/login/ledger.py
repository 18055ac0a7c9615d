"""What a member may know of their projects at one site; light, since each command starts with it.

Amounts are GPU-minutes. They are Slurm's own counters, not sums of accounting: Slurm refuses and
starts jobs by these, and they already hold the time that running jobs have used so far.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

FORMAT = 1
LONGEST_TEXT = 1000
MOST_ITEMS = 10_000
MOST_MINUTES = 2**53

Value = TypeVar("Value")


class LedgerError(Exception):
    """The file is not what the bridge writes."""


@dataclass(frozen=True)
class ProjectBalance:
    """One project's budget at this site."""

    account: str
    qos: str
    partitions: tuple[str, ...]
    granted_gpu_minutes: int
    used_gpu_minutes: int
    reserved_gpu_minutes: int
    """What running jobs may still use, up to their time limits."""
    ends_on: str
    """The last day, as in 2026-12-31; empty where the portal does not say."""
    closed_because: str
    """Why no new job is accepted; empty where the project is open."""
    members: tuple[str, ...]

    @property
    def left_gpu_minutes(self) -> int:
        """What a new job may count on."""
        taken = self.used_gpu_minutes + self.reserved_gpu_minutes
        return max(0, self.granted_gpu_minutes - taken)


@dataclass(frozen=True)
class Ledger:
    """All projects of one person at one site."""

    site: str
    portal_url: str
    username: str
    gpu_types: dict[str, tuple[str, ...]]
    """The GPU types in each of the site's partitions."""
    projects: tuple[ProjectBalance, ...]

    def to_json(self) -> str:
        """The file's text; the same for equal ledgers."""
        return json.dumps({"format": FORMAT} | asdict(self), sort_keys=True)


def ledger_from_json(text: str) -> Ledger:
    """The ledger that a file holds; LedgerError if it is anything else."""
    values = fields_of(text)
    projects = _typed(values, "projects", list)
    return Ledger(
        site=_text(values, "site"),
        portal_url=_text(values, "portal_url"),
        username=_text(values, "username"),
        gpu_types={
            partition: _texts(values["gpu_types"], partition)
            for partition in _typed(values, "gpu_types", dict)
        },
        projects=tuple(_project(item) for item in projects[:MOST_ITEMS]),
    )


def fields_of(text: str) -> dict[str, Any]:
    """The fields of one of the bridge's JSON files, in the format that is known here."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LedgerError("it is not JSON") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise LedgerError("it has another format; install the same release as the bridge")
    return values


def printable(text: str) -> str:
    """Text that cannot move a terminal's cursor or change its colours, on one line."""
    line = " ".join(text.split())
    return "".join(character for character in line if character.isprintable())


def _project(values: object) -> ProjectBalance:
    if not isinstance(values, dict):
        raise LedgerError("a project is no object")
    return ProjectBalance(
        account=_text(values, "account"),
        qos=_text(values, "qos"),
        partitions=_texts(values, "partitions"),
        granted_gpu_minutes=_minutes(values, "granted_gpu_minutes"),
        used_gpu_minutes=_minutes(values, "used_gpu_minutes"),
        reserved_gpu_minutes=_minutes(values, "reserved_gpu_minutes"),
        ends_on=_text(values, "ends_on"),
        closed_because=_text(values, "closed_because"),
        members=_texts(values, "members"),
    )


def _typed(values: dict[str, Any], name: str, kind: type[Value]) -> Value:
    value = values.get(name)
    # In Python a truth value is a number, and in JSON it is not.
    if not isinstance(value, kind) or isinstance(value, bool):
        raise LedgerError(f"its field {name} is missing or of another kind")
    return value


def _text(values: dict[str, Any], name: str) -> str:
    return printable(_typed(values, name, str)[:LONGEST_TEXT])


def _texts(values: dict[str, Any], name: str) -> tuple[str, ...]:
    items = _typed(values, name, list)[:MOST_ITEMS]
    if not all(isinstance(item, str) for item in items):
        raise LedgerError(f"its field {name} holds something other than text")
    return tuple(printable(item[:LONGEST_TEXT]) for item in items)


def _minutes(values: dict[str, Any], name: str) -> int:
    amount = _typed(values, name, int)
    if not 0 <= amount <= MOST_MINUTES:
        raise LedgerError(f"its field {name} is no amount of time")
    return amount
