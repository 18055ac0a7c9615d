"""Which organisations are one undertaking."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import LinkedEnterprise, Organisation, organisations_of_undertaking

OUTSIDE = "0999999922"


def organisation(number: str) -> Organisation:
    return Organisation.objects.create(enterprise_number=number, name=number, kind="sme")


def link(one: Organisation, number: str, **changes: object) -> None:
    LinkedEnterprise.objects.create(
        organisation=one, enterprise_number=number, name=number, **changes
    )


@pytest.mark.django_db
def test_an_undertaking_is_read_in_one_query_however_its_links_run(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second, third, partner, stranger = (
        organisation(f"040301926{digit}") for digit in range(5)
    )
    link(first, OUTSIDE)
    link(second, OUTSIDE)
    link(third, second.enterprise_number)
    link(first, third.enterprise_number)  # a ring
    link(second, partner.enterprise_number, relation="partner", percent=30)
    link(stranger, "0888888811")
    for one in (first, second, third):
        with django_assert_num_queries(1):
            found = organisations_of_undertaking(one)
        assert found == [first, second, third]
    assert organisations_of_undertaking(partner) == [partner]
    assert organisations_of_undertaking(stranger) == [stranger]
