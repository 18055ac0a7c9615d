"""The command `belfry` on login nodes: what is left, what was used, why a job waits.

It reads a local file and asks Slurm; it never asks the portal, so it answers at once and also
while the portal is away.
"""

import os
import time
from typing import TYPE_CHECKING, Annotated, NoReturn

# Typer builds its parameters with pydantic, whose plugins would be looked for in every package.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

import typer

from slurm_bridge.login.ledger import LedgerError
from slurm_bridge.login.terminal import age, complain

if TYPE_CHECKING:
    from slurm_bridge.login.read import Reading

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Your Belfry projects at this site. Exit status: 0 answered, 1 nothing to answer with,"
    " 2 wrong usage, 3 no such project or job of yours.",
)

FAULT = 1
NOT_FOUND = 3

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
ProjectArgument = Annotated[
    str, typer.Argument(help="Only this project.", show_default=False, metavar="[PROJECT]")
]


@app.command()
def balance(project: ProjectArgument = "", *, as_json: JsonOption = False) -> None:
    """Show what your projects have left at this site.

    Used is what Slurm has counted; reserved is what running jobs may still use.
    """
    from slurm_bridge.login.balance import print_balance  # noqa: PLC0415 - only what a command needs is loaded

    reading = _own_reading()
    chosen = [item for item in reading.ledger.projects if project in ("", item.account)]
    if project and not chosen:
        _not_found(f"{project!r} is not one of your projects at this site")
    print_balance(reading, chosen, as_json=as_json)


@app.command()
def usage(
    *,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Look back so many days.")] = 30,
    as_json: JsonOption = False,
) -> None:
    """Show what your own jobs have used, by project."""
    from slurm_bridge.errors import BridgeError  # noqa: PLC0415
    from slurm_bridge.login.job import own_job_uses, print_latest  # noqa: PLC0415
    from slurm_bridge.login.usage import own_usage, print_usage  # noqa: PLC0415

    try:
        print_usage(own_usage(days), days, as_json=as_json)
        if not as_json:
            print_latest(own_job_uses())
    except (BridgeError, LedgerError) as error:
        _fault(str(error))


@app.command()
def why(
    job_id: Annotated[str, typer.Argument(help="A job's number, as squeue shows it.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Say why one of your jobs waits, or how it ended, and what to do."""
    from slurm_bridge.errors import BridgeError  # noqa: PLC0415
    from slurm_bridge.login.why import is_job_id, own_jobs, print_jobs  # noqa: PLC0415

    if not is_job_id(job_id):
        raise typer.BadParameter("write a number such as 1234, or 1234_5 for one task of an array")
    try:
        jobs = own_jobs(job_id)
    except BridgeError as error:
        _fault(str(error))
    if not jobs:
        _not_found(f"you have no job {job_id} at this site")
    print_jobs(jobs, as_json=as_json)


@app.command()
def job(
    job_id: Annotated[str, typer.Argument(help="A job's number, as squeue shows it.")],
    *,
    as_json: JsonOption = False,
    line: Annotated[bool, typer.Option("--line", help="Print the verdict on one line.")] = False,
) -> None:
    """Show how a job of yours used its GPUs, and what to do about it."""
    from slurm_bridge.login.job import own_job_uses, print_job_uses, print_line  # noqa: PLC0415

    try:
        found = [item for item in own_job_uses() if item.is_called(job_id)]
    except LedgerError as error:
        _fault(str(error))
    if not found:
        _not_found(f"nothing is known of how a job {job_id!r} of yours used GPUs")
    if line and not as_json:
        print_line(found[0])
    else:
        print_job_uses(found, now=int(time.time()), as_json=as_json)


@app.command()
def submit_help(project: ProjectArgument = "") -> None:
    """Print a script that is ready for sbatch: belfry submit-help > job.sh."""
    from slurm_bridge.login.submit_help import script_for  # noqa: PLC0415

    ledger = _own_reading().ledger
    script = script_for(ledger, project)
    if script is None:
        _not_found("you have no such project at this site that takes jobs just now")
    typer.echo(script, nl=False)


def _own_reading() -> "Reading":
    from slurm_bridge.login.read import own_reading  # noqa: PLC0415

    try:
        reading = own_reading()
    except LedgerError as error:
        _fault(str(error))
    if reading.is_old:
        told = age(reading.age_seconds)
        complain(f"these figures are {told} old: the site's bridge has not written since")
    return reading


def _fault(message: str) -> NoReturn:
    complain(message)
    raise typer.Exit(FAULT)


def _not_found(message: str) -> NoReturn:
    complain(message)
    raise typer.Exit(NOT_FOUND)


if __name__ == "__main__":
    app(prog_name="belfry")
