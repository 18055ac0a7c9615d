"""People and organisations for tests."""

from accounts.models import Organisation, OrganisationMember, User
from accounts.permissions import SECOND_FACTOR_ROLES, Role

PASSWORD = "a long password for tests"


def make_person(
    first_name: str, *, role: Role = Role.APPLICANT, last_name: str = "Peeters"
) -> User:
    """A person with a verified address and PASSWORD; who decides is of another house."""
    house = "factory.example" if role in SECOND_FACTOR_ROLES else "example.org"
    user = User.objects.create_user(
        email=f"{first_name.lower()}@{house}",
        password=PASSWORD,
        first_name=first_name,
        last_name=last_name,
        role=role,
    )
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def make_organisation(*people: User, number: str = "0403019261") -> Organisation:
    """An organisation for which these people may apply."""
    organisation, created = Organisation.objects.get_or_create(
        enterprise_number=number,
        defaults={
            "name": "Klokken NV",
            "kind": Organisation.Kind.SME,
            "postcode": "1731",
        },
    )
    for person in people:
        OrganisationMember.objects.get_or_create(
            organisation=organisation, user=person, defaults={"keeps_figures": created}
        )
    return organisation
