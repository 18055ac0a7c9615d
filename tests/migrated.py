"""Databases that are migrated already, since migrating takes longer than most files of tests.

The first who needs one migrates and keeps a dump, named by the digest of all migrations; whoever
comes later, other processes of the same run among them, reads the dump.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from deploy.testbed.layout import REPOSITORY, Layout
from deploy.testbed.postgres import DATABASE, program, query

TEST_DATABASE = "test_belfry"
MIGRATING = "migrating"
PINS = REPOSITORY / "deploy" / "requirements" / "portal.txt"
AT_ONCE = REPOSITORY / "accounts" / "at_once.py"
DUMPS = Path("/var/tmp")
PATIENCE_SECONDS = 600


def make_migrated(layout: Layout, database: str) -> None:
    """Make a database anew, with all migrations and nothing else."""
    query(layout, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    query(layout, f"CREATE DATABASE {database} OWNER {DATABASE}")
    # Copies of rows are written without triggers: asking each whether to keep quiet takes longer.
    query(layout, f"GRANT SET ON PARAMETER session_replication_role TO {DATABASE}")
    fill(layout, database)


def fill(layout: Layout, database: str) -> None:
    """Migrate an empty database."""
    _run(
        "psql", layout, database, "-Xqo/dev/null", "-v", "ON_ERROR_STOP=1", "-f", str(_dump(layout))
    )


def is_empty(layout: Layout, database: str) -> bool:
    """Whether nothing was ever migrated there."""
    answer = _run("psql", layout, database, "-XAtqc", "SELECT to_regclass('django_migrations')")
    return not answer.strip()


def _dump(layout: Layout) -> Path:
    """The dump of today's migrations, made if nobody has made it yet."""
    path = DUMPS / f"belfry-migrated-{os.getuid()}-{_digest()}.sql"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _migrate_and_dump(layout, path)
    return path


def _migrate_and_dump(layout: Layout, path: Path) -> None:
    query(layout, f"DROP DATABASE IF EXISTS {MIGRATING} WITH (FORCE)")
    query(layout, f"CREATE DATABASE {MIGRATING} OWNER {DATABASE}")
    url = f"postgresql://{DATABASE}@127.0.0.1:{layout.postgres_port}/{MIGRATING}"
    subprocess.run(
        [sys.executable, REPOSITORY / "manage.py", "migrate", "--verbosity=0"],
        env=os.environ | {"BELFRY_DATABASE_URL": url},
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    unfinished = path.with_suffix(".new")
    _run("pg_dump", layout, MIGRATING, "--no-owner", f"--file={unfinished}")
    unfinished.replace(path)
    query(layout, f"DROP DATABASE {MIGRATING}")


def _run(name: str, layout: Layout, database: str, *arguments: str) -> str:
    """One of PostgreSQL's programs as the owner of the portal's databases; what it printed."""
    where = ("-h", "127.0.0.1", "-p", str(layout.postgres_port), "-U", DATABASE, "-d", database)
    finished = subprocess.run(
        [program(name), *where, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return finished.stdout


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted([PINS, AT_ONCE, *REPOSITORY.glob("*/migrations/*.py")]):
        digest.update(path.relative_to(REPOSITORY).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]
