"""How many queries the pages of a review cost, with all that a real application brings along."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import LinkedEnterprise, Organisation, User
from allocations.actions.decisions import request_information
from allocations.actions.discussion import write_comment
from allocations.actions.drafts import submit_application
from allocations.actions.proposals import propose_award, put_on_wait_list
from allocations.models import Application, Invitation, Site
from allocations.states import ApplicationState
from tests.allocations.attachment_world import clean_attachment
from tests.allocations.decision_form import address, approval
from tests.allocations.measured_world import measured_day
from tests.allocations.pool_world import make_pool
from tests.allocations.review_world import ask, make_reviewer, to_be_reviewed, write
from tests.domain import ask_for_reviews, award_lines, make_draft, make_project
from tests.people import make_organisation, make_person
from tests.portal.staff_world import report_site

MOST_QUERIES = 15
MOST_OF_STAFF = MOST_QUERIES - 1
"""One more asks whether staff have a second factor, where the portal wants one."""

MOST_OF_PREVIEW = 18
"""Three more where people of the team are in other projects: what these wait for is none of it."""


@pytest.fixture
def asked(applicant: User, staff: User, settings: Any, tmp_path: Path) -> Application:
    """A long form with files and a team, handed in twice, with three reviews and an earlier award.

    One review is still to be written, by Judge2.
    """
    settings.ATTACHMENT_FOLDER = tmp_path
    for site in Site.objects.all():
        report_site(site)
    add_earlier(applicant, staff, "Earlier")
    application = to_be_reviewed(applicant, reviews=3)
    add_to_team(application, "Tia")
    link(application, "0428.759.497")
    make_organisation(staff, number="0401574852")
    judges = [make_reviewer(f"Judge{number}") for number in range(3)]
    for review in ask(application, staff, *judges)[:2]:
        write(review)
    for _file in range(2):
        clean_attachment(application)
    write_comment(application_id=application.pk, text="I would grant a half.", actor=staff)
    request_information(application_id=application.pk, question="Which data?", actor=staff)
    return submit_application(application_id=application.pk, actor=applicant)


def add_earlier(applicant: User, staff: User, title: str) -> None:
    """Another project of the same organisation, whose GPUs were watched."""
    ask_for_reviews(0)
    draft = make_draft(applicant, title=title)
    project = make_project(submit_application(application_id=draft.pk, actor=applicant), staff)
    measured_day(project, Site.objects.get(code="zellik"), busy=0.25, hours=10)


def add_to_team(application: Application, name: str) -> None:
    person = make_person(name)
    Invitation.objects.create(
        application=application,
        email=person.email,
        token_digest=name,
        invited_by=application.applicant,
        expires_at=application.created_at,
        accepted_by=person,
    )


def link(application: Application, number: str) -> None:
    """An enterprise that is one with the applicant's, in the portal as well."""
    Organisation.objects.create(enterprise_number=number, name=number, kind="public", postcode="1")
    LinkedEnterprise.objects.create(
        organisation=application.organisation, enterprise_number=number, name=number
    )


def grow(application: Application, applicant: User, staff: User) -> None:
    """More of everything."""
    add_earlier(applicant, staff, "Earlier still")
    rubric = application.rules().rubric
    ask_for_reviews(3, rubric=[*rubric, {**rubric[0], "code": "more"}])
    application = Application.objects.get(pk=application.pk)
    for number in range(3, 6):
        (review,) = ask(application, staff, make_reviewer(f"Judge{number}"))
        write(review, number)
        add_to_team(application, f"Tia{number}")
        clean_attachment(application)
        write_comment(application_id=application.pk, text=f"And {number}?", actor=staff)
        make_reviewer(f"Free{number}", tags=["audio"])
    link(application, "0403.170.701")


def judge(number: int) -> User:
    return User.objects.get(email=f"judge{number}@judge{number}.example")


def queries(person: User, route: str, application: Application) -> int:
    """How many the page asks when this person opens it."""
    client = Client()
    client.force_login(person)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address(route, application))
    assert answer.status_code == 200
    return len(captured)


def every_page(application: Application, staff: User) -> dict[str, int]:
    costs = {
        "decide": queries(staff, "review", application),
        "preview": queries(staff, "preview", application),
        "reviews": queries(staff, "reviews", application),
        "read, to be reviewed": queries(judge(2), "review", application),
        "read, reviewed": queries(judge(0), "review", application),
        "reviews, by a reviewer": queries(judge(0), "reviews", application),
        "write": queries(judge(2), "write_review", application),
    }
    ask_for_reviews(3, is_blind=True)
    costs["read, blind"] = queries(judge(0), "review", application)
    ask_for_reviews(3, is_blind=False)
    return costs


def test_no_page_of_a_review_costs_more_than_fifteen_queries_and_no_page_grows(
    asked: Application, applicant: User, staff: User
) -> None:
    costs = every_page(asked, staff)
    pages = {name: cost for name, cost in costs.items() if name != "preview"}
    assert max(pages.values()) <= MOST_QUERIES, costs
    assert max(costs["decide"], costs["reviews"]) <= MOST_OF_STAFF, costs
    assert costs["preview"] <= MOST_OF_PREVIEW, costs
    grow(asked, applicant, staff)
    assert every_page(asked, staff) == costs


def test_pools_with_their_quotas_cost_the_preview_nothing_more(
    asked: Application, staff: User
) -> None:
    before = queries(staff, "preview", asked)
    for code in ("zellik", "charleroi"):
        make_pool(code)
    assert queries(staff, "preview", asked) == before


def test_an_award_that_waits_for_a_second_person_costs_few_queries(
    asked: Application, staff: User
) -> None:
    ask_for_reviews(2, four_eyes_above_gpu_hours=1_000)
    lines = award_lines(asked)
    propose_award(application_id=asked.pk, awards=lines, reason="Sound.", actor=staff)
    assert queries(staff, "review", asked) <= MOST_OF_STAFF


def test_what_waits_for_hours_and_what_is_decided_costs_few_queries(
    asked: Application, staff: User
) -> None:
    ask_for_reviews(2)
    lines = award_lines(asked)
    put_on_wait_list(application_id=asked.pk, awards=lines, reason="Sound.", actor=staff)
    assert queries(staff, "review", asked) <= MOST_OF_STAFF
    client = Client()
    client.force_login(staff)
    client.post(address("approve", asked), approval(asked, **{"approve-version": ""}))
    asked.refresh_from_db()
    assert asked.state == ApplicationState.APPROVED
    assert queries(staff, "review", asked) <= MOST_OF_STAFF
    assert queries(judge(0), "review", asked) <= MOST_QUERIES
