"""What can be asked of the testbed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from deploy.testbed.layout import SITES
from deploy.testbed.releases import RELEASES
from deploy.testbed.settings import SLURMDBD_MODES

SITE_NAMES = ", ".join(site.name for site in SITES)
EPILOG = f"""sites: {SITE_NAMES}

environment:
  BELFRY_STATE      the testbed's folder; by default one in /var/tmp for each clone
  BELFRY_PORT_BASE  the first of the 100 ports that it may use (17600)

examples:
  testbed up
  testbed up --slurm charleroi=newest
  testbed shell zellik alice -- sbatch --account=aif26fl0042 --gres=gpu:1 --wrap='sleep 5'
  eval "$(testbed env charleroi)" && sinfo
  testbed stop slurmdbd --kill && testbed start slurmdbd
"""


def parse_arguments(words: Sequence[str]) -> argparse.Namespace:
    """The command and its options; ends the program with exit code 2 if they make no sense."""
    parser = argparse.ArgumentParser(
        prog="testbed",
        description="Two real Slurm clusters, their accounting, and a PostgreSQL for the portal,"
        " in one folder of this machine and on its loopback address only.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    add_lifecycle(commands)
    add_queries(commands)
    add_faults(commands)
    add_history(commands)
    return parser.parse_args(words)


def add_lifecycle(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands for the whole testbed."""
    up = commands.add_parser(
        "up", help="start what does not run yet, installing packages that are missing"
    )
    up.add_argument(
        "--slurmdbd",
        choices=SLURMDBD_MODES,
        help="one slurmdbd for both sites (the default), or one each",
    )
    up.add_argument(
        "--slurm",
        action="append",
        metavar="[SITE=]RELEASE",
        help=f"which Slurm ({' or '.join(RELEASES)}) both sites run, or one; given once or more."
        " The newest is Debian testing's; made once, in some minutes",
    )
    up.add_argument("--only", choices=("postgres",), help="start PostgreSQL and no Slurm")
    commands.add_parser("down", help="stop everything; a later `up` goes on where it was")
    commands.add_parser("clean", help="down, and remove the folder and the UNIX users made for it")


def add_queries(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that ask and use."""
    status = commands.add_parser(
        "status", help="what runs; exit code 0 if everything does, 3 if not"
    )
    status.add_argument("--json", action="store_true", help="for programs")
    env = commands.add_parser("env", help="print exports for a site's Slurm commands")
    env.add_argument("site", metavar="SITE", help=f"{SITE_NAMES}, or postgres")
    shell = commands.add_parser("shell", help="a login node: a shell, or one command, as a user")
    shell.add_argument("site", metavar="SITE", help=SITE_NAMES)
    shell.add_argument("user", metavar="USER", help="a UNIX user of this machine")
    shell.add_argument("words", metavar="-- COMMAND", nargs="*", help="run this instead of a shell")


def add_faults(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands for one service."""
    stop = commands.add_parser("stop", help="stop one service")
    stop.add_argument("service", metavar="SERVICE", help="as `status` names it: slurmctld@zellik")
    stop.add_argument("--kill", action="store_true", help="by SIGKILL, as a crash would")
    start = commands.add_parser("start", help="start one service again")
    start.add_argument("service", metavar="SERVICE")


def add_history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command that makes a past."""
    history = commands.add_parser(
        "history", help="fill a site's accounting with past jobs of its projects"
    )
    history.add_argument("site", metavar="SITE", help=SITE_NAMES)
    history.add_argument("--jobs", type=positive, required=True, metavar="N", help="how many jobs")
    history.add_argument("--days", type=positive, required=True, metavar="D", help="how far back")
    history.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same jobs")


def positive(text: str) -> int:
    """A whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)
