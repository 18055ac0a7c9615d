"""An organisation's page: who sees what, size, other enterprises, aid, hostile input."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organisation, SizeFigures, User
from allocations.actions.drafts import submit_application
from allocations.errors import RefusedError
from allocations.models import Application
from tests.people import make_person
from tests.portal.organisation_world import entered_organisation

HUGE = "9" * 400
LONG = "x" * 1_000_000


@pytest.fixture
def organisation(applicant: User) -> Organisation:
    return entered_organisation(applicant, make_person("Colin"))


@pytest.fixture
def signed_in(client: Client, applicant: User) -> Client:
    client.force_login(applicant)
    return client


def page_of(client: Client, organisation: Organisation) -> str:
    return unescape(client.get(reverse("organisation", args=[organisation.pk])).content.decode())


def size(**changes: object) -> dict[str, object]:
    said = {"year": 2025, "people": 40, "turnover_euros": 5_000_000, "balance_euros": 3_000_000}
    return {
        f"size-{name}": value for name, value in (said | {"public_percent": 0} | changes).items()
    }


def enterprise(**changes: object) -> dict[str, object]:
    said = {"enterprise_number": "0202239951", "name": "Partner NV", "relation": "partner"}
    return {
        f"enterprise-{name}": value for name, value in (said | {"percent": 30} | changes).items()
    }


def aid(**changes: object) -> dict[str, object]:
    said = {
        "grantor": "Flanders",
        "granted_on": timezone.localdate().isoformat(),
        "euros": "250000",
    }
    return {f"aid-{name}": value for name, value in (said | changes).items()}


def facts(**changes: object) -> dict[str, object]:
    said = {"name": "Gieterij NV", "kind": "sme", "legal_form": "NV", "postcode": "9000"}
    said |= {"founded_on": "1970-01-01", "nace": "24.10", "website": ""}
    return {f"facts-{name}": value for name, value in (said | changes).items()}


def test_the_number_of_an_organisation_opens_nothing_of_its_figures(
    organisation: Organisation, client: Client
) -> None:
    eve = make_person("Eve")
    client.force_login(eve)
    client.post(
        reverse("new_organisation"),
        {"enterprise_number": "0428759497", "name": "Mine", "kind": "sme", "postcode": "1000"},
    )
    page = page_of(client, organisation)
    assert "Its figures are kept by others" in page
    assert "1,000.00" not in page
    assert "Holding NV" not in page
    assert client.post(reverse("declare_aid", args=[organisation.pk]), aid()).status_code == 403


def test_a_keeper_lets_a_colleague_in(organisation: Organisation, signed_in: Client) -> None:
    member = organisation.organisationmember_set.get(keeps_figures=False)
    other = entered_member_elsewhere()
    for pk, status in ((member.pk, 302), (other, 404)):
        address = reverse("let_in", args=[organisation.pk, pk])
        assert signed_in.post(address).status_code == status
    signed_in.force_login(member.user)
    assert "Left today" in page_of(signed_in, organisation)


def entered_member_elsewhere() -> int:
    elsewhere = Organisation.objects.create(
        name="Else NV", enterprise_number="0417497106", kind="sme", postcode="9000"
    )
    return elsewhere.organisationmember_set.create(user=make_person("Otto")).pk


def test_the_size_class_is_shown_with_its_reasons(
    organisation: Organisation, signed_in: Client
) -> None:
    assert "Enter headcount, turnover" in page_of(signed_in, organisation)
    signed_in.post(reverse("save_size", args=[organisation.pk]), size())
    assert "Enter the figures of Holding NV." in page_of(signed_in, organisation)
    organisation.linked_enterprises.update(people=220, turnover_euros=1, balance_euros=1)
    page = page_of(signed_in, organisation)
    assert "Large enterprise" in page
    assert "by these figures it is none" in page
    assert "Holding NV is linked and counts in full: 220 people" in page
    signed_in.post(reverse("save_size", args=[organisation.pk]), size(people=10))
    assert "Medium enterprise" in page_of(signed_in, organisation)
    assert SizeFigures.objects.count() == 1


def test_a_partner_is_no_part_of_the_undertaking(
    organisation: Organisation, signed_in: Client
) -> None:
    organisation.linked_enterprises.all().delete()
    partner = Organisation.objects.create(
        name="Partner NV", enterprise_number="0202239951", kind="sme", postcode="9000"
    )
    partner.declared_aid.create(
        grantor="Wallonia",
        granted_on=timezone.localdate(),
        cents=50_000_00,
        declared_by=organisation.people.first(),
    )
    signed_in.post(reverse("link_enterprise", args=[organisation.pk]), enterprise())
    assert "299,000.00" in page_of(signed_in, organisation)
    organisation.linked_enterprises.update(relation="linked")
    assert "249,000.00" in page_of(signed_in, organisation)


def test_aid_counts_for_three_years_and_can_be_taken_back(
    organisation: Organisation, signed_in: Client
) -> None:
    address = reverse("declare_aid", args=[organisation.pk])
    signed_in.post(address, aid())
    assert "49,000.00" in page_of(signed_in, organisation)
    long_ago = timezone.localdate() - timedelta(days=4 * 365)
    signed_in.post(address, aid(granted_on=long_ago.isoformat(), grantor="Long ago"))
    page = page_of(signed_in, organisation)
    assert "49,000.00" in page
    assert "counts no more" in page
    declared = organisation.declared_aid.get(grantor="Flanders")
    signed_in.post(reverse("withdraw_aid", args=[organisation.pk, declared.pk]))
    assert "299,000.00" in page_of(signed_in, organisation)


def test_the_form_says_whether_what_is_asked_for_fits(
    draft: Application, signed_in: Client, applicant: User
) -> None:
    address = reverse("edit_section", args=[draft.reference, "size_and_aid"])
    page = signed_in.get(address).content.decode()
    assert "What you ask for is worth 3,100.00 €, and fits." in page  # 1000 × 2.50 + 500 × 1.20
    had = draft.organisation.declared_aid.create(
        grantor="Brussels",
        granted_on=timezone.localdate(),
        cents=298_000_00,
        declared_by=applicant,
    )
    assert "That is 1,100.00 € more than is left" in signed_in.get(address).content.decode()
    had.cents = 300_000_00
    had.save()
    assert "Nothing is left." in signed_in.get(address).content.decode()
    draft.is_economic_activity = True
    draft.save()
    with pytest.raises(RefusedError, match="all the state aid"):
        submit_application(application_id=draft.pk, actor=applicant)
    draft.is_economic_activity = False
    draft.save()
    submit_application(application_id=draft.pk, actor=applicant)


@pytest.mark.parametrize(
    ("route", "sent", "said"),
    [
        ("save_size", size(people=-1), "greater than or equal to 0"),
        ("save_size", size(people=HUGE), "less than or equal to"),
        ("save_size", size(turnover_euros=LONG), "whole number"),
        ("save_size", size(balance_euros="1e9"), "whole number"),
        ("save_size", size(public_percent=101), "less than or equal to 100"),
        ("save_size", size(year=9999), "not begun yet"),
        ("save_size", size(year=HUGE), "not begun yet"),
        ("save_facts", facts(name=LONG), "at most 200 characters"),
        ("save_facts", facts(founded_on="2999-01-01"), "a day that has come"),
        ("save_facts", facts(founded_on="0001-01-01"), "a day that has come"),
        ("save_facts", facts(kind="king"), "not one of the available choices"),
        ("save_facts", facts(website="javascript:alert(1)"), "valid URL"),
        ("link_enterprise", enterprise(enterprise_number="0202239952"), "not a Belgian"),
        ("link_enterprise", enterprise(enterprise_number=LONG), "at most 40 characters"),
        (
            "link_enterprise",
            enterprise(enterprise_number="XX123"),
            "no number of an organisation in the EU",
        ),
        ("link_enterprise", enterprise(enterprise_number="0428759497"), "organisation itself"),
        ("link_enterprise", enterprise(enterprise_number="0403170701"), "in the list already"),
        ("link_enterprise", enterprise(percent=24), "does not count"),
        ("link_enterprise", enterprise(percent=51), "it is linked"),
        ("link_enterprise", enterprise(name="null\x00byte"), "Null characters"),
        ("declare_aid", aid(euros="-5"), "greater than or equal to"),
        ("declare_aid", aid(euros="NaN"), "Enter a number"),
        ("declare_aid", aid(euros=HUGE), "less than or equal to"),
        ("declare_aid", aid(euros="0.001"), "2 decimal places"),
        ("declare_aid", aid(granted_on="2999-01-01"), "last ten years"),
        ("declare_aid", aid(granted_on="1990-01-01"), "last ten years"),
        ("declare_aid", aid(grantor=LONG), "at most 200 characters"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_stored(
    organisation: Organisation, signed_in: Client, route: str, sent: dict[str, object], said: str
) -> None:
    answer = signed_in.post(reverse(route, args=[organisation.pk]), sent)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert said in page
    assert 'id="errors"' in page
    assert not SizeFigures.objects.exists()
    assert organisation.declared_aid.count() == organisation.linked_enterprises.count() == 1
    organisation.refresh_from_db()
    assert organisation.legal_form == ""


def test_markup_in_names_stays_text(organisation: Organisation, signed_in: Client) -> None:
    mark = "<script>alert(1)</script>"
    signed_in.post(reverse("save_facts", args=[organisation.pk]), facts(name=mark, legal_form=mark))
    signed_in.post(reverse("link_enterprise", args=[organisation.pk]), enterprise(name=mark))
    signed_in.post(reverse("declare_aid", args=[organisation.pk]), aid(grantor=mark))
    assert organisation.linked_enterprises.count() == organisation.declared_aid.count() == 2
    address = reverse("organisation", args=[organisation.pk])
    assert "<script>alert" not in signed_in.get(address).content.decode()


@pytest.mark.parametrize(
    ("typed", "postcode", "number", "kept", "check"),
    [
        ("lu 26375245", "1234", "LU26375245", "LU-1234", "not yet checked by VIES"),
        ("NO 988 077 917 MVA", "0150", "NO988077917", "NO-0150", "not in VIES"),
        ("CA 12302 6635 RC 0001", "M5V", "CA123026635", "M5V", "not in VIES"),
    ],
)
def test_a_foreign_organisation_has_its_own_number_and_its_country_in_the_postcode(
    signed_in: Client, typed: str, postcode: str, number: str, kept: str, check: str
) -> None:
    form = {"enterprise_number": typed, "name": "Cloches SA", "kind": "sme", "postcode": postcode}
    signed_in.post(reverse("new_organisation"), form)
    organisation = Organisation.objects.get(name="Cloches SA")
    assert (organisation.enterprise_number, organisation.postcode) == (number, kept)
    assert organisation.shown_number == number
    assert check in signed_in.get(reverse("organisation", args=[organisation.pk])).text


def test_the_page_asks_no_more_for_more_entries(
    organisation: Organisation,
    signed_in: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20):
        organisation.declared_aid.create(
            grantor=f"Region {number}",
            granted_on=timezone.localdate(),
            cents=100,
            declared_by=organisation.people.first(),
        )
    with django_assert_max_num_queries(15):
        page_of(signed_in, organisation)
