"""The command behind `make demo`, `make down` and `make clean`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.demo.stack import Stack, start_stack, stop_stack
from deploy.testbed.down import clean, take_down
from deploy.testbed.errors import BusyPortError, TestbedError, UsageError
from deploy.testbed.layout import Layout, layout_from_environment
from deploy.testbed.privileges import become_root
from deploy.testbed.processes import require_free_port, running
from deploy.testbed.progress import RED, Progress, painted
from deploy.testbed.settings import stored_settings
from deploy.testbed.up import bring_up

SCRIPT = Path(__file__).with_name("demo")
DEFAULT_PORT = 8000
UNPRIVILEGED_PORTS = range(1024, 65_536)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    asked = parser().parse_args(words)
    try:
        become_root(words, SCRIPT)
        return {"up": up, "down": down, "clean": remove}[asked.command](
            demo_stack(layout_from_environment()), Progress(sys.stdout)
        )
    except TestbedError as error:
        print(painted(f"demo: {error.message}", RED, sys.stderr), file=sys.stderr)
        if error.advice:
            print(f"What to do: {error.advice}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted; `make down` stops what was started.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    result = argparse.ArgumentParser(
        prog="demo",
        description="Belfry on this machine: PostgreSQL, two Slurm clusters, portal, bridges.",
        epilog="BELFRY_PORTAL_PORT sets the portal's port (8000); BELFRY_STATE and "
        "BELFRY_PORT_BASE the testbed's folder and ports.",
    )
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start everything and play the main job through")
    commands.add_parser("down", help="stop what was started")
    commands.add_parser("clean", help="stop what was started and remove its state")
    return result


def demo_stack(layout: Layout) -> Stack:
    """The demonstration's portal; its port is the one that people expect."""
    text = os.environ.get("BELFRY_PORTAL_PORT", str(DEFAULT_PORT))
    if not text.isdigit() or int(text) not in UNPRIVILEGED_PORTS:
        raise UsageError(
            f"BELFRY_PORTAL_PORT={text!r} is not a port.", "Set a number from 1024 to 65535."
        )
    return Stack(layout, int(text), has_gpus=True)


def up(stack: Stack, progress: Progress) -> int:
    """Start what does not run, play the road, and say how to go on."""
    # Only now, since these need the virtual environment and stopping does not.
    from deploy.demo.road import play_road  # noqa: PLC0415
    from deploy.demo.story import say_goodbye  # noqa: PLC0415

    require_portal_port(stack)
    progress.say("Starting Belfry and two Slurm clusters")
    bring_up(stack.layout, progress=progress)
    # Anew each time, so that what runs is the code that is there.
    stop_stack(stack, Progress())
    start_stack(stack, progress)
    progress.say("Playing the main job through")
    outcome = play_road(stack, progress)
    say_goodbye(stack, outcome, progress)
    return 0


def down(stack: Stack, progress: Progress) -> int:
    """Stop everything; what was stored stays."""
    if stored_settings(stack.layout) is None:
        progress.say(f"Nothing was started in {stack.layout.state}.")
        return 0
    stop_stack(stack, progress)
    take_down(stack.layout, progress=progress)
    return 0


def remove(stack: Stack, progress: Progress) -> int:
    """Stop everything and remove its state."""
    down(stack, progress)
    clean(stack.layout, progress=progress)
    return 0


def require_portal_port(stack: Stack) -> None:
    """Look at the portal's port first: it is the one that something else may well have."""
    if running(stack.layout, "portal"):
        return
    try:
        require_free_port(stack.portal())
    except BusyPortError as error:
        raise BusyPortError(
            error.message, "Stop that process, or run: make demo BELFRY_PORTAL_PORT=8001"
        ) from None
