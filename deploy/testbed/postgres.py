"""A private PostgreSQL for the portal: user and database `belfry`, no password on loopback."""

from __future__ import annotations

import pwd
import signal
import subprocess
from pathlib import Path

from deploy.testbed.errors import MissingPackageError, StepError
from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.layout import Layout
from deploy.testbed.processes import Service, log_path
from deploy.testbed.sockets import is_unix_socket_answering

# PostgreSQL refuses to run as root.
USER = "postgres"
DATABASE = "belfry"
OLDEST_RELEASE = 15


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs, of the newest release that is installed."""
    folders = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    releases = sorted((int(folder.parent.name), folder) for folder in folders)
    for release, folder in reversed(releases):
        if release >= OLDEST_RELEASE and (folder / name).exists():
            return str(folder / name)
    raise MissingPackageError(
        f"No PostgreSQL {OLDEST_RELEASE} or newer is in /usr/lib/postgresql.",
        "Install Debian's package postgresql.",
    )


def prepare_postgres(layout: Layout) -> None:
    """Make the database's folder, once."""
    owned_folder(layout.postgres, USER)
    complete = layout.postgres / "complete"
    if complete.exists():
        return
    run_as_postgres(
        layout,
        program("initdb"),
        f"--pgdata={layout.postgres / 'data'}",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    )
    owned_file(complete, "")


def postgres_service(layout: Layout) -> Service:
    """PostgreSQL on a socket and on a loopback port."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(layout.postgres_port),
        "unix_socket_directories": str(layout.postgres),
        "max_connections": "200",
        "timezone": "UTC",
        # Killing the process loses nothing that was committed; cutting the machine's power might.
        "fsync": "off",
        "full_page_writes": "off",
        # As docs/install.md advises; PostgreSQL's own 128 MB is for the smallest machines.
        "shared_buffers": "512MB",
    }
    options = [text for key, value in settings.items() for text in ("-c", f"{key}={value}")]
    return Service(
        name="postgres",
        command=(program("postgres"), "-D", str(layout.postgres / "data"), *options),
        user=USER,
        port=layout.postgres_port,
        is_ready=lambda: accepts_connections(layout),
        # The polite signal would wait until the last client has left.
        stop_signal=signal.SIGINT,
    )


def accepts_connections(layout: Layout) -> bool:
    """Whether PostgreSQL answers, and is past recovering from a crash."""
    socket_path = layout.postgres / f".s.PGSQL.{layout.postgres_port}"
    if not is_unix_socket_answering(socket_path):
        return False
    asked = [
        program("pg_isready"),
        "-q",
        "-U",
        USER,
        "-h",
        str(layout.postgres),
        *port_option(layout),
    ]
    return subprocess.run(asked, timeout=10, check=False).returncode == 0


def port_option(layout: Layout) -> tuple[str, str]:
    """How PostgreSQL's programs are told the port."""
    return "-p", str(layout.postgres_port)


def create_portal_database(layout: Layout) -> None:
    """Make the portal's user, who may create databases for tests, and its database, once."""
    owner = f"SELECT count(*) FROM pg_roles WHERE rolname = '{DATABASE}'"
    if query(layout, owner) == "0":
        query(layout, f"CREATE ROLE {DATABASE} LOGIN CREATEDB")
    if query(layout, f"SELECT count(*) FROM pg_database WHERE datname = '{DATABASE}'") == "0":
        query(layout, f"CREATE DATABASE {DATABASE} OWNER {DATABASE}")


def query(layout: Layout, statement: str) -> str:
    """One statement as PostgreSQL's superuser; its answer as text."""
    where = ("-h", str(layout.postgres), *port_option(layout), "-U", "postgres", "-d", "postgres")
    return run_as_postgres(layout, program("psql"), "-XAtq", *where, "-c", statement).strip()


def database_environment(layout: Layout) -> dict[str, str]:
    """What a client of the portal's database needs in its environment."""
    url = f"postgresql://{DATABASE}@127.0.0.1:{layout.postgres_port}/{DATABASE}"
    return {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(layout.postgres_port),
        "PGUSER": DATABASE,
        "PGDATABASE": DATABASE,
        "DATABASE_URL": url,
    }


def run_as_postgres(layout: Layout, *command: str) -> str:
    """Run one of PostgreSQL's programs as its UNIX user; what it printed."""
    account = pwd.getpwnam(USER)
    finished = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=layout.postgres,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        timeout=120,
        check=False,
    )
    if finished.returncode != 0:
        message = f"{Path(command[0]).name} failed: {finished.stderr.strip()}"
        raise StepError(message, log_path(layout, "postgres"), "Read the log.")
    return finished.stdout
