"""A real streaming replica of the tests' PostgreSQL, on loopback, stopped by its own process id."""

import pwd
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.layout import Layout
from deploy.testbed.postgres import USER, program, run_as_postgres


@dataclass
class Replica:
    """A standby that replays what the primary writes."""

    layout: Layout
    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def tell(self, statement: str) -> str:
        """One statement as the superuser; its answer as text."""
        where = ("-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d", "postgres")
        command = (program("psql"), "-XAtq", *where, "-c", statement)
        return run_as_postgres(self.layout, *command).strip()

    def wait_until_it_answers(self, seconds: float = 30) -> None:
        """Return once it has read what it was copied with."""
        asked = (program("pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port))
        deadline = time.monotonic() + seconds
        while subprocess.run(asked, timeout=10, check=False).returncode != 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self) -> None:
        """End this very process at once, as a fault would."""
        self.process.kill()
        self.process.wait(timeout=30)


@contextmanager
def streaming_replica(layout: Layout, port: int) -> Iterator[Replica]:
    """A replica that answers; removed at the end."""
    folder = layout.postgres / "replica"
    run_as_postgres(layout, "rm", "-rf", str(folder))
    source = ("-h", str(layout.postgres), "-p", str(layout.postgres_port), "-U", "postgres")
    copy = ("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
    run_as_postgres(layout, program("pg_basebackup"), "-D", str(folder), *source, *copy)
    account = pwd.getpwnam(USER)
    process = subprocess.Popen(
        (
            *(program("postgres"), "-D", str(folder)),
            *("-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"),
            *("-c", f"unix_socket_directories={folder}", "-c", "max_connections=200"),
        ),
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    replica = Replica(layout, folder, port, process)
    try:
        replica.wait_until_it_answers()
        yield replica
    finally:
        replica.stop()
        run_as_postgres(layout, "rm", "-rf", str(folder))
