"""Records what a real Slurm answers to the bridge, for tests that need none.

On a fresh testbed (`BELFRY_STATE`, `BELFRY_PORT_BASE`):

    testbed up --slurm newest
    python -m tests.slurm_bridge.recorded.record
"""

import re
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

from deploy.testbed.layout import layout_from_environment
from deploy.testbed.newest_folder import newest_slurm
from slurm_bridge.as_root import AsRoot
from slurm_bridge.errors import BridgeError
from slurm_bridge.slurm.commands import Commands, Result
from slurm_bridge.slurm.site import SlurmSite
from tests.slurm_bridge.clusters import PARTITION, SITE, ClusterUnderTest, real_cluster
from tests.slurm_bridge.recorded.answers import FOLDER, PLACEHOLDER, Answer, general
from tests.slurm_bridge.recorded.questions import PROJECT, Questions
from tests.testbed import Testbed

HOSTILE = "a|b\tc\n99|99|99|physics|1|1|2|00:00:00|COMPLETED"
JOB_SECONDS = 60


@dataclass
class RecordingCommands(Commands):
    """Starts the real commands, and keeps what they say."""

    answers: dict[str, Answer] = field(default_factory=dict)

    def attempt(self, *args: str, timeout_seconds: float | None = None, text: str = "") -> Result:
        """What the command says."""
        result = super().attempt(*args, timeout_seconds=timeout_seconds, text=text)
        self.keep(args, result)
        return result

    def lines(self, *args: str, timeout_seconds: float) -> Iterator[bytes]:
        """What the command says, line by line."""
        lines = list(super().lines(*args, timeout_seconds=timeout_seconds))
        text = b"".join(line + b"\n" for line in lines).decode(errors="replace")
        self.keep(args, Result(0, text, ""))
        yield from lines

    def keep(self, args: tuple[str, ...], result: Result) -> None:
        """Store an answer by what was asked."""
        command, delimiter = general(args)
        said = [result.stdout, result.stderr]
        if delimiter:
            said = [text.replace(delimiter, PLACEHOLDER) for text in said]
        self.answers[command] = Answer(command, Result(result.code, *said))


def main() -> None:
    """Play a project's life, ask everything that the bridge asks, and write the answers."""
    testbed = Testbed(layout_from_environment())
    with (
        tempfile.TemporaryDirectory() as folder,
        real_cluster(testbed, Path(folder)) as cluster,
    ):
        play(testbed, cluster)
        real = testbed.commands(SITE)
        commands = RecordingCommands(
            **{item.name: getattr(real, item.name) for item in fields(real) if item.init}
        )
        program = Path(folder) / "root" / "belfry-root"
        as_root = AsRoot(commands, program, works=True)
        questions = Questions(SlurmSite(commands, SITE, as_root=as_root, partitions_by="scontrol"))
        ask(questions, cluster)
        clean = sanitised(testbed, cluster)
        release = testbed.slurm(SITE, "sbatch", "--version").split()[-1]
        testbed.slurm(SITE, "scancel", f"--account={cluster.name()}")
        write(FOLDER / ".".join(release.split(".")[:2]), commands.answers, clean)


def play(testbed: Testbed, cluster: ClusterUnderTest) -> None:
    """A project whose jobs have ended, failed, run and wait."""
    name, user = cluster.make_project(gpu_minutes=600), cluster.make_user()
    cluster.slurm.add_members([name], [user])
    cluster.slurm.change_access(PARTITION, [name], [])
    options = (f"--account={name}", f"--partition={PARTITION}", "--output=/dev/null", "--time=5")

    def submit(*more: str, script: str) -> None:
        done = testbed.as_user(SITE, user, "sbatch", *options, *more, f"--wrap={script}")
        assert done.returncode == 0, done.stderr

    submit("--gres=gpu:2", f"--job-name={HOSTILE}", script="true")
    submit("--gres=gpu:1", "--array=3-4", script="true")
    submit("--gres=gpu:1", script="exit 3")
    submit("--gres=gpu:1", "--job-name=long", script=f"sleep {JOB_SECONDS * 4}")
    submit("--gres=gpu:1", "--job-name=later", "--begin=now+1hour", script="true")
    deadline = time.monotonic() + JOB_SECONDS
    while True:
        states = testbed.slurm(SITE, "sacct", "-nXP", "-S", "now-1hour", "-A", name, "-o", "State")
        started = sorted(state for state in states.split() if state != "PENDING")
        if started == ["COMPLETED"] * 3 + ["FAILED", "RUNNING"]:
            return
        assert time.monotonic() < deadline, states
        time.sleep(0.5)


def ask(questions: Questions, cluster: ClusterUnderTest) -> None:
    """Every question, of the project that was made."""
    for question in questions.all(cluster.name(), cluster.users[0].username):
        with suppress(BridgeError):
            question()


def sanitised(testbed: Testbed, cluster: ClusterUnderTest) -> Callable[[str], str]:
    """Leaves nothing of this machine in a text, and gives the project its lasting name."""
    words = {
        str(testbed.layout.state): "/testbed",
        str(newest_slurm().root): "/newest",
        cluster.prefix: PROJECT.removesuffix("p"),
        socket.gethostname(): "host",
    }
    pattern = re.compile("|".join(re.escape(word) for word in words))
    return lambda text: pattern.sub(lambda found: words[found[0]], text)


def write(folder: Path, answers: dict[str, Answer], clean: Callable[[str], str]) -> None:
    """One file an answer, numbered in the order of the questions."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, answer in enumerate(answers.values(), start=1):
        words = re.findall(r"(?<![-=])\b[a-z]{3,}\b(?!=)", clean(answer.command))
        path = folder / f"{number:02}-{'-'.join(words[:3])}.txt"
        path.write_text(clean(answer.as_text()), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{path.relative_to(FOLDER)}\n")


if __name__ == "__main__":
    main()
