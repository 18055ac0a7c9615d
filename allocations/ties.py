"""What binds reviewers to those who apply, read from the database in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import (
    CharField,
    IntegerField,
    Prefetch,
    QuerySet,
    Value,
    prefetch_related_objects,
)

from accounts.models import OrganisationMember, User, undertaking_of
from allocations.models import Application, DeclaredConflict, Invitation, Membership
from allocations.rules.conflicts import ConflictKind, Ties, conflicts_between, mail_domain

TEAM = Prefetch("invitations", Invitation.objects.select_related("accepted_by__unix_identity"))
"""Everybody invited, with who accepted: read once for a page that shows them, too."""


class _Row(StrEnum):
    """What one row says of a person."""

    ORGANISATION = "organisation"
    MAIL = "mail"
    PROJECT = "project"
    DECLARED = "declared"


def conflicts_of(
    application: Application, people: Collection[User]
) -> dict[int, list[ConflictKind]]:
    """For each person, by key, everything that keeps them from reviewing the application."""
    prefetch_related_objects([application], TEAM)
    invitations = application.invitations.all()
    team = [item.accepted_by for item in invitations if item.accepted_by is not None]
    applicants = [application.applicant, *team]
    ties, declared = _read_ties(application, [*applicants, *people])
    invited = {mail_domain(item.email) for item in invitations} - {""}
    applying = _ties_of_applicants(
        application, [ties[person.pk] for person in applicants], frozenset(invited)
    )
    return {
        person.pk: [ConflictKind.DECLARED] * (person.pk in declared)
        + conflicts_between(ties[person.pk], applying)
        for person in people
    }


def _ties_of_applicants(
    application: Application, of_people: Collection[Ties], invited: frozenset[str]
) -> Ties:
    """Of the applicant, everybody invited, their organisations, and the whole undertaking."""
    whole = undertaking_of(application.organisation) if application.organisation else None
    return Ties(
        people=frozenset().union(*(ties.people for ties in of_people)),
        organisations=frozenset(member.pk for member in (whole.members if whole else ())).union(
            *(ties.organisations for ties in of_people)
        ),
        enterprise_numbers=whole.enterprise_numbers if whole else frozenset(),
        mail_domains=invited.union(*(ties.mail_domains for ties in of_people)),
        projects=frozenset().union(*(ties.projects for ties in of_people)),
    )


def _read_ties(
    application: Application, people: Collection[User]
) -> tuple[dict[int, Ties], set[int]]:
    """The ties of each person by key, and who declared a conflict; one query."""
    organisations: dict[int, set[int]] = defaultdict(set)
    numbers: dict[int, set[str]] = defaultdict(set)
    domains: dict[int, set[str]] = defaultdict(set)
    projects: dict[int, set[int]] = defaultdict(set)
    declared: set[int] = set()
    for kind, person, key, text in _rows(application, people):
        match kind:
            case _Row.ORGANISATION:
                organisations[person].add(key)
                numbers[person].add(text)
            case _Row.MAIL:
                domains[person].add(mail_domain(text))
            case _Row.PROJECT:
                projects[person].add(key)
            case _Row.DECLARED:
                declared.add(person)
    ties = {
        person.pk: Ties(
            people=frozenset({person.pk}),
            organisations=frozenset(organisations[person.pk]),
            enterprise_numbers=frozenset(numbers[person.pk]),
            mail_domains=frozenset(domains[person.pk] | {mail_domain(person.email)}) - {""},
            projects=frozenset(projects[person.pk]),
        )
        for person in people
    }
    return ties, declared


def _rows(application: Application, people: Collection[User]) -> QuerySet[Any, Any]:
    """What is said of whom, with the key of a row or a text."""
    no_key, no_text = Value(0, IntegerField()), Value("", CharField())
    members = OrganisationMember.objects.filter(user__in=people)
    addresses = EmailAddress.objects.filter(user__in=people, verified=True)
    memberships = Membership.objects.filter(user__in=people)
    declared = DeclaredConflict.objects.filter(application=application, reviewer__in=people)
    return (
        members.order_by()
        .values_list(
            Value(_Row.ORGANISATION), "user", "organisation", "organisation__enterprise_number"
        )
        .union(
            addresses.order_by().values_list(Value(_Row.MAIL), "user", no_key, "email"),
            memberships.order_by().values_list(Value(_Row.PROJECT), "user", "project", no_text),
            declared.order_by().values_list(Value(_Row.DECLARED), "reviewer", no_key, no_text),
            all=True,
        )
    )
