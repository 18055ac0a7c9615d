"""Who gets what from every route: a table over the whole URLconf that no new route can dodge.

In a row, `in` is the way to the sign-in page. A stranger gets 404 from what is about one
application or project, somebody who may see it but not do this gets 403.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from tests.people import make_person
from tests.portal.permission_answers import ROLES
from tests.portal.permission_rows import FUNDER, ROWS
from tests.portal.permission_world import session_of
from tests.portal.route_table import Route, all_routes

MOST_QUERIES_OF_A_PAGE = 15
MOST_QUERIES = {
    # It carries an approval out at two sites, and rolls it back.
    "preview": 100,
}
OF_TAKING_BACK = 3
"""A savepoint, the way back to it, and its end."""


def test_every_route_is_in_the_table_with_both_methods() -> None:
    there = {(route.name, method) for route in all_routes() for method in ("GET", "POST")}
    assert there - set(ROWS) == set(), "these routes need a row"
    assert set(ROWS) - there == set(), "these rows have no route any more"


def test_every_route_answers_as_the_table_says_in_few_queries(
    people: dict[str, User | None], values: dict[str, Any]
) -> None:
    routes = {route.name: route for route in all_routes()}
    sessions = _sessions(people)
    BROWSER.get(reverse("public_figures"))  # computed once in a while, and then kept
    wrong, slow = [], []
    for (name, method), row in ROWS.items():
        queries: list[int] = []
        found = " ".join(_answers(routes[name], method, sessions, values, queries))
        if found != " ".join(row.split()):
            wrong.append(f"{name} {method}: the table says {row}, the portal {found}")
        if method == "GET" and max(queries) > MOST_QUERIES.get(name, MOST_QUERIES_OF_A_PAGE):
            slow.append(f"{name} costs {queries} queries")
    assert not wrong, "\n".join(wrong)
    assert not slow, "\n".join(slow)


def test_funder_is_a_stranger_who_reads_reports(
    people: dict[str, User | None], values: dict[str, Any]
) -> None:
    assert set(FUNDER) <= set(ROWS)
    routes = {route.name: route for route in all_routes()}
    stranger = ROLES.index("stranger")
    session = session_of(make_person("Fund", role=Role.FUNDER))
    wrong = []
    for (name, method), row in ROWS.items():
        expected = FUNDER.get((name, method), row.split()[stranger])
        found = _answer(session, method, routes[name].address(values))
        if found != expected:
            wrong.append(f"{name} {method}: should be {expected}, is {found}")
    assert not wrong, "\n".join(wrong)


def test_what_changes_something_cannot_be_done_from_another_site(
    people: dict[str, Any], values: dict[str, Any]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["administrator"])
    for route in all_routes():
        if route.name.startswith(("bridge:", "api:")):
            continue
        status = client.post(route.address(values)).status_code
        assert status in (403, 404, 405), route.name


def _answers(
    route: Route, method: str, sessions: list[Any], values: dict[str, Any], queries: list[int]
) -> list[str]:
    """One a session; `queries` gets how many each cost."""
    address, answers = route.address(values), []
    for session in sessions:
        asked: list[str] = []

        def note(execute: Any, sql: str, *rest: Any, asked: list[str] = asked) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            answers.append(_answer(session, method, address))
        queries.append(len(asked) - OF_TAKING_BACK)
    return answers


def _sessions(people: dict[str, User | None]) -> list[Any]:
    """For each column the cookies of a browser in which that person has signed in."""
    return [session_of(people[role]) for role in ROLES]


# One for all requests: each new client loads every middleware anew, which takes longer than a page.
BROWSER = Client(raise_request_exception=False)


def _answer(session: Any, method: str, address: str) -> str:
    """The status; what the request changed is taken back."""
    BROWSER.cookies = copy(session)
    send: Callable[..., Any] = BROWSER.get if method == "GET" else BROWSER.post
    with transaction.atomic():
        response = send(address)
        transaction.set_rollback(True)
    goes_to = response.headers.get("Location", "")
    if goes_to.startswith(reverse(settings.LOGIN_URL)):
        return "in"
    return str(response.status_code)
