"""A private MariaDB, in which slurmdbd keeps the clusters' accounting."""

from __future__ import annotations

import secrets
import subprocess

from deploy.testbed.errors import StepError
from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.layout import Layout
from deploy.testbed.processes import Service, log_path
from deploy.testbed.sockets import is_listening

USER = "mysql"
ACCOUNTING_USER = "slurm"


def prepare_mariadb(layout: Layout) -> None:
    """Make the database's folder, once."""
    owned_folder(layout.mariadb, USER)
    owned_folder(layout.mariadb / "tmp", USER)
    complete = layout.mariadb / "complete"
    if complete.exists():
        return
    log = log_path(layout, "mariadb")
    with log.open("ab") as output:
        finished = subprocess.run(
            [
                "/usr/bin/mariadb-install-db",
                "--no-defaults",
                f"--datadir={layout.mariadb / 'data'}",
                f"--tmpdir={layout.mariadb / 'tmp'}",
                f"--user={USER}",
                "--auth-root-authentication-method=socket",
                "--auth-root-socket-user=root",
                "--skip-test-db",
                "--skip-log-bin",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=120,
            check=False,
        )
    if finished.returncode != 0:
        raise StepError("MariaDB's data folder could not be made.", log, "Read the log.")
    owned_file(layout.mariadb / "password", secrets.token_hex(24), mode=0o600)
    owned_file(complete, "")


def mariadb_service(layout: Layout) -> Service:
    """MariaDB on a socket for root and on a loopback port for slurmdbd."""
    return Service(
        name="mariadb",
        command=(
            "/usr/sbin/mariadbd",
            "--no-defaults",
            f"--datadir={layout.mariadb / 'data'}",
            # Each MariaDB that starts empties its folder of temporary tables, whoever made them.
            f"--tmpdir={layout.mariadb / 'tmp'}",
            f"--socket={layout.mariadb_socket}",
            f"--port={layout.mariadb_port}",
            f"--pid-file={layout.mariadb / 'pid'}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--local-infile=1",
            # What slurmdbd asks for in its own documentation.
            "--innodb-buffer-pool-size=512M",
            "--innodb-log-file-size=128M",
            "--innodb-lock-wait-timeout=900",
            "--max-allowed-packet=64M",
            # On by default in newer releases, and then slurmdbd stumbles over its own writes.
            "--loose-innodb-snapshot-isolation=OFF",
            # A crash of the process loses nothing; only one of the machine could.
            "--innodb-flush-log-at-trx-commit=2",
        ),
        user=USER,
        port=layout.mariadb_port,
        is_ready=lambda: is_listening(layout.mariadb_port),
    )


def accounting_password(layout: Layout) -> str:
    """What slurmdbd says to MariaDB."""
    return (layout.mariadb / "password").read_text()


def allow_slurmdbd(layout: Layout) -> None:
    """Let slurmdbd in, from this machine only."""
    password = accounting_password(layout)
    run_sql(
        layout,
        f"CREATE USER IF NOT EXISTS '{ACCOUNTING_USER}'@'127.0.0.1' IDENTIFIED BY '{password}';"
        f"GRANT ALL ON `slurm_acct%`.* TO '{ACCOUNTING_USER}'@'127.0.0.1';",
    )


def run_sql(layout: Layout, statements: str, database: str = "") -> list[list[str]]:
    """Run SQL as MariaDB's root; the rows of the answer, their fields as text."""
    finished = subprocess.run(
        [
            "/usr/bin/mariadb",
            "--no-defaults",
            "--batch",
            "--skip-column-names",
            "--local-infile=1",
            f"--socket={layout.mariadb_socket}",
            "--user=root",
            *([database] if database else []),
        ],
        input=statements,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if finished.returncode != 0:
        message = f"MariaDB refused: {finished.stderr.strip()}"
        raise StepError(message, log_path(layout, "mariadb"), "See what `testbed status` says.")
    return [line.split("\t") for line in finished.stdout.splitlines()]
