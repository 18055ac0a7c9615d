from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from allocations.actions.drafts import submit_application
from allocations.models import Allocation, Application, Project, Site
from allocations.states import AllocationState
from tests.domain import make_draft, make_project
from tests.people import make_person
from tests.portal.staff_world import fill_queue, read_accounting
from tests.story import Story

HOSTILE = ["x" * 1_000_000, "<script>alert(1)</script>", "\u202eabc\u200b", "-1", "9" * 40, "a'--"]


@pytest.fixture
def filled(applicant: User, staff: User, story: Story) -> list[Application]:
    first = story.tell("queue", lambda: fill_queue(applicant, staff)[0].pk)
    return list(Application.objects.filter(pk__gte=first).order_by("pk"))


@pytest.fixture
def page(client: Client, staff: User) -> Any:
    """Reads a page as staff and answers its text."""
    client.force_login(staff)

    def read(route: str = "queue", **query: str) -> str:
        response = client.get(reverse(route), query)
        assert response.status_code == 200
        return response.content.decode()

    return read


def test_open_applications_come_first_and_the_most_urgent_is_at_the_top(
    filled: list[Application], page: Any
) -> None:
    text = page()
    assert text.index("Cracks in bells") < text.index("Chimes of Charleroi")
    assert "A question of tone" in text
    assert "Perpetual motion" not in text


def test_the_due_date_is_said_in_words(filled: list[Application], page: Any) -> None:
    text = page()
    assert "2 days late" in text
    assert "due tomorrow" in text


def test_drafts_are_in_no_state_of_the_queue(applicant: User, page: Any) -> None:
    make_draft(applicant, title="Not yet")
    assert "Not yet" not in page(state="all")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "all"}, 4),
        ({"state": "rejected"}, 1),
        ({"track": "fl"}, 1),
        ({"site": "charleroi"}, 2),
        ({"kind": Organisation.Kind.SME}, 3),
        ({"kind": Organisation.Kind.START_UP}, 0),
        ({"q": "klokken bells"}, 1),
        ({"q": "ada@example.org"}, 3),
        ({"q": "nothing has this"}, 0),
    ],
)
def test_the_queue_can_be_narrowed_down(
    filled: list[Application], page: Any, query: dict[str, str], found: int
) -> None:
    assert page(**query).count('<td data-label="State"') == found


def test_a_site_filter_does_not_lose_the_hours_of_other_sites(
    filled: list[Application], page: Any
) -> None:
    assert "1,500" in page(site="charleroi", q="Cracks")


def test_the_queue_can_be_sorted(filled: list[Application], page: Any) -> None:
    text = page(sort="-title")
    assert text.index("Chimes of Charleroi") < text.index("Cracks in bells")
    assert 'aria-sort="descending"' in text


def test_pages_hold_25(applicant: User, page: Any) -> None:
    for number in range(27):
        draft = make_draft(applicant, title=f"Bell {number}")
        submit_application(application_id=draft.pk, actor=applicant)
    assert page().count('<td data-label="State"') == 25
    assert page(page="2").count('<td data-label="State"') == 2
    assert page(page="999").count('<td data-label="State"') == 2
    assert page(per_page="1000").count('<td data-label="State"') == 25


def test_the_number_of_queries_does_not_grow_with_the_rows(
    filled: list[Application], applicant: User, page: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        draft = make_draft(applicant, title=f"Bell {number}")
        submit_application(application_id=draft.pk, actor=applicant)
    with django_assert_max_num_queries(7):
        page(state="all")


@pytest.mark.parametrize("route", ["queue", "all_projects", "people"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nonsense_in_the_address_of_a_list_is_shown_escaped_or_ignored(
    filled: list[Application], page: Any, route: str, text: str
) -> None:
    for name in ("q", "state", "site", "track", "kind", "role", "sort", "page"):
        assert "<script>alert" not in page(route, **{name: text})


def test_a_nul_in_a_search_finds_nothing_and_breaks_nothing(page: Any) -> None:
    assert "Review queue" in page(q="a\x00b")


def test_htmx_gets_the_list_alone_and_caches_keep_the_two_apart(
    client: Client, staff: User, filled: list[Application]
) -> None:
    client.force_login(staff)
    response = client.get(reverse("queue"), headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert "HX-Request" in response["Vary"]
    restored = client.get(
        reverse("queue"), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert b"<html" in restored.content


def test_hostile_titles_are_escaped_and_kept_apart(
    applicant: User, client: Client, staff: User
) -> None:
    draft = make_draft(applicant, title="<b>\u202etitle")
    submit_application(application_id=draft.pk, actor=applicant)
    client.force_login(staff)
    text = client.get(reverse("queue")).content.decode()
    assert "<bdi>&lt;b&gt;" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 1),
        ({"state": "provisioning"}, 1),
        ({"state": "expired"}, 0),
        ({"site": "zellik"}, 1),
        ({"track": "fl"}, 0),
        ({"q": "ada"}, 1),
        ({"q": "klokken"}, 1),
        ({"q": "nobody"}, 0),
    ],
)
def test_all_projects_can_be_narrowed_down(
    project: Project, page: Any, query: dict[str, str], found: int
) -> None:
    assert page("all_projects", **query).count('<td data-label="Awarded"') == found


def test_projects_cost_a_fixed_number_of_queries(
    project: Project, applicant: User, staff: User, page: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        draft = make_draft(applicant, title=f"Bell {number}")
        make_project(submit_application(application_id=draft.pk, actor=applicant), staff)
    read_accounting(Site.objects.get(code="zellik"))
    with django_assert_max_num_queries(8):
        assert "0 of 1,000 GPU-hours used" in page("all_projects")


def test_what_was_used_at_a_site_that_sent_no_accounting_is_unknown(
    project: Project, page: Any
) -> None:
    read_accounting(Site.objects.get(code="zellik"))
    text = page("all_projects")
    assert "0 of 1,000 GPU-hours used" in text
    assert "500 GPU-hours granted; used: no data" in text


def test_each_allocation_is_in_the_state_that_it_is_selected_by(project: Project) -> None:
    today = timezone.localdate()
    zellik, charleroi = project.allocations.order_by("site__name").reverse()
    Allocation.objects.filter(pk=zellik.pk).update(suspended_because="Pause")
    Allocation.objects.filter(pk=charleroi.pk).update(active_since=timezone.now())
    for moved in (today, zellik.ends_on):
        for state in AllocationState:
            for allocation in Allocation.objects.in_state(state, moved):
                assert allocation.state_on(moved) == state
    assert sum(Allocation.objects.in_state(state, today).count() for state in AllocationState) == 2


def test_people_of_the_office_alone_see_all_projects(client: Client, seeded: None) -> None:
    client.force_login(make_person("Reader", role="reviewer"))
    assert client.get(reverse("queue")).status_code == 200
    assert client.get(reverse("all_projects")).status_code == 403
