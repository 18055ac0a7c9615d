"""A plan as an administrator reads it: a table in a terminal, lines where it is piped."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slurm_bridge.wire import PlanOutline

NOTHING = "nothing to change"


def print_plan(plan: PlanOutline, config: Path, console: Console) -> None:
    """Everything that a reviewer needs, and how to apply exactly this."""
    if console.is_terminal and plan.changes:
        console.print(_table(plan))
    else:
        _say(console, "\n".join(_lines(plan)) or NOTHING)
    for line in (*_summary(plan), *_next_step(plan, config)):
        _say(console, line)


def _table(plan: PlanOutline) -> Table:
    table = Table("", "change", "jobs", title=f"plan {plan.plan_id}", title_justify="left")
    for number, change in enumerate(plan.changes):
        jobs = _jobs(plan, number)
        style = "yellow" if jobs not in {"", "?"} else ""
        table.add_row(str(number + 1), Text(str(change)), Text(jobs, style=style))
    for conflict in plan.conflicts:
        table.add_row("", Text(f"conflict: {conflict.subject}: {conflict.reason}", style="red"), "")
    table.columns[0].justify = table.columns[2].justify = "right"
    return table


def _lines(plan: PlanOutline) -> Iterator[str]:
    for number, change in enumerate(plan.changes):
        jobs = _jobs(plan, number)
        yield f"{change} [jobs: {jobs}]" if jobs else str(change)
    for conflict in plan.conflicts:
        yield f"conflict: {conflict.subject}: {conflict.reason}"


def _jobs(plan: PlanOutline, number: int) -> str:
    """How many jobs a change concerns; nothing for none."""
    if plan.jobs is None:
        return "?"
    return str(plan.jobs[number] or "")


def _summary(plan: PlanOutline) -> Iterator[str]:
    if plan.changes:
        jobs = "an unknown number of" if plan.jobs_in_all is None else plan.jobs_in_all
        yield (
            f"{len(plan.changes)} changes by {plan.commands} commands in about {plan.seconds} s;"
            f" they concern {jobs} running or waiting jobs"
        )
    if plan.refused:
        yield f"refused: {plan.refused}"


def _next_step(plan: PlanOutline, config: Path) -> Iterator[str]:
    if plan.changes:
        force = " --force-removals" if plan.refused else ""
        yield f"plan id: {plan.plan_id}"
        yield f"apply exactly this: {apply_command(plan, config)}{force}"


def apply_command(plan: PlanOutline, config: Path) -> str:
    """What to type to carry out this plan and no other."""
    words = ["slurm-bridge", "apply", "--config", str(config), "--plan-id", plan.plan_id]
    return shlex.join(words)


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
