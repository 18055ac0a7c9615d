"""The public list names those who agreed, and nobody else, from the moment on which they say so."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.allocations import change_budget
from allocations.actions.drafts import submit_application
from allocations.actions.listing import list_publicly
from allocations.models import Application, Project
from allocations.states import ApplicationState
from tests.domain import make_draft, make_project
from tests.portal.member_world import allocation_at

LIST = reverse("awarded_projects")


@pytest.fixture
def listed(project: Project) -> Project:
    """A project whose leader agreed."""
    cache.clear()
    agree(project)
    return project


def agree(project: Project, *, may_be_listed: bool = True) -> None:
    leader = project.application.applicant
    list_publicly(project_id=project.pk, may_be_listed=may_be_listed, actor=leader)


def page(client: Client, **asked: str) -> str:
    answer = client.get(LIST, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def dataset(client: Client) -> list[dict[str, Any]]:
    answer = client.get(reverse("awarded_file", args=["json"]))
    found: list[dict[str, Any]] = json.loads(answer.content)["projects"]
    return found


def test_nobody_is_listed_who_did_not_agree(client: Client, project: Project) -> None:
    cache.clear()
    assert "Nothing found" in page(client)
    assert dataset(client) == []


def test_who_agreed_is_listed_with_what_was_granted(
    client: Client, listed: Project, staff: User
) -> None:
    zellik = allocation_at(listed, "zellik")
    change_budget(allocation_id=zellik.pk, gpu_hours=-100, reason="Less.", actor=staff)
    shown = page(client)
    for text in (listed.title, listed.organisation.name, "Zellik: 900", "Charleroi: 500"):
        assert text in shown
    assert listed.application.abstract in shown
    assert listed.application.applicant.last_name not in shown
    rows = {row["site"]: row for row in dataset(client)}
    assert rows["zellik"]["gpu_hours"] == 900
    assert rows["charleroi"]["ends_on"] == zellik.ends_on.isoformat()


def test_who_withdraws_consent_is_out_of_page_and_files_at_once(
    client: Client,
    listed: Project,
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert len(dataset(client)) == 2
    client.force_login(listed.application.applicant)
    assert b"Take it out of the list" in client.get(listed.get_absolute_url()).content
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("change_listing", args=[listed.name]), {"may_be_listed": "no"})
    client.logout()
    assert listed.title not in page(client)
    assert dataset(client) == []


def test_consent_is_given_on_the_form_and_off_by_default(client: Client, applicant: User) -> None:
    draft = make_draft(applicant)
    assert draft.may_be_listed is False
    client.force_login(applicant)
    address = reverse("edit_application", args=[draft.reference])
    values = {
        "version": str(draft.version),
        "title": "Bells",
        "abstract": draft.abstract,
        "may_be_listed": "on",
    }
    assert client.post(address, values).status_code == 302
    draft.refresh_from_db()
    assert draft.may_be_listed is True
    assert b"checked" in client.get(address).content
    values["version"] = str(draft.version)
    del values["may_be_listed"]
    client.post(address, values)
    draft.refresh_from_db()
    assert draft.may_be_listed is False


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"q": "bells crack"}, True),
        ({"q": "Klokken"}, True),
        ({"q": "submarine"}, False),
        ({"q": "%"}, False),
        ({"q": "' OR 1=1 --"}, False),
        ({"q": "bells " * 30}, True),
        ({"track": "rs"}, True),
        ({"track": "pg"}, False),
        ({"site": "charleroi"}, True),
        ({"site": "zellik", "q": "bell"}, True),
    ],
)
def test_the_list_is_searched_by_words_track_and_site(
    client: Client, listed: Project, asked: dict[str, str], is_found: bool
) -> None:
    assert (listed.organisation.name in page(client, **asked)) is is_found


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "a" * 10**4},
        {"q": "a\0b"},
        {"page": "-1"},
        {"page": "9" * 50},
        {"sort": "application__applicant__email"},
        {"site": "nowhere"},
        {"track": "\u202e"},
    ],
)
def test_nonsense_in_the_address_breaks_nothing(
    client: Client, listed: Project, asked: dict[str, str]
) -> None:
    assert client.get(LIST, asked).status_code == 200
    assert client.get(reverse("awarded_file", args=["csv"]) + "?page=x").status_code == 200
    assert client.get("/figures/projects.exe").status_code == 404


def test_a_formula_in_a_title_is_text_in_a_spreadsheet_and_on_the_page(
    client: Client, applicant: User, staff: User
) -> None:
    cache.clear()
    draft = make_draft(applicant, title='=HYPERLINK("http://evil")<b>')
    submit_application(application_id=draft.pk, actor=applicant)
    agree(make_project(draft, staff))
    text = client.get(reverse("awarded_file", args=["csv"])).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["title"][:2] for row in rows} == {"'="}
    assert "&lt;b&gt;" in page(client)


def test_what_has_not_begun_or_was_never_granted_is_not_listed(
    client: Client, listed: Project
) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    listed.allocations.update(starts_on=tomorrow)
    assert listed.title not in page(client)
    listed.allocations.update(starts_on=timezone.localdate())
    Application.objects.filter(project=listed).update(state=ApplicationState.CLOSED)
    assert listed.title in page(client)
    Application.objects.filter(project=listed).update(state=ApplicationState.WITHDRAWN)
    assert listed.title not in page(client)


def test_pages_ask_no_more_for_more_projects_and_files_are_kept(
    client: Client, applicant: User, staff: User, django_assert_max_num_queries: Any
) -> None:
    cache.clear()
    for number in range(27):
        draft = make_draft(applicant, title=f"Bells {number}", hours={"zellik": 1_000})
        submit_application(application_id=draft.pk, actor=applicant)
        agree(make_project(draft, staff))
    with django_assert_max_num_queries(6):
        first = page(client)
    assert first.count("Klokken NV") == 25
    assert page(client, page="2").count("Klokken NV") == 2
    with django_assert_max_num_queries(10):
        assert len(dataset(client)) == 27
    with django_assert_max_num_queries(1):
        client.get(reverse("awarded_file", args=["csv"]))
