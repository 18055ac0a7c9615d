"""What binds those who review or decide to those who apply, read in one query or with another."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from enum import StrEnum

from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from accounts.models import User
from accounts.models.undertakings import UNDERTAKING
from allocations.models import Application
from allocations.rules.conflicts import ConflictKind, Ties, conflicts_between, mail_domain


class _Row(StrEnum):
    """What one row says of a person; of all who apply together where it names nobody."""

    TEAM = "team"
    ORGANISATION = "organisation"
    ENTERPRISE = "enterprise"
    MAIL = "mail"
    PROJECT = "project"
    DECLARED = "declared"


TieRow = tuple[str, int | None, int, str]
"""What it says, of whom, and the key of a row or a text."""

_Said = dict[tuple[str, int | None], list[tuple[int, str]]]


def conflicts_of(
    application: Application, people: Collection[User]
) -> dict[int, list[ConflictKind]]:
    """For each person, by key, everything that keeps them from judging the application."""
    read = Application.objects.filter(pk=application.pk).annotate(tie_rows=tie_rows(people))
    return conflicts_in(read.values_list("tie_rows", flat=True).get(), people)


def tie_rows(people: Collection[User]) -> RawSQL:
    """To be read with an application, for `conflicts_in`."""
    keys = [person.pk for person in people]
    return RawSQL(_ROWS, [keys, keys], output_field=JSONField())  # noqa: S611  # constant text


def conflicts_in(rows: Iterable[TieRow], people: Collection[User]) -> dict[int, list[ConflictKind]]:
    """The same as `conflicts_of`, of what `tie_rows` read."""
    said: _Said = defaultdict(list)
    for kind, person, key, text in rows:
        said[kind, person].append((key, text))
    team = [person for kind, person in said if kind == _Row.TEAM]
    applying = _together([_ties(said, person) for person in (None, *team)])
    return {
        person.pk: [ConflictKind.DECLARED] * ((_Row.DECLARED, person.pk) in said)
        + conflicts_between(_ties(said, person.pk), applying)
        for person in people
    }


def _ties(said: _Said, person: int | None) -> Ties:
    """Of one person, or of the applicants' undertaking and everybody whom they invited."""

    def keys(kind: _Row) -> frozenset[int]:
        return frozenset(key for key, _text in said.get((kind, person), ()))

    def texts(kind: _Row) -> frozenset[str]:
        return frozenset(text for _key, text in said.get((kind, person), ()))

    return Ties(
        people=frozenset() if person is None else frozenset({person}),
        organisations=keys(_Row.ORGANISATION),
        enterprise_numbers=texts(_Row.ENTERPRISE),
        mail_domains=frozenset(mail_domain(address) for address in texts(_Row.MAIL)) - {""},
        projects=keys(_Row.PROJECT),
    )


def _together(of_all: Collection[Ties]) -> Ties:
    return Ties(
        people=frozenset().union(*(ties.people for ties in of_all)),
        organisations=frozenset().union(*(ties.organisations for ties in of_all)),
        enterprise_numbers=frozenset().union(*(ties.enterprise_numbers for ties in of_all)),
        mail_domains=frozenset().union(*(ties.mail_domains for ties in of_all)),
        projects=frozenset().union(*(ties.projects for ties in of_all)),
    )


# The undertaking is looked for only where somebody who judges is of an organisation: most are not.
_ROWS = f"""(
WITH RECURSIVE
team (person) AS (
    SELECT allocations_application.applicant_id
    UNION
    SELECT accepted_by_id FROM allocations_invitation
    WHERE application_id = allocations_application.id AND accepted_by_id IS NOT NULL
),
asked (person) AS (SELECT person FROM team UNION SELECT unnest(%s::bigint[])),
asked_number (number) AS (
    SELECT enterprise_number FROM accounts_organisation
    WHERE id = allocations_application.organisation_id AND EXISTS (
        SELECT FROM accounts_organisationmember WHERE user_id = ANY(%s::bigint[])
    )
),
{UNDERTAKING},
organisation (person, key) AS (
    SELECT person, organisation_id
    FROM asked JOIN accounts_organisationmember ON user_id = person
    UNION ALL
    SELECT NULL, id FROM undertaking JOIN accounts_organisation ON enterprise_number = number
)
SELECT jsonb_agg(jsonb_build_array(kind, person, key, text)) FROM (
    SELECT '{_Row.TEAM}', person, 0, '' FROM team
    UNION ALL
    SELECT '{_Row.ORGANISATION}', person, key, '' FROM organisation
    UNION ALL
    SELECT '{_Row.ENTERPRISE}', person, 0, enterprise_number
    FROM organisation JOIN accounts_organisation ON id = key
    UNION ALL
    SELECT '{_Row.ENTERPRISE}', person, 0, enterprise_number
    FROM organisation JOIN accounts_linkedenterprise ON organisation_id = key
    UNION ALL
    SELECT '{_Row.MAIL}', person, 0, email FROM asked JOIN accounts_user ON id = person
    UNION ALL
    SELECT '{_Row.MAIL}', person, 0, email
    FROM asked JOIN account_emailaddress ON user_id = person WHERE verified
    UNION ALL
    SELECT '{_Row.MAIL}', NULL, 0, email
    FROM allocations_invitation WHERE application_id = allocations_application.id
    UNION ALL
    SELECT '{_Row.PROJECT}', person, project_id, ''
    FROM asked JOIN allocations_membership ON user_id = person
    UNION ALL
    SELECT '{_Row.DECLARED}', reviewer_id, 0, ''
    FROM allocations_declaredconflict WHERE application_id = allocations_application.id
) AS said (kind, person, key, text)
)"""  # noqa: S608  # made of constants
