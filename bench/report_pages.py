"""Asks for each page that it is told: a child of `bench.reports`."""

import gc
import sys
from collections.abc import Callable
from functools import partial

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.children import Page, answers  # noqa: E402
from bench.report_addresses import Asked, all_addresses  # noqa: E402


def main() -> None:
    """Find the pages, and time each that is asked for."""
    call_command("migrate", verbosity=0)
    wanted = sys.argv[1:]
    pages = {
        name: _asking(asked)
        for name, asked in all_addresses().items()
        if not wanted or name in wanted
    }
    for ask in pages.values():
        ask()
    # All is loaded now: as in gunicorn's processes, no collection of garbage looks through it.
    gc.collect()
    gc.freeze()
    answers({name: Page(ask, partial(_cost, ask)) for name, ask in pages.items()})


def _asking(asked: Asked) -> Callable[[], None]:
    """What asks for a page, as its reader."""
    client = Client(headers=asked.headers)
    if asked.reader is not None:
        client.force_login(asked.reader)

    def ask() -> None:
        answer = client.get(asked.address)
        if answer.status_code != 200:
            raise SystemExit(f"{asked.address} answered {answer.status_code}")
        _whole = answer.getvalue() if answer.streaming else answer.content

    return ask


def _cost(ask: Callable[[], None]) -> dict[str, int]:
    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
    return {"queries": len(queries)}


if __name__ == "__main__":
    main()
