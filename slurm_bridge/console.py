"""What the bridge's commands say: logs to stderr, answers to stdout."""

import json
import logging

from rich.console import Console
from rich.logging import RichHandler
from rich.text import Text

from slurm_bridge.errors import BridgeError
from slurm_bridge.run import log_report
from slurm_bridge.wire import Finding, SyncReport

STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


def print_complaint(error: BridgeError) -> None:
    """One sentence on stderr."""
    Console(stderr=True).print(f"slurm-bridge: {error}", markup=False, soft_wrap=True)


def log_to_stderr(*, verbose: bool) -> Console:
    """Log in colour to a terminal, and with the time to anything else; to what is returned."""
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
    return console


def print_line(text: str) -> None:
    """Text as it is, whatever it holds and however long it is."""
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


def print_report(report: SyncReport, rows: int, *, as_json: bool) -> None:
    """What a cycle did, counted."""
    if as_json:
        print_line(json.dumps({"report": report.model_dump(mode="json"), "job_rows": rows}))
        return
    log_report(report)
    counts = ", ".join(
        f"{sum(item.outcome == outcome for item in report.results)} {outcome}"
        for outcome in ("applied", "deferred", "failed")
    )
    ready = sum(item.accepted for item in report.readiness)
    print_line(
        f"{counts}; {len(report.conflicts)} conflicts;"
        f" {ready} of {len(report.readiness)} test submissions accepted; {rows} jobs sent"
    )


def print_findings(findings: tuple[Finding, ...], *, as_json: bool) -> None:
    """What doctor found, the level in colour."""
    if as_json:
        print_line(json.dumps([finding.model_dump(mode="json") for finding in findings]))
        return
    console = Console()
    for finding in findings:
        line = Text.assemble(
            (f"{finding.level:8}", STYLES[finding.level]), f"{finding.check}: {finding.found}"
        )
        console.print(line, soft_wrap=True)
        if finding.advice:
            console.print(f"          {finding.advice}", markup=False, highlight=False)
