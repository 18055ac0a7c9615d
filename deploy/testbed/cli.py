"""The command `deploy/testbed/testbed`: it reads what is asked, and says what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from deploy.testbed.arguments import parse_arguments
from deploy.testbed.commands import COMMANDS
from deploy.testbed.errors import TestbedError
from deploy.testbed.privileges import become_root
from deploy.testbed.progress import RED, painted

# `status` and `env` only read, so that anybody may ask.
WITHOUT_ROOT = ("status", "env")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 1 if not, 2 if it was not understood."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    asked = parse_arguments(words)
    try:
        if asked.command not in WITHOUT_ROOT:
            become_root(words)
        return COMMANDS[asked.command](asked)
    except TestbedError as error:
        print(painted(f"testbed: {error.message}", RED, sys.stderr), file=sys.stderr)
        if error.advice:
            print(f"What to do: {error.advice}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("testbed: interrupted; `testbed down` stops what was started.", file=sys.stderr)
        return 130
