"""What binds reviewers to those who apply, read from the database in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection

from allauth.account.models import EmailAddress

from accounts.models import (
    LinkedEnterprise,
    OrganisationMember,
    User,
    organisations_of_undertaking,
)
from allocations.models import Application, DeclaredConflict, Membership
from allocations.rules.conflicts import ConflictKind, Ties, conflicts_between, mail_domain


def conflicts_of(
    application: Application, people: Collection[User]
) -> dict[int, list[ConflictKind]]:
    """For each person, by key, everything that keeps them from reviewing the application."""
    invitations = list(application.invitations.select_related("accepted_by"))
    team = [item.accepted_by for item in invitations if item.accepted_by is not None]
    applicants = [application.applicant, *team]
    ties = _ties_of_people([*applicants, *people])
    invited = {mail_domain(item.email) for item in invitations} - {""}
    applying = _ties_of_applicants(
        application, [ties[person.pk] for person in applicants], frozenset(invited)
    )
    declared = set(
        DeclaredConflict.objects.filter(application=application, reviewer__in=people).values_list(
            "reviewer", flat=True
        )
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
    undertaking = (
        organisations_of_undertaking(application.organisation) if application.organisation else []
    )
    numbers = LinkedEnterprise.objects.filter(organisation__in=undertaking)
    return Ties(
        people=frozenset().union(*(ties.people for ties in of_people)),
        organisations=frozenset(item.pk for item in undertaking).union(
            *(ties.organisations for ties in of_people)
        ),
        enterprise_numbers=frozenset(numbers.values_list("enterprise_number", flat=True)).union(
            item.enterprise_number for item in undertaking
        ),
        mail_domains=invited.union(*(ties.mail_domains for ties in of_people)),
        projects=frozenset().union(*(ties.projects for ties in of_people)),
    )


def _ties_of_people(people: Collection[User]) -> dict[int, Ties]:
    organisations: dict[int, set[int]] = defaultdict(set)
    numbers: dict[int, set[str]] = defaultdict(set)
    domains: dict[int, set[str]] = defaultdict(set)
    projects: dict[int, set[int]] = defaultdict(set)
    members = OrganisationMember.objects.filter(user__in=people)
    for user, organisation, number in members.values_list(
        "user", "organisation", "organisation__enterprise_number"
    ):
        organisations[user].add(organisation)
        numbers[user].add(number)
    addresses = EmailAddress.objects.filter(user__in=people, verified=True)
    for user, address in addresses.values_list("user", "email"):
        domains[user].add(mail_domain(address))
    for user, project in Membership.objects.filter(user__in=people).values_list("user", "project"):
        projects[user].add(project)
    return {
        person.pk: Ties(
            people=frozenset({person.pk}),
            organisations=frozenset(organisations[person.pk]),
            enterprise_numbers=frozenset(numbers[person.pk]),
            mail_domains=frozenset(domains[person.pk] | {mail_domain(person.email)}) - {""},
            projects=frozenset(projects[person.pk]),
        )
        for person in people
    }
