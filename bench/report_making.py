"""Fills one database: a child of `bench.reports`, since Django takes its settings but once."""

import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from bench.report_jobs import make_jobs  # noqa: E402
from bench.report_sites import make_sites  # noqa: E402
from bench.report_world import make_projects  # noqa: E402


def main() -> None:
    """Make projects, or with a number jobs and sites; say how long each step took."""
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s{words}", flush=True)

    call_command("migrate", verbosity=0)
    if len(sys.argv) == 1:
        call_command("seed", verbosity=0)
        make_projects()
        say("  projects")
        return
    make_jobs(int(sys.argv[1]), say)
    make_sites()
    say("  all is made")


if __name__ == "__main__":
    main()
