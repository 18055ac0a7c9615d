"""What Belfry sets on a partition of its own, as a value that plans can compare and show."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

Minutes = Annotated[int, Field(strict=True, ge=1, le=2**31)]
# Shorter than what a form takes, so that a line of slurm.conf with it stays readable.
NodeList = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._,\[\]-]*$", max_length=4000)
]


class PartitionSettings(BaseModel):
    """Nodes, access, limits and priority; None is what Slurm calls UNLIMITED or leaves unset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nodes: str
    """Folded."""
    accounts: tuple[str, ...]
    """Sorted; empty where every account may use it."""
    default_minutes: StrictInt | None
    max_minutes: StrictInt | None
    max_nodes: StrictInt | None
    priority: StrictInt
    memory_mb_per_cpu: StrictInt | None
    is_open: StrictBool | None
    """Whether new jobs are taken; None where an administrator has paused it (DOWN, INACTIVE)."""

    def words(self) -> str:
        """All of it, for people."""
        return ", ".join((f"nodes {self.nodes or 'none'}", *_limits(self)))

    def difference(self, before: "PartitionSettings") -> str:
        """What changes on the way from there to here, for people; empty where nothing does."""
        pairs = zip(_parts(before).items(), _parts(self).values(), strict=True)
        return ", ".join(f"{name} from {old} to {new}" for (name, old), new in pairs if old != new)


def _limits(settings: PartitionSettings) -> tuple[str, ...]:
    parts = _parts(settings)
    return tuple(f"{name} {parts[name]}" for name in ("longest job", "most nodes", "priority"))


def _parts(settings: PartitionSettings) -> dict[str, str]:
    return {
        "nodes": settings.nodes or "none",
        "accounts": ",".join(settings.accounts) or "all",
        "time when none is given": _minutes(settings.default_minutes),
        "longest job": _minutes(settings.max_minutes),
        "most nodes": "unlimited" if settings.max_nodes is None else str(settings.max_nodes),
        "priority": str(settings.priority),
        "memory a core": f"{settings.memory_mb_per_cpu or 'no'} MB",
        "state": _STATES[settings.is_open],
    }


_STATES = {True: "open", False: "closed to new jobs", None: "paused by hand"}


def _minutes(minutes: int | None) -> str:
    return "unlimited" if minutes is None else f"{minutes // 60}:{minutes % 60:02}"
