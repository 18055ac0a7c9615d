"""belfry-root on a host of its own: an /etc that nobody else sees, copied from this machine's."""

import grp
import json
import os
import pwd
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.testbed.root_program import install_root_program

COPIED = (
    *("passwd", "group", "shadow", "gshadow", "login.defs", "nsswitch.conf", "subuid", "subgid"),
    *("ld.so.cache", "ld.so.conf", "default", "pam.d", "security", "skel"),
)
USERS = ("passwd", "group", "shadow", "gshadow")
# "$0" is the copy; the namespace, and with it the mount, ends with the program.
IN_PRIVATE = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc && exec "$@"')
UIDS, GIDS = (70_000, 79_999), (1_070_000, 1_079_999)
ADMINISTRATORS = (
    "# Ours.\nPartitionName=h200 Nodes=n[1-2] AllowAccounts=root MaxTime=60\n"
    "PartitionName=debug Nodes=n3 \\\n  AllowAccounts=root\nPartitionName=open Nodes=n4\n"
)


EACH = """
import importlib.machinery, importlib.util, json, os, sys, tempfile
loader = importlib.machinery.SourceFileLoader("root_program", sys.argv[1])
program = importlib.util.module_from_spec(importlib.util.spec_from_loader("root_program", loader))
sys.modules["root_program"] = program
loader.exec_module(program)
calls, text = json.load(sys.stdin)
ended = []
for call in calls:
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as said:
        given.write(text)
        given.seek(0)
        child = os.fork()
        if child == 0:
            os.dup2(given.fileno(), 0)
            os.dup2(said.fileno(), 2)
            sys.stdin = open(0, closefd=False)
            code = 99
            try:
                code = program.main([os.fsdecode(bytes.fromhex(word)) for word in call])
            finally:
                sys.stderr.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        ended.append((code, said.read()))
json.dump(ended, sys.stdout)
"""


@contextmanager
def private_host() -> Iterator["PrivateHost"]:
    """In a folder that members of it can enter, too."""
    with tempfile.TemporaryDirectory(prefix="belfry-test-", dir="/var/tmp") as folder:
        yield PrivateHost(Path(folder))


@dataclass
class PrivateHost:
    """A host with the program installed; whatever it does stays in one folder."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.chmod(0o755)  # So that members may look for their Slurm in it.
        (self.folder / "etc").mkdir()
        for name in COPIED:
            source = Path("/etc") / name
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            if source.exists():
                copy(source, self.folder / "etc" / name)
        self.partitions_file.parent.mkdir()
        self.partitions_file.write_text(ADMINISTRATORS)
        (self.folder / "bin").mkdir()
        (self.folder / "homes").mkdir()
        self.program = self.install()

    @property
    def partitions_file(self) -> Path:
        return self.folder / "slurm" / "kept.conf"

    @property
    def config(self) -> Path:
        return self.folder / "root" / "root.toml"

    def install(self, **words: str) -> Path:
        cluster = {
            "slurm_conf": str(self.folder / "slurm" / "slurm.conf"),
            "slurm_bin": str(self.folder / "bin"),
            "partitions_file": str(self.partitions_file),
        }
        return install_root_program(
            self.folder / "root",
            uids=UIDS,
            gids=GIDS,
            clusters={"zellik": cluster, "bare": {}},
            home_base=str(self.folder / "homes"),
            **words,
        )

    def ask(
        self,
        *words: str | bytes,
        text: str = "",
        cwd: Path | str = "/",
        largest_file: int = resource.RLIM_INFINITY,
    ) -> subprocess.CompletedProcess[str]:
        """Ask as root, as sudo would once it is satisfied."""
        limit = ("prlimit", f"--fsize={largest_file}") if largest_file >= 0 else ()
        return subprocess.run(
            [*IN_PRIVATE, self.folder / "etc", *limit, self.program, *words],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=cwd,
            env={"PATH": os.defpath, **self.environment},
        )

    def ask_each(
        self, calls: Sequence[tuple[str | bytes, ...]], text: str
    ) -> list[tuple[int, str]]:
        """How each call ends and what it complains of, in a process of its own but started once."""
        words = [[os.fsencode(word).hex() for word in call] for call in calls]
        command = [*IN_PRIVATE, self.folder / "etc", "/usr/bin/python3", "-I", "-c", EACH]
        done = subprocess.run(
            [*command, self.program],
            input=json.dumps([words, text]),
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
            cwd="/",
        )
        return [(code, said) for code, said in json.loads(done.stdout)]

    def everything(self) -> dict[str, bytes]:
        """All that a hostile call could have changed."""
        files = [self.folder / "etc" / name for name in USERS]
        files += [path for path in self.folder.rglob("slurm/*") if path.is_file()]
        files += [self.config, self.program]
        homes = {str(path): b"" for path in (self.folder / "homes").rglob("*")}
        return homes | {str(path): path.read_bytes() for path in files}

    def lines(self, name: str) -> dict[str, list[str]]:
        """The fields of the users or groups, by name."""
        text = (self.folder / "etc" / name).read_text()
        return {line.split(":")[0]: line.split(":") for line in text.splitlines()}

    def add_foreign(self, name: str, uid: int) -> None:
        """Somebody whom Belfry did not make."""
        with (self.folder / "etc" / "passwd").open("a") as passwd:
            passwd.write(f"{name}:x:{uid}:100::/:/bin/sh\n")

    def make_person(self, name: str, uid: int) -> None:
        for operation in ("add-user-group", "add-user"):
            done = self.ask(operation, name, str(uid))
            assert done.returncode == 0, done.stderr


def some_system_user() -> str:
    """A user of the machine that is neither root nor a person."""
    return next(item.pw_name for item in pwd.getpwall() if 0 < item.pw_uid < 1000)


def some_system_group() -> str:
    return next(item.gr_name for item in grp.getgrall() if 0 < item.gr_gid < 1000)
