"""The lines that make partitions: what scontrol prints, and what stands in slurm.conf. Pure."""

import re

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.node_lists import NodeListError, folded
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.slurm.text import parse_duration, parse_pairs
from slurm_bridge.wire import ActualPartition, KeptPartition

_NOTHING = frozenset({"", "NONE", "UNLIMITED", "INFINITE", "(null)"})
_OWNER_MARK = re.compile(r"#\s*(belfry-[a-z0-9-]{1,48})\s*$")
_ALLOW_ACCOUNTS = re.compile(r"\bAllowAccounts=\S*", re.IGNORECASE)
_STATES = {"UP": True, "DRAIN": False}
_STATE_NAMES = {True: "UP", False: "DRAIN", None: "DOWN"}
SECONDS_A_MINUTE = 60


def parse_partitions(text: str) -> tuple[ActualPartition, ...]:
    """The lines of `scontrol show partition --oneliner`."""
    return tuple(_partition(parse_pairs(line)) for line in text.splitlines() if line.strip())


def setting_words(settings: PartitionSettings) -> list[str]:
    """The settings as words that both scontrol and slurm.conf take, without the state."""
    return [
        f"Nodes={settings.nodes}",
        f"AllowAccounts={access_word(settings.accounts)}",
        f"DefaultTime={settings.default_minutes or 'UNLIMITED'}",
        f"MaxTime={settings.max_minutes or 'UNLIMITED'}",
        f"MaxNodes={settings.max_nodes or 'UNLIMITED'}",
        f"PriorityTier={settings.priority}",
        f"DefMemPerCPU={settings.memory_mb_per_cpu or 0}",
    ]


def state_word(settings: PartitionSettings) -> str:
    """Whether new jobs are taken."""
    return f"State={_STATE_NAMES[settings.is_open]}"


def access_word(accounts: tuple[str, ...]) -> str:
    """An access list; Slurm takes an empty one for everybody, which says so."""
    return ",".join(accounts) or "ALL"


def config_line(name: str, owner_mark: str, settings: PartitionSettings) -> str:
    """The line of a partition of Belfry's own, with the mark that proves it."""
    words = (f"PartitionName={name}", *setting_words(settings), state_word(settings))
    return f"{' '.join(words)} # {owner_mark}"


def with_accounts(line: str, accounts: frozenset[str]) -> str:
    """An administrator's line with another access list, and nothing else changed."""
    return _ALLOW_ACCOUNTS.sub(f"AllowAccounts={access_word(tuple(sorted(accounts)))}", line, 1)


def partition_name(line: str) -> str:
    """The partition that a line of slurm.conf makes; empty if it makes none."""
    for word in line.partition("#")[0].split():
        key, _, value = word.partition("=")
        if key.lower() == "partitionname":
            return "" if value.upper() == "DEFAULT" else value
    return ""


def kept_partition(line: str) -> KeptPartition:
    """What a line of the bridge's file says."""
    mark = _OWNER_MARK.search(line)
    pairs = _insensitive(line.partition("#")[0])
    return KeptPartition(
        name=partition_name(line),
        owner_mark=mark[1] if mark else "",
        allow_accounts=_accounts(pairs["AllowAccounts"]) if "AllowAccounts" in pairs else None,
        settings=_kept_settings(pairs) if mark else None,
    )


def _partition(pairs: dict[str, str]) -> ActualPartition:
    if "PartitionName" not in pairs or "AllowAccounts" not in pairs:
        raise TransientSlurmError("scontrol gave a partition without name or access list")
    return ActualPartition(
        name=pairs["PartitionName"],
        allow_accounts=_accounts(pairs["AllowAccounts"]),
        settings=_settings(pairs) if "Nodes" in pairs else None,
    )


def _settings(pairs: dict[str, str]) -> PartitionSettings:
    try:
        return PartitionSettings(
            nodes=_folded(pairs["Nodes"]),
            accounts=tuple(sorted(_accounts(pairs.get("AllowAccounts", "ALL")) or ())),
            default_minutes=_minutes(pairs.get("DefaultTime", "NONE")),
            max_minutes=_minutes(pairs.get("MaxTime", "UNLIMITED")),
            max_nodes=_number(pairs.get("MaxNodes", "UNLIMITED")),
            priority=int(pairs.get("PriorityTier", "1")),
            memory_mb_per_cpu=_number(pairs.get("DefMemPerCPU", "")) or None,
            is_open=_STATES.get(pairs.get("State", "UP")),
        )
    except ValueError as error:
        raise TransientSlurmError(f"a partition's line cannot be read: {error}") from error


def _kept_settings(pairs: dict[str, str]) -> PartitionSettings | None:
    try:
        return _settings(pairs)
    except (TransientSlurmError, KeyError):
        return None


def _folded(nodes: str) -> str:
    """Slurm's own list may be longer than any that Belfry would take; then it stays as it is."""
    if nodes in _NOTHING:
        return ""
    try:
        return folded(nodes)
    except NodeListError:
        return nodes


def _accounts(allowed: str) -> frozenset[str] | None:
    return None if allowed == "ALL" else frozenset(filter(None, allowed.split(",")))


def _minutes(text: str) -> int | None:
    """Slurm shows `days-hours:minutes:seconds`; Belfry's own lines say minutes."""
    if text in _NOTHING:
        return None
    return int(text) if text.isdigit() else parse_duration(text) // SECONDS_A_MINUTE


def _number(text: str) -> int | None:
    return None if text in _NOTHING else int(text)


_KEYS = (
    "PartitionName", "Nodes", "AllowAccounts", "DefaultTime", "MaxTime", "MaxNodes",
    "PriorityTier", "DefMemPerCPU", "State",
)  # fmt: skip


def _insensitive(line: str) -> dict[str, str]:
    """Slurm's files may spell keys in any case."""
    found = {key.lower(): value for key, value in parse_pairs(line).items()}
    return {key: found[key.lower()] for key in _KEYS if key.lower() in found}
