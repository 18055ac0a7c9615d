"""The demonstration's applicant fills in what the form of a track asks, and accepts the award."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from allocations.models import Application
from allocations.states import ApplicationState
from deploy.demo.browser import Browser
from deploy.demo.steps import _fill_in, _reference, approve, hand_in
from deploy.testbed.layout import ZELLIK
from tests.domain import ask_for_reviews


def signed_in(portal: str, person: User) -> Browser:
    """The demonstration's browser, with somebody's cookie."""
    client = Client()
    client.force_login(person)
    browser = Browser(portal)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    browser.client.cookies.set(settings.SESSION_COOKIE_NAME, session)
    return browser


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("track", "months"), [("pg", 1), ("rs", 6)])
def test_an_application_is_filled_in_and_handed_in_approved_and_accepted_page_by_page(
    live_server: object, applicant: User, staff: User, track: str, months: int
) -> None:
    ask_for_reviews(0, has_admin_check=True, has_technical_review=True)
    browser, office = (signed_in(str(live_server), person) for person in (applicant, staff))
    with browser.client, office.client:
        browser.open("/applications/new")
        browser.submit(f"/applications/new/{track}")
        reference = _reference(browser.address)
        _fill_in(browser, reference, {ZELLIK: 1000}, months)
        hand_in(browser, reference)
        assert Application.objects.get().state == ApplicationState.SUBMITTED
        approval = approve(office, browser, reference)
    application = Application.objects.get(reference=reference)
    assert application.declarations.count() == 2
    assert application.state == ApplicationState.ACCEPTED
    assert application.project.name == approval.project
