"""What the last minute before a cut-off costs: a part of `make bench-pages`.

Five hundred applicants each save a section and hand in, at a moment of the minute that chance
chooses; then as many others do so as fast as two gunicorn workers let them, and the same workers
show a bare page of Django likewise. What was answered is compared with what is stored.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import httpx

from bench.children import answer_of, database_address
from bench.results import percentile
from deploy.demo.stack import Stack
from deploy.testbed.layout import Layout
from deploy.testbed.processes import start, stop

APPLICANTS = 500
MINUTE_SECONDS = 60
AT_ONCE = 16
KEPT_CONNECTIONS = 8
"""So many rest, as between our nginx and gunicorn."""
KEPT_SECONDS = 2
"""A connection rests shorter than gunicorn keeps it, or both might use and close it at once."""
BARE_PAGE = "/accounts/inactive/"
BARE_REQUESTS = 2_000
CSRF = "a" * 32
A_TEXT = "Of bells"
"""How the answers begin that a person may word freely."""


@dataclass(frozen=True)
class Applicant:
    """Somebody with a whole draft, who is signed in."""

    reference: str
    session: str


@dataclass(frozen=True)
class Asked:
    """One answer: how long it took, and what was wrong with it, if anything."""

    seconds: float
    error: str = ""


def measure_deadline(layout: Layout, database: str) -> dict[str, Any]:
    """The figures; errors are wrong answers and whatever was answered and is not stored."""
    made = answer_of(layout, database, "bench.deadline_world", "make", str(2 * APPLICANTS))
    everybody = [Applicant(*words) for words in made["applicants"]]
    stack = Stack(layout, layout.postgres_port + 1)
    settings = {
        "BELFRY_DATABASE_URL": database_address(layout, database),
        "BELFRY_WORKERS": "2",
        "BELFRY_ACCESS_LOG": "off",
    }
    portal = replace(stack, extra_environment=settings).portal()
    start(layout, portal)
    try:
        minute, rushed, seconds, bare = asyncio.run(_all_phases(stack.url, everybody, made["form"]))
    finally:
        stop(layout, portal)
    stored = answer_of(layout, database, "bench.deadline_world", "count")
    wrong = [asked.error for asked in (*minute, *rushed) if asked.error]
    per_second = len(rushed) / seconds
    return {
        "applicants": APPLICANTS,
        "errors": len(wrong) + 2 * APPLICANTS - stored["handed_in"],
        "first_errors": wrong[:3],
        "p95_ms": round(1000 * percentile([asked.seconds for asked in minute], 0.95), 1),
        "per_second": round(per_second, 1),
        "bare_page_per_second": round(bare, 1),
        "ratio_to_bare_page": round(per_second / bare, 3),
    }


async def _all_phases(
    url: str, everybody: list[Applicant], form: dict[str, str]
) -> tuple[list[Asked], list[Asked], float, float]:
    limits = httpx.Limits(
        max_connections=4 * AT_ONCE,
        max_keepalive_connections=KEPT_CONNECTIONS,
        keepalive_expiry=KEPT_SECONDS,
    )
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        minute = await _in_a_minute(client, everybody[:APPLICANTS], form)
        began = time.perf_counter()
        rushed = await _at_once(
            [partial(_apply, client, one, form) for one in everybody[APPLICANTS:]]
        )
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        await _at_once([partial(_bare, client)] * BARE_REQUESTS)
        bare = BARE_REQUESTS / (time.perf_counter() - began)
    return minute, rushed, seconds, bare


async def _in_a_minute(
    client: httpx.AsyncClient, people: Sequence[Applicant], form: dict[str, str]
) -> list[Asked]:
    """Each at a moment of their own; the same moments every time."""
    moments = random.Random(1)

    async def later(one: Applicant, moment: float) -> list[Asked]:
        await asyncio.sleep(moment)
        return await _apply(client, one, form)

    found = await asyncio.gather(*(later(one, MINUTE_SECONDS * moments.random()) for one in people))
    return [asked for of_one in found for asked in of_one]


async def _at_once(doing: Sequence[Callable[[], Awaitable[list[Asked]]]]) -> list[Asked]:
    """One after the other, so many at a time."""
    waiting, found = iter(doing), []

    async def work() -> None:
        for do in waiting:
            found.extend(await do())

    await asyncio.gather(*(work() for _number in range(AT_ONCE)))
    return found


async def _apply(client: httpx.AsyncClient, one: Applicant, form: dict[str, str]) -> list[Asked]:
    """Save as the page saves itself, hand in, and look at the application."""
    page = f"/applications/{one.reference}/"
    texts = {
        name: f"{value} {one.reference}" if value.startswith(A_TEXT) else value
        for name, value in form.items()
    }
    return [
        await _ask(client, one, "POST", f"{page}edit/project", 200, texts, {"HX-Request": "true"}),
        await _ask(client, one, "POST", f"{page}submit", 302, {}, {}),
        await _ask(client, one, "GET", page, 200, {}, {}),
    ]


async def _ask(
    client: httpx.AsyncClient,
    one: Applicant,
    method: str,
    address: str,
    expected: int,
    data: dict[str, str],
    headers: dict[str, str],
) -> Asked:
    cookies = f"sessionid={one.session}; csrftoken={CSRF}"
    began = time.perf_counter()
    try:
        answer = await client.request(
            method,
            address,
            data=data if method == "POST" else None,
            headers={"Cookie": cookies, "X-CSRFToken": CSRF, **headers},
        )
    except httpx.HTTPError as error:
        return Asked(time.perf_counter() - began, f"{address}: {error!r}")
    seconds = time.perf_counter() - began
    # Where something is missing the answer leads to the form, and not to the application.
    where = answer.headers.get("Location", "")
    if answer.status_code == expected and not where.endswith("/edit"):
        return Asked(seconds)
    return Asked(seconds, f"{method} {address} answered {answer.status_code} {where}".strip())


async def _bare(client: httpx.AsyncClient) -> list[Asked]:
    began = time.perf_counter()
    answer = await client.get(BARE_PAGE)
    answer.raise_for_status()
    return [Asked(time.perf_counter() - began)]
