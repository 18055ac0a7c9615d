"""Slurm's own report of usage, and what it says of how it came about."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from slurm_bridge.audit import NOTHING, Key, Seconds, day_bounds
from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.text import parse_tres

GPU, CPU = "gres/gpu", "cpu"
_ROLLUP = re.compile(r"^Hour\s+last ran .*\((\d+)\)\s*$")
_NAMED_CLUSTER = re.compile(r"^Cluster '(.*)' rollup statistics$")


@dataclass
class UsageReport:
    """One cluster's sreport; times are given and understood in UTC."""

    commands: Commands
    cluster: str
    timeout_seconds: float = 900

    def used(self, first: date, last: date, accounts: Collection[str]) -> dict[Key, Seconds]:
        """What each user of these accounts used from one whole day to another, both included."""
        text = self._read(
            "sreport",
            "--noheader",
            "--parsable2",
            "-t",
            "Seconds",
            "-T",
            f"{GPU},{CPU}",
            "cluster",
            "AccountUtilizationByUser",
            f"Clusters={self.cluster}",
            f"start={first:%Y-%m-%d}T00:00:00",
            f"end={last + timedelta(days=1):%Y-%m-%d}T00:00:00",
            "format=Account,Login,TresName,Used",
        )
        found: dict[Key, Seconds] = {}
        for account, username, tres, used in _rows(text):
            if username and account in accounts:
                key = (account, username)
                more = Seconds(gpu=used) if tres == GPU else Seconds(cpu=used)
                found[key] = found.get(key, NOTHING) + more
        return {key: seconds for key, seconds in found.items() if seconds != NOTHING}

    def rolled_up_until(self) -> int | None:
        """How far the cluster's hours are added up; None where slurmdbd does not say.

        slurmdbd says so only of rollups since its own start.
        """
        is_ours = False
        for line in self._read("sacctmgr", "show", "stats").splitlines():
            if cluster := _NAMED_CLUSTER.match(line):
                is_ours = cluster[1] == self.cluster
            elif is_ours and (hour := _ROLLUP.match(line)):
                return int(hour[1]) or None
        return None

    def associations(self) -> frozenset[Key]:
        """Every user of every account that slurmdbd still has, deleted ones included."""
        return frozenset(self._association_ids().values())

    def reserved(self, day: date) -> dict[Key, Seconds]:
        """The most that each may have been charged on a day for reserved nodes that stood idle."""
        starts, ends = day_bounds(day)
        text = self._read(
            "sacctmgr",
            "--noheader",
            "--parsable2",
            "show",
            "reservation",
            f"cluster={self.cluster}",
            f"start={_slurm_time(starts)}",
            f"end={_slurm_time(ends)}",
            "format=Associations,Start,End,TRES",
        )
        rows = list(_reservations(text))
        keys = self._association_ids() if rows else {}
        found: dict[Key, Seconds] = {}
        for ids, since, until, tres in rows:
            length = min(until, ends) - max(since, starts)
            held = parse_tres(tres)
            most = Seconds(held.get(GPU, 0) * length, held.get(CPU, 0) * length)
            for key in {keys[number] for number in ids.split(",") if number in keys}:
                found[key] = found.get(key, NOTHING) + (most if length > 0 else NOTHING)
        return found

    def _association_ids(self) -> dict[str, Key]:
        text = self._read(
            "sacctmgr",
            "--noheader",
            "--parsable2",
            "show",
            "assoc",
            "withdeleted",
            f"cluster={self.cluster}",
            "format=ID,User,Account",
        )
        rows = (line.split("|", 2) for line in text.splitlines() if line)
        return {number: (account, user) for number, user, account in rows if user}

    def _read(self, *words: str) -> str:
        result = self.commands.attempt(*words, timeout_seconds=self.timeout_seconds)
        if result.code != 0:
            raise TransientSlurmError(f"{words[0]} failed: {result.reason}")
        return result.stdout


def _rows(text: str) -> Iterator[tuple[str, str, str, int]]:
    for line in text.splitlines():
        if not line:
            continue
        try:
            account, username, tres, used = line.rsplit("|", 3)
            yield account, username, tres, int(used)
        except ValueError:
            raise TransientSlurmError(
                f"sreport gave a row that is not whole: {line[:200]!r}"
            ) from None


def _reservations(text: str) -> Iterator[tuple[str, int, int, str]]:
    for line in text.splitlines():
        try:
            ids, since, until, tres = line.split("|", 3)
            yield ids, int(since), int(until), tres
        except ValueError:
            raise TransientSlurmError(
                f"sacctmgr gave a reservation that is not whole: {line[:200]!r}"
            ) from None


def _slurm_time(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S")
