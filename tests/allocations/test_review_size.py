"""The size class on the page of a decision, with its reasons; nothing of it on blind tracks."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import LinkedEnterprise, SizeFigures, User
from allocations.models import Application
from tests.allocations.decision_form import address
from tests.allocations.review_world import ask, make_reviewer, to_be_reviewed
from tests.domain import ask_for_reviews
from tests.people import make_person

FIGURES = ("4,500,000", "Deler", "0401.574.852", "30 %", "Own figures")


@pytest.fixture
def application(applicant: User) -> Application:
    application = to_be_reviewed(applicant)
    enter_figures(application)
    name_enterprise(application, "0401574852", "Deler", relation="partner", percent=30)
    return application


def enter_figures(application: Application, **changes: Any) -> None:
    entered = {"people": 30, "turnover_euros": 4_500_000, "balance_euros": 3_000_000}
    SizeFigures.objects.create(
        organisation=application.organisation,
        entered_by=application.applicant,
        **({"year": 2025, "public_percent": 5} | entered | changes),
    )


def name_enterprise(application: Application, number: str, name: str, **more: Any) -> None:
    sizes = {"people": 100, "turnover_euros": 1_000_000, "balance_euros": 500_000}
    LinkedEnterprise.objects.create(
        organisation=application.organisation, enterprise_number=number, name=name, **sizes | more
    )


def read(client: Client, person: User, application: Application) -> str:
    client.force_login(person)
    return client.get(address("review", application)).text


def test_staff_read_the_class_what_it_was_computed_from_and_other_enterprises(
    client: Client, application: Application, staff: User
) -> None:
    text = read(client, staff, application)
    for said in (*FIGURES, "Medium enterprise", "an SME", "2025", "3,000,000", "5 %"):
        assert said in text, said
    assert "Deler is a partner and counts with 30 %: 30 people" in text
    assert "Together: 60 people" in text


def test_what_is_missing_or_does_not_fit_the_kind_is_said(
    client: Client, application: Application, staff: User
) -> None:
    SizeFigures.objects.update(people=600, turnover_euros=10**15, balance_euros=10**15)
    assert "Above it is called an SME" in read(client, staff, application)
    LinkedEnterprise.objects.update(people=None)
    text = read(client, staff, application)
    assert "Not known yet" in text
    assert "Enter the figures of Deler." in text
    SizeFigures.objects.all().delete()
    assert "Enter headcount" in read(client, staff, application)


def test_reviewers_read_the_class_alone_and_nothing_where_the_track_is_blind(
    client: Client, application: Application, staff: User
) -> None:
    judge = make_reviewer("Judge")
    ask(application, staff, judge)
    text = read(client, judge, application)
    assert "Medium enterprise" in text
    ask_for_reviews(2, is_blind=True)
    blind = read(client, judge, application)
    assert "Medium enterprise" not in blind
    for said in FIGURES:
        assert said not in text
        assert said not in blind
    assert "Medium enterprise" in read(client, staff, application)


def test_a_body_without_figures_that_is_no_enterprise_has_no_size(
    client: Client, applicant: User, staff: User
) -> None:
    application = to_be_reviewed(applicant)
    organisation = application.organisation
    assert organisation is not None
    assert "Not known yet" in read(client, staff, application)
    organisation.kind = organisation.Kind.RESEARCH
    organisation.save()
    assert "Not known yet" not in read(client, staff, application)


def test_hostile_names_of_enterprises_are_escaped(
    client: Client, application: Application, staff: User
) -> None:
    name_enterprise(application, "0428759497", "<script>alert(1)</script>\u202e")
    text = read(client, staff, application)
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_stranger_reads_none_of_it(client: Client, application: Application) -> None:
    client.force_login(make_person("Stranger"))
    assert client.get(address("review", application)).status_code == 404
