"""Programs that know one database: Django takes its settings but once."""

import json
import os
import subprocess
import sys
from typing import Any

from deploy.testbed.layout import Layout


def database_address(layout: Layout, database: str) -> str:
    """Where a database of the benchmark's own PostgreSQL is."""
    return f"postgresql://belfry@127.0.0.1:{layout.postgres_port}/{database}"


def child(layout: Layout, database: str, *command: str, stdout: int | None = None) -> str:
    """Run a module with the portal's settings for a database; what it printed."""
    # What the testbed is told by the environment is no setting of the portal.
    own = {name: value for name, value in os.environ.items() if not name.startswith("BELFRY_")}
    settings = {
        "BELFRY_DATABASE_URL": database_address(layout, database),
        "BELFRY_API_REQUESTS_A_MINUTE": "100000",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    ended = subprocess.run(
        [sys.executable, "-m", *command], env=own | settings, stdout=stdout, check=True, text=True
    )
    return ended.stdout or ""


def answer_of(layout: Layout, database: str, *command: str) -> dict[str, Any]:
    """The JSON of the last line that such a program prints."""
    printed = child(layout, database, *command, stdout=subprocess.PIPE)
    answer: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return answer
