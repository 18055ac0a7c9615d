"""How the demonstration ends: a table, and where to go on."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from deploy.demo.people import ADA, BRAM, PASSWORD, STAF
from deploy.demo.road import Outcome
from deploy.demo.stack import Stack
from deploy.testbed.progress import Progress


def say_goodbye(stack: Stack, outcome: Outcome, progress: Progress) -> None:
    """The portal's figures beside Slurm's, the logins, and what to try next."""
    table = Table(title="Read from the portal, beside Slurm's own report")
    for heading in ("Project", "Site", "Granted GPU-h", "Used GPU-s", "Slurm says", "Jobs"):
        table.add_column(heading, justify="left" if heading in ("Project", "Site") else "right")
    for figure in outcome.figures:
        table.add_row(
            figure.project,
            figure.site,
            f"{figure.granted_hours:,.0f}",
            f"{figure.used_seconds:,}",
            f"{figure.slurm_seconds:,}",
            str(figure.jobs),
        )
    Console().print(table)
    progress.say(f"""
Belfry runs at {stack.url}
  {ADA.email:<20} applicant and leader of {outcome.project}
  {BRAM.email:<20} member
  {STAF.email:<20} staff
  password of all three: {PASSWORD}
Mails are written to {stack.mail_folder}
A login node as Ada:   deploy/testbed/testbed shell zellik {outcome.username}
Stop it:               make down      (make clean also removes its state)""")
