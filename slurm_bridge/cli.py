"""The command line of a site's bridge."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from slurm_bridge.adopt_command import found_accounts, offer, print_answer, print_candidates
from slurm_bridge.audit_words import is_equal, print_check
from slurm_bridge.bridge import Bridge, build_bridge
from slurm_bridge.config import load_config
from slurm_bridge.console import (
    log_to_stderr,
    print_complaint,
    print_findings,
    print_line,
    print_report,
)
from slurm_bridge.cycle import PlanMovedError, RefusedError
from slurm_bridge.errors import BridgeError, FatalPortalError
from slurm_bridge.gpu.command import gpu_exporter
from slurm_bridge.plan_command import print_plan
from slurm_bridge.progress import progress_on
from slurm_bridge.run import run_forever
from slurm_bridge.wire import DesiredState

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Makes one Slurm cluster match what the Belfry portal wants, and reports back.",
)

ConfigOption = Annotated[
    Path, typer.Option("--config", help="The TOML file of this site's bridge.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Also log every command.")]

FAULT = 1
DIFFERS = 1
CHANGES_PENDING = 2
INCOMPLETE = 3
MOVED = 4


@app.command()
def run(config: ConfigOption, *, verbose: VerboseOption = False) -> None:
    """Serve the site until stopped: decisions, accounting and heartbeats."""
    with _bridge(config, verbose=verbose) as bridge:
        run_forever(bridge)


@app.command()
def once(
    config: ConfigOption,
    *,
    days: Annotated[int, typer.Option(min=0, help="Read the accounting of so many days anew.")] = 0,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Run one cycle, then accounting, a heartbeat, and what GPUs did.

    Exit status: 0 all done, 1 a fault stopped it, 3 something was refused or failed.
    """
    with _bridge(config, verbose=verbose) as bridge, bridge.lease.kept():
        report = bridge.reconcile(_desired(bridge))
        rows = bridge.push_jobs(days=days) or 0
        bridge.pulse.beat()
        bridge.push_gpu_usage()  # Last, since whatever is wrong with it touches nothing else.
        print_report(report, rows, as_json=as_json)
        if report.refused or any(item.outcome == "failed" for item in report.results):
            raise typer.Exit(INCOMPLETE)


@app.command()
def plan(
    config: ConfigOption, *, as_json: JsonOption = False, verbose: VerboseOption = False
) -> None:
    """Print what a cycle would change, what it costs and which jobs it concerns; change nothing.

    Exit status: 0 nothing to change, 1 a fault, 2 changes are pending, 3 the guard would refuse.
    """
    with _bridge(config, verbose=verbose) as bridge:
        desired = _desired(bridge)
        wanted, actual = bridge.cycle.preview(desired)
        refused = bridge.cycle.refusal(wanted, desired, actual)
        outline = bridge.cycle.outline(wanted, desired, refused)
        if as_json:
            print_line(outline.model_dump_json())
        else:
            print_plan(outline, config, Console())
        if refused:
            raise typer.Exit(INCOMPLETE)
        if not wanted.is_empty:
            raise typer.Exit(CHANGES_PENDING)


@app.command()
def apply(
    config: ConfigOption,
    *,
    plan_id: Annotated[str, typer.Option("--plan-id", help="As `slurm-bridge plan` printed it.")],
    force_removals: Annotated[
        bool, typer.Option("--force-removals", help="Even if it takes away more than [guard] lets.")
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Carry out exactly the plan that was reviewed, whatever the mode of the site.

    Exit status: 0 all done, 1 a fault, 3 the guard refused or a change was not made,
    4 the plan is no longer the one that was reviewed. With 4, nothing was changed.
    """
    with _bridge(config, verbose=verbose) as bridge, bridge.lease.kept():
        try:
            report = bridge.apply_reviewed(
                _desired(bridge), plan_id, allows_removals=force_removals
            )
        except (PlanMovedError, RefusedError) as error:
            print_complaint(error)
            moved = isinstance(error, PlanMovedError)
            raise typer.Exit(MOVED if moved else INCOMPLETE) from error
        print_report(report, 0, as_json=as_json)
        if any(item.outcome != "applied" for item in report.results):
            raise typer.Exit(INCOMPLETE)


@app.command()
def doctor(
    config: ConfigOption, *, as_json: JsonOption = False, verbose: VerboseOption = False
) -> None:
    """Look for what would make Belfry fail here, and say what to do about it.

    Exit status: 0 no error found, 3 at least one.
    """
    with _bridge(config, verbose=verbose) as bridge:
        findings = bridge.doctor.findings()
        print_findings(findings, as_json=as_json)
        if any(finding.level == "error" for finding in findings):
            raise typer.Exit(INCOMPLETE)


@app.command()
def audit(
    config: ConfigOption,
    *,
    days: Annotated[
        int, typer.Option(min=1, max=3660, help="Compare so many past days one by one.")
    ] = 7,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Hold the portal's usage against Slurm's own figures, and read anew what differs.

    Exit status: 0 equal, 1 something differs, 3 it could not be done.
    """
    with _bridge(config, verbose=verbose, fault=INCOMPLETE) as bridge:
        check = bridge.nightly.audit.run(days)
        print_check(check, as_json=as_json)
        if not is_equal(check):
            raise typer.Exit(DIFFERS)


@app.command()
def adopt(
    config: ConfigOption,
    accounts: Annotated[
        list[str] | None, typer.Argument(help="Accounts to offer; without, all are listed.")
    ] = None,
    *,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the accounts that are not Belfry's, or offer some to staff; nothing in Slurm changes.

    Exit status: 0 done, 1 a fault, 3 at least one account could not be offered.
    """
    with _bridge(config, verbose=verbose) as bridge:
        found = found_accounts(bridge, _desired(bridge))
        if not accounts:
            print_candidates(found, as_json=as_json)
            return
        answer = offer(bridge, found, accounts)
        print_answer(answer, bridge.config.portal_url, as_json=as_json)
        if answer.refused:
            raise typer.Exit(INCOMPLETE)


app.command("gpu-exporter")(gpu_exporter)


@contextmanager
def _bridge(config: Path, *, verbose: bool, fault: int = FAULT) -> Iterator[Bridge]:
    """The site's bridge; every fault ends in one sentence and this exit status."""
    console = log_to_stderr(verbose=verbose)
    try:
        bridge = build_bridge(load_config(config))
        bridge.cycle.progress = progress_on(console)
        try:
            yield bridge
        finally:
            bridge.portal.close()
    except BridgeError as error:
        print_complaint(error)
        raise typer.Exit(fault) from error


def _desired(bridge: Bridge) -> DesiredState:
    desired = bridge.portal.desired_state(known_revision=None, wait_seconds=0)
    if desired is None:
        raise FatalPortalError("the portal answered 304 although nothing was known")
    return desired


if __name__ == "__main__":
    app()
