"""`belfry balance`: what each project has, and has left."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from slurm_bridge.login.ledger import ProjectBalance
from slurm_bridge.login.read import Reading
from slurm_bridge.login.terminal import bar, bar_colour, hours, painted, say, table

AMOUNTS = ("Granted h", "Used h", "Reserved h", "Left h")
HEADINGS = ("Project", "Site", *AMOUNTS, "Gone", "Last day")


def print_balance(
    reading: Reading, projects: Sequence[ProjectBalance], *, as_json: bool = False
) -> None:
    """All of the given projects."""
    if as_json:
        say(json.dumps(as_values(reading, projects), indent=2))
        return
    rows = [_row(reading.ledger.site, project) for project in projects]
    heading, *lines = table(HEADINGS, rows, numbers=AMOUNTS)
    say(painted(heading, "bold"))
    for line, project in zip(lines, projects, strict=True):
        shown = bar(_gone(project), project.granted_gpu_minutes)
        colour = bar_colour(_gone(project), project.granted_gpu_minutes)
        say(line.replace(shown, painted(shown, colour)))
    for project in projects:
        if project.closed_because:
            say(f"{project.account} takes no new jobs: {project.closed_because}.")
    say(f"Details: {reading.ledger.portal_url}/projects/")


def as_values(reading: Reading, projects: Sequence[ProjectBalance]) -> dict[str, object]:
    """What `--json` prints; amounts are GPU-minutes."""
    return {
        "site": reading.ledger.site,
        "written_at": reading.written_at,
        "projects": [
            asdict(project) | {"left_gpu_minutes": project.left_gpu_minutes} for project in projects
        ],
    }


def _row(site: str, project: ProjectBalance) -> tuple[str, ...]:
    return (
        project.account,
        site,
        hours(project.granted_gpu_minutes),
        hours(project.used_gpu_minutes),
        hours(project.reserved_gpu_minutes),
        hours(project.left_gpu_minutes),
        bar(_gone(project), project.granted_gpu_minutes),
        _last_day(project),
    )


def _gone(project: ProjectBalance) -> int:
    return project.used_gpu_minutes + project.reserved_gpu_minutes


def _last_day(project: ProjectBalance) -> str:
    if not project.closed_because:
        return project.ends_on
    return f"{project.ends_on} ({project.closed_because.partition(':')[0].partition(',')[0]})"
