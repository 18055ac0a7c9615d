"""Applicants with whole drafts who are signed in: a child of `bench.deadline`.

`make NUMBER` prints their references and sessions, and what the form of a section sends; `count`
how many of them handed in what they saved last.
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.test import Client  # noqa: E402
from lxml import html  # noqa: E402

from accounts.models import Organisation, OrganisationMember, User  # noqa: E402
from allocations.models import (  # noqa: E402
    Application,
    RequestedHours,
    SectionAnswers,
    SignedDeclaration,
    SubmissionSnapshot,
)
from allocations.states import ApplicationState  # noqa: E402
from tests.domain import make_draft  # noqa: E402

SECTION = "project"


def main() -> None:
    """Do what was asked for, print."""
    print(json.dumps(make(int(sys.argv[2])) if sys.argv[1] == "make" else count()))


def make(number: int) -> dict[str, object]:
    """So many copies of one whole draft, each of a person of its own."""
    people = User.objects.bulk_create(
        User(email=f"late{place}@bench.example", first_name="Late", last_name=str(place))
        for place in range(number)
    )
    first = make_draft(
        User.objects.create_user(email="first@bench.example", first_name="First", last_name="One"),
        track="pa",
    )
    organisations = Organisation.objects.bulk_create(
        Organisation(
            enterprise_number=f"9{place:09}",
            name=f"Late {place}",
            kind=Organisation.Kind.PUBLIC,
            postcode="1731",
        )
        for place in range(number)
    )
    OrganisationMember.objects.bulk_create(
        OrganisationMember(organisation=organisation, user=person)
        for organisation, person in zip(organisations, people, strict=True)
    )
    drafts = Application.objects.bulk_create(
        Application(
            reference=f"L26-{place:05}",
            applicant=person,
            organisation=organisation,
            **{name: getattr(first, name) for name in _COPIED},
        )
        for place, (person, organisation) in enumerate(zip(people, organisations, strict=True))
    )
    for rows in (RequestedHours, SectionAnswers, SignedDeclaration):
        _copy(rows, first, drafts)
    applicants = [
        (draft.reference, _session(person)) for draft, person in zip(drafts, people, strict=True)
    ]
    return {"applicants": applicants, "form": _form(first)}


_COPIED = ("track", "title", "abstract", "purpose", "months", "answers", "version")


def _copy(rows: Any, first: Application, drafts: list[Application]) -> None:
    originals = list(rows.objects.filter(application=first).values())
    rows.objects.bulk_create(
        rows(**original | {"id": None, "application_id": draft.pk} | _signed(rows, draft))
        for draft in drafts
        for original in originals
    )


def _signed(rows: Any, draft: Application) -> dict[str, int]:
    """Each signs for themselves."""
    return {"signed_by_id": draft.applicant_id} if rows is SignedDeclaration else {}


def _session(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _form(draft: Application) -> dict[str, str]:
    """What a browser would send of the section's form as it stands."""
    client = Client()
    client.force_login(draft.applicant)
    page = html.fromstring(client.get(f"/applications/{draft.reference}/edit/{SECTION}").content)
    form = next(form for form in page.forms if "version" in form.fields)
    # A text begins with the line's end that a browser leaves out.
    values = form.form_values()
    return {name: value.strip() for name, value in values if name != "csrfmiddlewaretoken"}


def count() -> dict[str, object]:
    """How many handed in, with what they saved a moment before in the frozen copy."""
    handed_in = Application.objects.filter(
        reference__startswith="L26-", state=ApplicationState.SUBMITTED
    )
    copies = SubmissionSnapshot.objects.filter(application__in=handed_in)
    whole = sum(
        copy.application.reference in json.dumps(copy.content)
        for copy in copies.select_related("application")
    )
    return {"handed_in": whole}


if __name__ == "__main__":
    main()
