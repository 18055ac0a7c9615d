"""Bad input in every field of every form that some page of the portal shows.

Forms are found on the pages themselves, so that a new field is tried without being named here.
What is refused must have stored nothing, and what is stored must not become part of a page.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch
from lxml import html

from accounts.models import User
from allocations.rules.questions import Section
from tests.domain import make_draft
from tests.portal.permission_world import session_of
from tests.portal.route_table import all_routes

MARKUP = "<script>alert(1)</script>"
HOSTILE: tuple[str | bytes, ...] = (
    "x" * 1_000_000,
    "\u202e\u200b\u2066",
    MARKUP,
    '=HYPERLINK("http://bad.example")',
    "+1+1",
    "\t@SUM(A1)",
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "0000-00-00",
    "\0",
    "\x07\x1b[31m",
    "\ufffd\ufffe",
    b"\xed\xa0\x80\xff",
    "no-such-choice",
    "1",
    "99999999999999999999",
)
# Together they see every page.
READERS = ("administrator", "reviewer", "leader", "applicant", "anonymous")
LONGEST_ADDRESS = 8_000
NOT_OURS = ("bridge:", "api:", "admin:")
KEPT_IN_PASSING = ("django_session", "portal_cache")
"""That somebody was here, and how often: no part of what they sent."""
FEWEST_FORMS, FEWEST_FIELDS = 90, 350
"""So many were found once; far fewer now would mean that they are not found."""

# One for all requests: each new client loads every middleware anew, which takes longer than a page.
BROWSER = Client()


@dataclass(frozen=True)
class Form:
    """A form as a page shows it to somebody, with what its fields hold."""

    page: str
    action: str
    method: str
    fields: dict[str, str | bytes]
    session: Any


def test_no_field_of_any_form_breaks_the_portal(
    people: dict[str, Any], values: dict[str, Any]
) -> None:
    forms = list(_forms(people, values))
    assert len(forms) > FEWEST_FORMS
    assert sum(len(form.fields) for form in forms) > FEWEST_FIELDS
    broken: list[str] = []
    alone = cycle(HOSTILE)
    for number, form in enumerate(forms):
        # Half of them for each form: what is asked for in two of them meets all.
        for turn in range(number % 2, len(HOSTILE), 2):
            broken += _faults(form, _fitting(form, dict(_bad(form, turn))))
        for name, bad in zip(form.fields, alone, strict=False):
            broken += _faults(form, form.fields | {name: bad}, alone=name)
    assert not broken, "\n".join(broken)


def _fitting(form: Form, data: dict[str, str | bytes]) -> dict[str, str | bytes]:
    """The same, cut where it goes into an address: no longer one gets past the server."""
    if form.method == "POST":
        return data
    return {name: value[:LONGEST_ADDRESS] for name, value in data.items()}


def _bad(form: Form, turn: int) -> Iterator[tuple[str, str | bytes]]:
    """Something bad for each field, each turn something else."""
    for place, name in enumerate(form.fields, turn):
        yield name, HOSTILE[place % len(HOSTILE)]


def _faults(form: Form, data: dict[str, str | bytes], alone: str = "") -> Iterator[str]:
    """What goes wrong when this is sent; what it changed is taken back."""
    writes: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        is_write = sql.startswith(("INSERT", "UPDATE", "DELETE"))
        if is_write and not any(table in sql for table in KEPT_IN_PASSING):
            writes.append(sql)
        return execute(sql, *rest)

    BROWSER.cookies = copy(form.session)
    send = BROWSER.get if form.method == "GET" else BROWSER.post
    sent = {name: value[:40] for name, value in data.items()}
    said = f"{form.page}: {form.method} {form.action} {sent}"
    # A value that is no text has to be one of a list.
    body_of = {name: [value] if isinstance(value, bytes) else value for name, value in data.items()}
    try:
        with transaction.atomic(), connection.execute_wrapper(note):
            answer: Any = send(form.action, body_of)
            body = answer.getvalue() if answer.streaming else answer.content
            if answer.status_code == 302 and answer["Location"].startswith("/"):
                body += BROWSER.get(answer["Location"]).content
            transaction.set_rollback(True)
    except Exception as error:  # noqa: BLE001  # whatever it is, a visitor would see a 500
        yield f"{said} raised {error!r:.200}"
        return
    if answer.status_code >= 500:
        yield f"{said} answered {answer.status_code}"
    if answer.status_code >= 400 and writes:
        yield f"{said} answered {answer.status_code}, and did {writes[0]:.200}"
    is_page = "html" in answer.headers.get("Content-Type", "")
    if is_page and MARKUP.encode() in body:
        yield f"{said} became part of the page"
    if is_page and alone and form.method == "POST" and answer.status_code == 200:
        yield from (f"{said} {fault}" for fault in _misshown(form, alone, data[alone], body))


def _misshown(form: Form, bad: str, value: str | bytes, body: bytes) -> Iterator[str]:
    """What a form that is shown again lacks: the error beside its field, the other texts."""
    if bad.endswith("_FORMS"):
        return  # how many lines a table has is nothing that anybody types
    known = [
        shown for shown in html.fromstring(body).forms if set(form.fields) <= set(shown.fields)
    ]
    if not known:
        yield "is not shown again"
        return
    inputs = known[0].inputs
    for name, held in form.fields.items():
        is_text = inputs[name].tag == "textarea" or inputs[name].get("type") == "text"
        if name != bad and is_text and _text(inputs[name].value) != held:
            yield f"lost {name}"
    if not any(word in body for word in (b"is-invalid", b"alert-danger", b"alert-warning")):
        yield "says nothing of what is wrong"
    if _cannot_be(inputs[bad], value) and not _has_error(inputs[bad], body):
        yield f"has no error beside {bad}"


def _has_error(field: Any, body: bytes) -> bool:
    return "is-invalid" in field.get("class", "") or f'"{field.get("id")}_error"'.encode() in body


def _cannot_be(field: Any, value: str | bytes) -> bool:
    """Whether no field like this one takes it."""
    if field.tag == "select" and not field.multiple:
        return value not in field.value_options
    if field.get("type") == "number":
        return not str(value).lstrip("-").isdecimal() or len(value) > 20
    if field.get("type") == "date":
        return str(value)[:4] not in ("0001", "9999")
    return field.tag == "textarea" and len(value) == 1_000_000


def _text(value: str | None) -> str:
    """What a text field holds: a browser drops the line break before the first line."""
    return (value or "").removeprefix("\n")


def _forms(people: dict[str, Any], values: dict[str, Any]) -> Iterator[Form]:
    """Each form once, as it is shown to the first reader who gets it."""
    addresses, seen = _addresses(people["applicant"], values), set()
    for reader in READERS:
        session = session_of(people[reader])
        for address, name in addresses.items():
            for form in _forms_of_page(name, address, session):
                known = (form.action.split("?")[0], form.method, *sorted(form.fields))
                if known not in seen:
                    seen.add(known)
                    yield form


def _forms_of_page(name: str, address: str, session: Any) -> Iterator[Form]:
    BROWSER.cookies = copy(session)
    with transaction.atomic():
        answer: Any = BROWSER.get(address)
        transaction.set_rollback(True)
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    if answer.status_code != 200 or answer.streaming or not is_page:
        return
    for form in html.fromstring(answer.content).forms:
        held = {str(field): _text(str(value)) for field, value in form.form_values()}
        names = {str(field.name) for field in form.inputs if field.name} - {"csrfmiddlewaretoken"}
        if names:
            action = form.action if (form.action or "").startswith("/") else address
            fields: dict[str, str | bytes] = {field: held.get(field, "") for field in sorted(names)}
            yield Form(name, action, form.method, fields, copy(session))


def _addresses(applicant: User, values: dict[str, Any]) -> dict[str, str]:
    """Every address with its route's name, those of a draft's whole form included."""
    draft = values | {"reference": make_draft(applicant).reference}
    worlds = [values, draft, *(draft | {"section": section.value} for section in Section)]
    found = {}
    for route in all_routes():
        for world in worlds:
            try:
                address = route.address(world)
            except NoReverseMatch:
                continue
            if not route.name.startswith(NOT_OURS):
                found[address] = route.name
    return found
