"""pyslurm 25.11 as far as the bridge uses it, over partitions in memory.

It has the real one's names and types, so that the bridge's side of it can be tested where the real
one cannot be built; the contract tests run on the real one where it can.
"""

from types import SimpleNamespace
from typing import Any

SETTABLE = {
    "nodes", "allowed_accounts", "default_time", "max_time", "max_nodes", "priority_tier",
    "default_memory_per_cpu", "state",
}  # fmt: skip
INFINITE = 0xFFFF_FFFF


class PyslurmError(Exception):
    """The base of its errors."""


class RPCError(PyslurmError):
    """slurmctld refused."""


class FakePyslurm:
    """The module, with the cluster behind it."""

    PyslurmError = PyslurmError
    RPCError = RPCError

    def __init__(self) -> None:
        self.partitions: dict[str, Any] = {}
        self.nodes = [
            node("zellik-gpu1", "IDLE", {"gpu:h200": 4, "shard": 8}, {}),
            node("zellik-gpu2", "MIXED+DRAIN", {"gpu:h200": 4}, {"cpu": "1", "gres/gpu": "3"}),
        ]
        self.jobs = [
            job("physics", "ada", "RUNNING", "h200"),
            job("physics", "bob", "PENDING", "h200,own"),
            job("physics", "cem", "COMPLETED", "old"),
        ]
        self.Partitions = loader(lambda: dict(self.partitions))
        self.Nodes = loader(lambda: dict(enumerate(self.nodes)))
        self.Jobs = loader(lambda: dict(enumerate(self.jobs)))
        figures = SimpleNamespace(
            jobs_running=1, jobs_pending=1, dbd_agent_queue_size=7, data_since=99
        )
        self.slurmctld = SimpleNamespace(diag=lambda: figures)

    def Partition(self, name: str | None = None, **values: object) -> "FakePartition":  # noqa: N802
        return FakePartition(self, name, values)


class FakePartition:
    """A partition, or the changes of one."""

    def __init__(self, library: FakePyslurm, name: str | None, values: dict[str, object]) -> None:
        assert values.keys() <= SETTABLE, values
        self.library, self.name, self.values = library, name, values

    def create(self) -> None:
        if self.name in self.library.partitions:
            raise RPCError("Invalid partition name specified")
        self.library.partitions[str(self.name)] = SimpleNamespace(name=self.name)
        self._store(self.values)

    def modify(self, changes: "FakePartition") -> None:
        if self.name not in self.library.partitions:
            raise RPCError("Invalid partition name specified")
        self._store(changes.values)

    def delete(self) -> None:
        if self.library.partitions.pop(str(self.name), None) is None:
            raise RPCError("Invalid partition name specified")

    def _store(self, values: dict[str, object]) -> None:
        found = self.library.partitions[str(self.name)]
        for key, value in values.items():
            setattr(found, key, "UNLIMITED" if value == INFINITE else value)


def loader(content: Any) -> SimpleNamespace:
    return SimpleNamespace(load=content)


def node(name: str, state: str, gres: dict[str, int], tres: dict[str, str]) -> SimpleNamespace:
    return SimpleNamespace(name=name, state=state, configured_gres=gres, allocated_tres=tres)


def job(account: str, user: str, state: str, partition: str) -> SimpleNamespace:
    return SimpleNamespace(account=account, user_name=user, state=state, partition=partition)
