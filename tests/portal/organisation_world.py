"""An organisation of its own for tests, with an enterprise, aid and a second person."""

from django.utils import timezone

from accounts.models import Organisation, OrganisationMember, User


def entered_organisation(keeper: User, colleague: User) -> Organisation:
    """One that the keeper entered, and for which the colleague applies, too."""
    organisation = Organisation.objects.create(
        name="Gieterij NV", enterprise_number="0428759497", kind="sme", postcode="9000"
    )
    organisation.linked_enterprises.create(
        enterprise_number="0403170701", name="Holding NV", percent=100
    )
    organisation.declared_aid.create(
        grantor="Region", granted_on=timezone.localdate(), cents=1_000_00, declared_by=keeper
    )
    for person, keeps in ((keeper, True), (colleague, False)):
        OrganisationMember.objects.create(
            organisation=organisation, user=person, keeps_figures=keeps
        )
    return organisation
