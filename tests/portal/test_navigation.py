"""The navigation bar of each role: where it leads, and that it stays short."""

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse

from accounts.permissions import Role
from portal.context import MOST_SIDE_BY_SIDE
from tests.people import make_person

MENUS = {
    Role.APPLICANT: ["Home", "My applications", "My projects", "My use"],
    Role.REVIEWER: ["Home", "My applications", "My projects", "My use", "Review queue"],
    Role.FUNDER: ["Home", "My work", "Reports"],
    Role.STAFF: ["Home", "My work", "Review queue", "Projects", "Sites", "Reports", "People"],
    Role.ADMINISTRATOR: [
        "Home", "My work", "Review queue", "Projects", "Sites", "Reports", "People",
    ],
}  # fmt: skip
BAR = "//nav[@aria-label='Main']//ul[contains(@class, 'me-auto')]"


def bar_of(client: Client, role: Role, path: str = "/") -> lxml.html.HtmlElement:
    client.force_login(make_person("Robin", role=role))
    page = lxml.html.fromstring(client.get(path).content.decode())
    return page.xpath(BAR)[0]


def texts(found: list[lxml.html.HtmlElement]) -> list[str]:
    return [element.text_content().strip() for element in found]


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_bar_fits_in_one_row_and_every_place_opens(client: Client, role: Role) -> None:
    bar = bar_of(client, role)
    assert texts(bar.xpath("./li/a | ./li/details/summary")) == MENUS[role]
    assert len(MENUS[role]) <= MOST_SIDE_BY_SIDE + 2
    places = bar.xpath(".//a/@href")
    assert len(places) == len(set(places))
    assert {client.get(place).status_code for place in places} == {200}


@pytest.mark.django_db
def test_menu_of_the_page_that_is_open_is_marked(client: Client) -> None:
    bar = bar_of(client, Role.STAFF, reverse("overview"))
    assert texts(bar.xpath(".//summary[contains(@class, 'active')]")) == ["Reports"]
    assert texts(bar.xpath(".//a[@aria-current='page']")) == ["Overview"]


@pytest.mark.django_db
def test_funder_is_led_to_the_figures_and_asked_for_no_application(client: Client) -> None:
    client.force_login(make_person("Fund", role=Role.FUNDER))
    page = client.get("/").content.decode()
    assert reverse("programme") in page
    assert reverse("choose_track") not in page
