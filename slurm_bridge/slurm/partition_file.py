"""The file from which slurmctld starts with the partitions that it forgets at each restart.

It holds two kinds of line. Those of the administrator stand as they are, but for their access
lists. Those that end in a mark are Belfry's own, and prove which partitions it made.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.root_program import replace_file
from slurm_bridge.slurm.partition_lines import (
    config_line,
    kept_partition,
    partition_name,
    with_accounts,
)
from slurm_bridge.slurm.slurm_conf import SlurmConf
from slurm_bridge.wire import KeptPartition

log = logging.getLogger(__name__)

# `root` is an account of every cluster and of no job; an empty list would let everybody in.
NOBODY = frozenset({"root"})


@dataclass(frozen=True)
class PartitionFile:
    """Replaced as a whole or not at all, and only by what Slurm would start with."""

    path: Path
    slurm_conf: SlurmConf
    replace: Callable[[Path, str], None] = replace_file
    """Puts a text in the place of the file, or raises OSError and leaves it."""

    def problem(self) -> str:
        """Why the next change could not be kept; empty if nothing speaks against it."""
        try:
            text = _content(self.path)
        except OSError as error:
            return f"cannot read {self.path}: {error.strerror}"
        return self.slurm_conf.refusal_of(self.path, text)

    def kept(self) -> tuple[KeptPartition, ...]:
        """What the file says; nothing where it cannot be read."""
        try:
            blocks = self._blocks()
        except TransientSlurmError as error:
            log.warning("%s", error)
            return ()
        return tuple(kept_partition(_joined(block)) for block in blocks if _name(block))

    def change_access(
        self, partition: str, opened: Collection[str], closed: Collection[str]
    ) -> None:
        """Change the access list of an administrator's line, if the file has one."""

        def changed(block: str) -> str:
            allowed = kept_partition(_joined(block)).allow_accounts
            if _name(block) != partition or allowed is None:
                return block
            return with_accounts(block, (allowed - set(closed)) | set(opened) or NOBODY)

        self._rewrite(lambda blocks: [changed(block) for block in blocks])

    def put(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Write the line of a partition of Belfry's own, or write it anew."""
        line = config_line(name, owner_mark, settings)
        self._rewrite(lambda blocks: [*_others(blocks, name), line])

    def remove(self, name: str) -> None:
        """Take out the line of a partition of Belfry's own."""
        self._rewrite(lambda blocks: _others(blocks, name))

    def _blocks(self) -> list[str]:
        """The file's lines; those that a backslash joins are one."""
        try:
            text = _content(self.path)
        except OSError as error:
            raise TransientSlurmError(f"cannot read {self.path}: {error.strerror}") from error
        blocks: list[str] = []
        is_open = False
        for line in text.removesuffix("\n").split("\n") if text else ():
            if is_open:
                blocks[-1] += f"\n{line}"
            else:
                blocks.append(line)
            is_open = line.endswith("\\")
        return blocks

    def _rewrite(self, change: Callable[[list[str]], list[str]]) -> None:
        before = self._blocks()
        after = change(before)
        if after == before:
            return
        text = "\n".join(after) + "\n"
        refusal = self.slurm_conf.refusal_of(self.path, text)
        if refusal:
            raise TransientSlurmError(f"{self.path} is left as it was: {refusal}")
        try:
            self.replace(self.path, text)
        except OSError as error:
            raise TransientSlurmError(
                f"cannot write {self.path}: {error.strerror}; it is left as it was, and what is"
                " not in it is lost when slurmctld restarts"
            ) from error


def _content(path: Path) -> str:
    """As it is: what Slurm does not take for the end of a line is none."""
    return path.read_bytes().decode("utf-8", errors="surrogateescape")


def _others(blocks: Iterable[str], name: str) -> list[str]:
    """All but the line of this partition, if that is Belfry's own."""
    return [block for block in blocks if _name(block) != name or not _is_own(block)]


def _is_own(block: str) -> bool:
    return bool(kept_partition(_joined(block)).owner_mark)


def _name(block: str) -> str:
    return partition_name(_joined(block))


def _joined(block: str) -> str:
    return block.replace("\\\n", " ")
