"""Settings of a portal in production, for tests that start one or break one."""

import os
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from deploy.testbed.layout import REPOSITORY

HOST = "portal.belfry.example"
PYTHON = REPOSITORY / ".venv" / "bin" / "python"


def production_environment(
    *, static_root: Path, database_url: str = "postgresql://belfry@127.0.0.1:1/belfry"
) -> dict[str, str]:
    """Everything that production needs, and nothing of this process's own settings."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "BELFRY_ENVIRONMENT": "production",
        "BELFRY_SECRET_KEY": "a-key-of-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
        "BELFRY_PUBLIC_URL": f"https://{HOST}",
        "BELFRY_ALLOWED_HOSTS": f"{HOST}, other.belfry.example",
        "BELFRY_DATABASE_URL": database_url,
        "BELFRY_BEHIND_PROXY": "true",
        "BELFRY_STATIC_ROOT": str(static_root),
        "BELFRY_CLAMD": "/run/clamav/clamd.ctl",
        "BELFRY_ATTACHMENT_FOLDER": str(static_root),
        "BELFRY_EXPORT_FOLDER": str(static_root),
        "BELFRY_SMTP_HOST": "127.0.0.1",
        "BELFRY_MAIL_FROM": "Belfry <noreply@belfry.example>",
        "BELFRY_REQUIRE_SECOND_FACTOR": "true",
        "BELFRY_LOG_LEVEL": "WARNING",
    }


@cache
def _compile_catalogues() -> None:
    subprocess.run([REPOSITORY / "deploy" / "catalogues"], check=True, timeout=60)


def manage(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py in a process of its own, where the catalogues are compiled."""
    _compile_catalogues()
    return subprocess.run(
        [PYTHON, "-W", "error", REPOSITORY / "manage.py", *arguments],
        env=dict(environment),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
