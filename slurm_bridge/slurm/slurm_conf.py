"""A trial of slurm.conf as it would be with another file included, before that file is replaced.

slurmctld ends at once, and so does every `scontrol reconfigure`, where a partition is defined twice
or a word is wrong. No release tests a configuration without starting slurmctld, but every command
of Slurm reads all of slurm.conf first, and refuses unknown words and values that are no values.
What it does not look for is looked for here: a partition that is defined twice.
"""

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.partition_lines import partition_name

MOST_FILES = 200


@dataclass(frozen=True)
class SlurmConf:
    """One cluster's slurm.conf, with all that it includes."""

    commands: Commands
    path: Path

    def refusal_of(self, file: Path, text: str) -> str:
        """Why Slurm would not start with this text in that file; empty if it would."""
        try:
            parts = [(part, text if part == file.resolve() else own) for part, own in self._files()]
        except OSError as error:
            return f"cannot read {error.filename}: {error.strerror}"
        if all(part != file.resolve() for part, _ in parts):
            return f"{self.path} does not say `Include {file}`"
        return _defined_twice(parts) or self._refusal_of_commands(parts)

    def _refusal_of_commands(self, parts: list[tuple[Path, str]]) -> str:
        with tempfile.TemporaryDirectory(prefix="belfry-") as folder:
            trial = Path(folder) / "slurm.conf"
            trial.write_text(
                "\n".join(_without_includes(text) for _, text in parts),
                encoding="utf-8",
                errors="surrogateescape",
            )
            commands = replace(self.commands, slurm_conf=trial)
            try:
                commands.read("scontrol", "show", "hostnames", "trial")
            except TransientSlurmError as error:
                return str(error)
        return ""

    def _files(self) -> list[tuple[Path, str]]:
        """slurm.conf and what it includes, each with its text."""
        found: list[tuple[Path, str]] = []
        waiting = [self.path.resolve()]
        while waiting and len(found) < MOST_FILES:
            part = waiting.pop(0)
            text = part.read_text(encoding="utf-8", errors="surrogateescape")
            found.append((part, text))
            waiting += [self._included(line) for line in text.splitlines() if _is_include(line)]
        return found

    def _included(self, line: str) -> Path:
        """Slurm looks for what is not an absolute path beside slurm.conf."""
        return (self.path.parent / line.split()[1]).resolve()


def _is_include(line: str) -> bool:
    words = line.split()
    return len(words) > 1 and words[0].lower() == "include"


def _without_includes(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not _is_include(line))


def _defined_twice(parts: list[tuple[Path, str]]) -> str:
    names = [(partition_name(line), part) for part, text in parts for line in text.splitlines()]
    times = Counter(name for name, _ in names if name)
    for name, part in names:
        if times[name] > 1:
            return f"partition {name} would be defined twice; {part} has one of the two lines"
    return ""
