"""The command line of a site's bridge."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.text import Text

from slurm_bridge.bridge import Bridge, build_bridge
from slurm_bridge.config import load_config
from slurm_bridge.errors import BridgeError, FatalPortalError
from slurm_bridge.plan import Plan
from slurm_bridge.run import log_report, run_forever
from slurm_bridge.wire import DesiredState, Finding, SyncReport

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
CHANGES_PENDING = 2
INCOMPLETE = 3

STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


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
    """Run one cycle, then accounting and a heartbeat.

    Exit status: 0 all done, 1 a fault stopped it, 3 something was refused or failed.
    """
    with _bridge(config, verbose=verbose) as bridge:
        report = bridge.reconcile(_desired(bridge))
        rows = bridge.push_jobs(days=days) or 0
        bridge.pulse.beat()
        _print_report(report, rows, as_json=as_json)
        if report.refused or any(item.outcome == "failed" for item in report.results):
            raise typer.Exit(INCOMPLETE)


@app.command()
def plan(
    config: ConfigOption, *, as_json: JsonOption = False, verbose: VerboseOption = False
) -> None:
    """Print what a cycle would change, and change nothing.

    Exit status: 0 nothing to change, 1 a fault, 2 changes are pending, 3 the guard would refuse.
    """
    with _bridge(config, verbose=verbose) as bridge:
        desired = _desired(bridge)
        wanted, actual = bridge.cycle.preview(desired)
        refused = bridge.cycle.refusal(wanted, desired, actual)
        _print_plan(wanted, refused, as_json=as_json)
        if refused:
            raise typer.Exit(INCOMPLETE)
        if not wanted.is_empty:
            raise typer.Exit(CHANGES_PENDING)


@app.command()
def doctor(
    config: ConfigOption, *, as_json: JsonOption = False, verbose: VerboseOption = False
) -> None:
    """Look for what would make Belfry fail here, and say what to do about it.

    Exit status: 0 no error found, 3 at least one.
    """
    with _bridge(config, verbose=verbose) as bridge:
        findings = bridge.doctor.findings()
        _print_findings(findings, as_json=as_json)
        if any(finding.level == "error" for finding in findings):
            raise typer.Exit(INCOMPLETE)


@contextmanager
def _bridge(config: Path, *, verbose: bool) -> Iterator[Bridge]:
    """The site's bridge; every fault ends in one sentence and exit status 1."""
    _log_to_stderr(verbose=verbose)
    try:
        bridge = build_bridge(load_config(config))
        try:
            yield bridge
        finally:
            bridge.portal.close()
    except BridgeError as error:
        Console(stderr=True).print(f"slurm-bridge: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(FAULT) from error


def _desired(bridge: Bridge) -> DesiredState:
    desired = bridge.portal.desired_state(known_revision=None, wait_seconds=0)
    if desired is None:
        raise FatalPortalError("the portal answered 304 although nothing was known")
    return desired


def _log_to_stderr(*, verbose: bool) -> None:
    console = Console(stderr=True)
    level = logging.DEBUG if verbose else logging.INFO
    if console.is_terminal:
        logging.basicConfig(
            level=level, format="%(message)s", handlers=[RichHandler(console=console)]
        )
    else:
        logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _print(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


def _print_report(report: SyncReport, rows: int, *, as_json: bool) -> None:
    if as_json:
        _print(json.dumps({"report": report.model_dump(mode="json"), "job_rows": rows}))
        return
    log_report(report)
    counts = ", ".join(
        f"{sum(item.outcome == outcome for item in report.results)} {outcome}"
        for outcome in ("applied", "deferred", "failed")
    )
    ready = sum(item.accepted for item in report.readiness)
    _print(
        f"{counts}; {len(report.conflicts)} conflicts;"
        f" {ready} of {len(report.readiness)} test submissions accepted; {rows} jobs sent"
    )


def _print_plan(wanted: Plan, refused: str, *, as_json: bool) -> None:
    if as_json:
        content = wanted.model_dump(mode="json")
        _print(json.dumps(content | {"plan_id": wanted.plan_id, "refused": refused}))
        return
    _print(str(wanted))
    if refused:
        _print(f"refused: {refused}")


def _print_findings(findings: tuple[Finding, ...], *, as_json: bool) -> None:
    if as_json:
        _print(json.dumps([finding.model_dump(mode="json") for finding in findings]))
        return
    console = Console()
    for finding in findings:
        line = Text.assemble(
            (f"{finding.level:8}", STYLES[finding.level]), f"{finding.check}: {finding.found}"
        )
        console.print(line, soft_wrap=True)
        if finding.advice:
            console.print(f"          {finding.advice}", markup=False, highlight=False)


if __name__ == "__main__":
    app()
