"""What Slurm answered, row by row, before it is put into the terms of the desired state."""

from dataclasses import dataclass

from slurm_bridge.wire import ActualPartition, KeptPartition


@dataclass(frozen=True)
class AssociationRow:
    """One line of `sacctmgr show assoc`; `user` is empty on an account's own association."""

    cluster: str
    account: str
    user: str = ""
    partition: str = ""
    parent: str = ""
    default_qos: str = ""
    grp_submit_jobs: int | None = None
    max_submit_jobs: int | None = None
    qos: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AccountRow:
    """One account of the accounting database, on whatever cluster."""

    name: str
    description: str


@dataclass(frozen=True)
class QosRow:
    """One QOS; `gpu_minutes` is None where it has no limit on gres/gpu."""

    name: str
    flags: frozenset[str]
    gpu_minutes: int | None
    description: str


@dataclass(frozen=True)
class SlurmReading:
    """Everything that one cycle reads of Slurm's configuration."""

    associations: tuple[AssociationRow, ...]
    accounts: tuple[AccountRow, ...]
    qos: tuple[QosRow, ...]
    partitions: tuple[ActualPartition, ...]
    kept_partitions: tuple[KeptPartition, ...] = ()
    """What the bridge's own file would make of them at a restart of slurmctld."""
