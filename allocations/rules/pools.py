"""How an award is taken from pools of GPU time, and what holds it back. Pure; whole GPU-minutes."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class QuotaRoom:
    """What a quota still leaves of one pool to whom it holds for."""

    name: str
    free_minutes: int


@dataclass(frozen=True)
class PoolRoom:
    """What is left of one pool for one application."""

    pool_id: int
    name: str
    free_minutes: int
    quotas: tuple[QuotaRoom, ...] = ()

    @property
    def most_minutes(self) -> int:
        """What can be taken: no more than is there, and no more than any quota leaves."""
        return max(min([self.free_minutes, *(quota.free_minutes for quota in self.quotas)]), 0)

    @property
    def held_back_by(self) -> str:
        """The quota that leaves least, if it is that and not the pool itself."""
        least = min(self.quotas, key=lambda quota: quota.free_minutes, default=None)
        return least.name if least and least.free_minutes < self.free_minutes else ""


class ShortageError(ValueError):
    """The pools do not have it; `most_minutes` is what they have, `quotas` what holds them back."""

    def __init__(self, most_minutes: int, quotas: Sequence[str]) -> None:
        super().__init__(f"{most_minutes} GPU-minutes at most")
        self.most_minutes = most_minutes
        self.quotas = tuple(quotas)


def take(minutes: int, pools: Sequence[PoolRoom]) -> dict[int, int]:
    """How much comes from which pool, in the order given: what ends first is used up first."""
    most = sum(pool.most_minutes for pool in pools)
    if minutes > most:
        raise ShortageError(most, sorted({pool.held_back_by for pool in pools} - {""}))
    taken = {}
    for pool in pools:
        part = min(minutes, pool.most_minutes)
        if part:
            taken[pool.pool_id] = part
            minutes -= part
    return taken


def give_back(minutes: int, drawn: Sequence[tuple[int, int]]) -> dict[int, int]:
    """How much goes back to which pool: what was drawn last comes back first, and never more."""
    returned: dict[int, int] = {}
    for pool_id, there in reversed(drawn):
        part = min(minutes, there)
        if part > 0:
            returned[pool_id] = returned.get(pool_id, 0) + part
            minutes -= part
    return returned


def quota_minutes(pool_minutes: int, percent: int) -> int:
    """The most of a pool that a quota leaves to whom it holds for."""
    return pool_minutes * percent // 100
