"""The menus of the bar in a real browser: by keyboard, without JavaScript, on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from accounts.models import User
from accounts.permissions import Role
from tests.people import make_person
from tests.portal.chromium import DESKTOP, PHONE, Judge, open_context

pytestmark = pytest.mark.browser


@pytest.fixture
def people(transactional_db: None, seeded: None) -> dict[str, User]:
    return {role.value: make_person(role.value.title(), role=role) for role in Role}


def test_menus_open_move_and_close_by_keyboard(
    browser: Browser, live_server: object, people: dict[str, User]
) -> None:
    context = open_context(browser, str(live_server), people["administrator"], 1280)
    page = context.new_page()
    page.goto(str(live_server))
    page.locator("summary", has_text="Sites").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Changed by hand")).to_be_visible()
    judge = Judge(page, widths=(DESKTOP,))
    judge.judge("menu")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Changed by hand")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Sites"
    page.keyboard.press("Enter")
    page.locator("summary", has_text="Reports").focus()
    expect(page.get_by_role("link", name="Changed by hand")).to_be_hidden()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**" + reverse("overview"))
    context.close()
    assert not judge.problems, "\n".join(judge.problems)


def test_bar_is_one_row_on_a_desktop_and_menus_fit_on_a_phone(
    browser: Browser, live_server: object, people: dict[str, User]
) -> None:
    url, judged = str(live_server), []
    for name, person in people.items():
        for width in (DESKTOP, PHONE):
            context = open_context(browser, url, person, width)
            judge = Judge(context.new_page(), widths=(width,))
            judge.look_at(f"home_{name}", url)
            if width == PHONE:
                judge.page.get_by_role("button", name="Menu").click()
                for summary in judge.page.locator("details.menu summary").all():
                    summary.click()
                    judge.judge(f"menu_{name}")
            else:
                bar = judge.page.locator("nav.belfry-bar").bounding_box()
                assert bar
                assert bar["height"] < 75, f"{name}: {bar['height']} px are two rows"
            context.close()
            judged += judge.problems
    assert not judged, "\n".join(judged)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_menus_open_without_javascript(
    browser: Browser, live_server: object, people: dict[str, User], width: int
) -> None:
    url = str(live_server)
    with_session = open_context(browser, url, people["staff"], width)
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 900}
    )
    context.add_cookies(with_session.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    page.locator("summary", has_text="Projects").click()
    page.get_by_role("link", name="All projects").click()
    page.wait_for_url("**" + reverse("all_projects"))
    context.close()
    with_session.close()
