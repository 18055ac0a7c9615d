"""The demonstration's applicant fills in whatever the form of a track asks."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from allocations.models import Application
from allocations.states import ApplicationState
from deploy.demo.browser import Browser
from deploy.demo.steps import _fill_in, _reference, hand_in
from deploy.testbed.layout import ZELLIK


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("track", "months"), [("pg", 1), ("rs", 6)])
def test_an_application_is_filled_in_and_handed_in_page_by_page(
    live_server: object, applicant: User, track: str, months: int
) -> None:
    client = Client()
    client.force_login(applicant)
    browser = Browser(str(live_server))
    with browser.client:
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        browser.client.cookies.set(settings.SESSION_COOKIE_NAME, session)
        browser.open("/applications/new")
        browser.submit(f"/applications/new/{track}")
        reference = _reference(browser.address)
        _fill_in(browser, reference, {ZELLIK: 1000}, months)
        hand_in(browser, reference)
    application = Application.objects.get(reference=reference)
    assert application.state == ApplicationState.SUBMITTED
    assert application.declarations.count() == 2
