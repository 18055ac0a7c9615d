"""Asks for every page of the portal that it is told: a child of `bench.pages`.

Pages are those of the URLconf that somebody may open with what this portal holds, so that a new
page is measured without being named here.
"""

import gc
import logging
import sys
from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse  # noqa: E402

from accounts.models import Mail, User  # noqa: E402
from accounts.permissions import Role  # noqa: E402
from allocations.models import (  # noqa: E402
    Allocation,
    Application,
    LedgerEntry,
    Membership,
    Pool,
)
from allocations.states import ApplicationState  # noqa: E402
from bench.children import Page, answers  # noqa: E402
from bench.page_world import email_of  # noqa: E402

SKIPPED = ("admin:", "socialaccount_login_error", "socialaccount_login_cancelled")
"""Django's own pages, and those that only follow a failure elsewhere."""
PROJECT = "bench0"
WORDS: dict[str, list[object]] = {
    "site_code": ["zellik"],
    "track_code": ["pa"],
    "section": ["project", "resources"],
    "code": ["zellik"],
    "number": [1],
    "kind": ["extension"],
    "event": ["end_near"],
    "language": ["fr"],
}


def main() -> None:
    """Find the pages, and time each that is asked for."""
    # That most pages are closed to most readers is no news.
    logging.disable()
    pages, closed = _pages()
    # All is loaded now: as in gunicorn's processes, no collection of garbage looks through it.
    gc.collect()
    gc.freeze()
    print(f"  no pages, or none with what is there: {', '.join(closed)}", file=sys.stderr)
    answers({label: _page(*asked) for label, asked in pages.items()})


def _pages() -> tuple[dict[str, tuple[Client, str]], list[str]]:
    """Every page with who opens it and where, and what nobody opens."""
    readers, things = _readers(), _things()
    pages: dict[str, tuple[Client, str]] = {}
    closed = []
    for name, wanted in _patterns():
        opened = list(_opened(name, wanted, things, readers))
        # Who may do more sees more on the same page.
        pages |= _first_and_last(name, opened)
        if not opened:
            closed.append(name)
    return pages, closed


def _readers() -> list[Client]:
    """Nobody, an applicant, a leader, a reviewer, staff and an administrator, in this order."""
    administrator, _is_new = User.objects.get_or_create(
        email="administrator@bench.example", defaults={"role": Role.ADMINISTRATOR}
    )
    emails = (email_of("ada"), "p0@bench.example", email_of("reviewer"), "staff@bench.example")
    clients = [Client()]
    for person in (*(User.objects.get(email=email) for email in emails), administrator):
        clients.append(Client())
        clients[-1].force_login(person)
    return clients


def _things() -> dict[str, list[object]]:
    """What the words of addresses may stand for here; the first with which a page opens counts."""
    ada = User.objects.get(email=email_of("ada"))
    draft = Application.objects.get(applicant=ada, state=ApplicationState.DRAFT)
    handed_in = Application.objects.get(applicant=ada, state=ApplicationState.SUBMITTED)
    return {
        "reference": [draft.reference, handed_in.reference],
        "name": [PROJECT],
        "organisation_id": [draft.organisation_id],
        "user_id": [ada.pk],
        "mail_id": _first(Mail.objects.filter(recipient=ada)),
        "pool_id": _first(Pool.objects.all()),
        "allocation_id": _first(Allocation.objects.filter(project__name=PROJECT)),
        "membership_id": _first(
            Membership.objects.filter(project__name=PROJECT, role=Membership.Role.MEMBER)
        ),
        "entry_id": _first(LedgerEntry.objects.filter(allocation__project__name=PROJECT)),
        **WORDS,
    }


def _first(rows: QuerySet[Any]) -> list[object]:
    """The key of the first row, if there is one."""
    return list(rows.order_by("pk").values_list("pk", flat=True)[:1])


def _patterns() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each address, and the words that it wants."""
    seen = set()

    def walk(
        patterns: list[URLPattern | URLResolver], prefix: str
    ) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, inner)
            elif pattern.name:
                yield f"{prefix}{pattern.name}", pattern

    for name, pattern in walk(get_resolver().url_patterns, ""):
        if name not in seen and not name.startswith(SKIPPED):
            seen.add(name)
            yield name, tuple(pattern.pattern.converters)


def _opened(
    name: str, wanted: tuple[str, ...], things: dict[str, list[object]], readers: list[Client]
) -> Iterator[tuple[Client, str]]:
    """Who opens the page, and where."""
    for words in product(*(things.get(word, []) for word in wanted)):
        try:
            address = reverse(name, kwargs=dict(zip(wanted, words, strict=True)))
        except NoReverseMatch:
            continue
        for reader in readers:
            if _is_page(reader.get(address)):
                yield reader, address


def _first_and_last(
    name: str, opened: list[tuple[Client, str]]
) -> Iterator[tuple[str, tuple[Client, str]]]:
    """The page for whoever may do least of those who can open it, and for who may do most."""
    if opened:
        yield name, opened[0]
    if len(opened) > 1 and opened[0] != opened[-1]:
        yield f"{name} (staff)", opened[-1]


def _is_page(answer: Any) -> bool:
    kind = str(answer.headers.get("Content-Type", ""))
    return bool(answer.status_code == 200) and kind.startswith("text/html")


def _page(reader: Client, address: str) -> Page:
    return Page(partial(reader.get, address), partial(_cost, reader, address))


def _cost(reader: Client, address: str) -> dict[str, int]:
    reader.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = reader.get(address)
    return {"queries": len(queries), "bytes": len(answer.content)}


if __name__ == "__main__":
    main()
