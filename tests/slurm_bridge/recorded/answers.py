"""Real answers of Slurm, kept as files, and a stand-in for its commands that gives them again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands, Result

FOLDER = Path(__file__).parent
# What is another each time: random delimiters, times, numbers of users.
DELIMITER = re.compile(r"(?<=[=%a-z])([0-9a-f]{24}|[0-9a-f]{16})(?=$|%|[^0-9a-f])")
VARIABLE = re.compile(r"(?<=--starttime=).*|(?<=--endtime=).*")
# Which rows are asked for, and what is not said of them.
ROWS_ONLY = ("--accounts=",)
ROOT_PROGRAM = "belfry-root"
PLACEHOLDER = "<DELIMITER>"
STDERR = "--- stderr\n"


@dataclass(frozen=True)
class Answer:
    """What one command said, and how it ended."""

    command: str
    result: Result

    def as_text(self) -> str:
        """A file that a person can read."""
        result = self.result
        return f"$ {self.command}\n{result.code}\n{result.stdout}{STDERR}{result.stderr}"


def release_folders() -> list[Path]:
    """A folder of answers for each release."""
    return sorted(path for path in FOLDER.iterdir() if re.match(r"\d+\.\d+$", path.name))


def read_answer(path: Path) -> Answer:
    """A kept answer."""
    asked, code, said = path.read_bytes().decode().split("\n", 2)
    stdout, _, stderr = said.partition(STDERR)
    return Answer(asked.removeprefix("$ "), Result(int(code), stdout, stderr))


def general(args: tuple[str, ...]) -> tuple[str, str]:
    """A command without what is another each time, and the delimiter that it had."""
    asked = [word for word in args if not word.startswith(ROWS_ONLY)]
    if asked[0].endswith(f"/{ROOT_PROGRAM}"):
        asked[0] = ROOT_PROGRAM
    words = " ".join(VARIABLE.sub("<ANY>", word) for word in asked)
    found = DELIMITER.search(words)
    return (words.replace(found[1], PLACEHOLDER), found[1]) if found else (words, "")


@dataclass
class RecordedCommands(Commands):
    """Gives the answers of one folder; a question that was never asked has none."""

    folder: Path = FOLDER
    used: set[str] = field(default_factory=set)

    def attempt(self, *args: str, timeout_seconds: float | None = None, text: str = "") -> Result:
        """The answer to this very command."""
        command, delimiter = general(args)
        for path in sorted(self.folder.glob("*.txt")):
            answer = read_answer(path)
            if answer.command == command:
                self.used.add(path.name)
                stdout = answer.result.stdout.replace(PLACEHOLDER, delimiter)
                return Result(answer.result.code, stdout, answer.result.stderr)
        raise AssertionError(f"not recorded: {command}")

    def lines(self, *args: str, timeout_seconds: float) -> Iterator[bytes]:
        """The lines of the answer."""
        result = self.attempt(*args)
        if result.code != 0:
            raise TransientSlurmError(result.reason)
        yield from result.stdout.removesuffix("\n").encode().split(b"\n")
