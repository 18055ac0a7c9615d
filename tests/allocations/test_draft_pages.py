from html import unescape

import pgtrigger
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organisation, User
from allocations.models import Application, Site, Track
from allocations.states import ApplicationState
from tests.domain import ABSTRACT, make_draft
from tests.people import make_organisation, make_person

HTMX = {"HX-Request": "true"}


@pytest.fixture
def signed_in(client: Client, applicant: User) -> Client:
    client.force_login(applicant)
    return client


def edit_url(application: Application) -> str:
    return reverse("edit_application", args=[application.reference])


def written(application: Application, **changes: object) -> dict[str, object]:
    """What a browser sends for a complete application."""
    fields: dict[str, object] = {
        "version": application.version,
        "title": "Bells that listen",
        "organisation": application.organisation_id or "",
        "abstract": ABSTRACT,
        "purpose": "Training.",
        "months": 6,
        "hours_zellik": 1000,
        "hours_charleroi": "",
        "step": "save",
    }
    return fields | changes


def test_a_track_starts_a_draft_that_its_author_can_edit(signed_in: Client) -> None:
    page = signed_in.get(reverse("choose_track")).content.decode()
    assert "Apply for Playground" in page
    answer = signed_in.post(reverse("start_application", args=["pg"]))
    application = Application.objects.get()
    assert answer.headers["Location"] == edit_url(application)
    assert signed_in.get(answer.headers["Location"]).status_code == 200


def test_a_closed_track_starts_nothing(signed_in: Client) -> None:
    Track.objects.filter(code="pg").update(is_open=False)
    assert "Apply for Playground" not in signed_in.get(reverse("choose_track")).content.decode()
    signed_in.post(reverse("start_application", args=["pg"]))
    assert not Application.objects.exists()


def test_a_draft_with_nothing_filled_in_is_saved(signed_in: Client, draft: Application) -> None:
    empty = dict.fromkeys(written(draft), "") | {"version": draft.version}
    signed_in.post(edit_url(draft), empty)
    draft.refresh_from_db()
    assert (draft.title, draft.months, draft.organisation) == ("", None, None)
    assert not draft.requested_hours.exists()
    assert "Give the project a title." in signed_in.get(edit_url(draft)).content.decode()


def test_only_sites_of_the_track_are_offered(signed_in: Client, draft: Application) -> None:
    with pgtrigger.ignore("allocations.VersionPartition:published_is_frozen"):
        draft.rules().partitions.set(Site.objects.get(code="zellik").partitions.all())
    page = signed_in.get(edit_url(draft)).content.decode()
    assert 'name="hours_zellik"' in page
    assert 'name="hours_charleroi"' not in page


def test_a_clash_saves_nothing_and_keeps_what_was_typed(
    signed_in: Client, draft: Application
) -> None:
    before = written(draft, title="Typed in the first window")
    signed_in.post(edit_url(draft), written(draft, title="Saved by the second window"))
    answer = signed_in.post(edit_url(draft), before)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'value="Typed in the first window"' in page
    assert "Saved by the second window" in page
    draft.refresh_from_db()
    assert draft.title == "Saved by the second window"
    signed_in.post(edit_url(draft), before | {"version": draft.version})
    draft.refresh_from_db()
    assert draft.title == "Typed in the first window"


def test_the_page_of_a_clash_can_be_sent_again_as_it_is(
    signed_in: Client, draft: Application
) -> None:
    signed_in.post(edit_url(draft), written(draft))
    page = signed_in.post(edit_url(draft), written(draft)).content.decode()
    draft.refresh_from_db()
    assert f'name="version" value="{draft.version}"' in page


def test_it_saves_itself_and_answers_with_the_next_version(
    signed_in: Client, draft: Application
) -> None:
    page = signed_in.post(edit_url(draft), written(draft, abstract=""), headers=HTMX)
    text = page.content.decode()
    draft.refresh_from_db()
    assert draft.abstract == ""
    assert f'value="{draft.version}"' in text
    assert "Write a public abstract" in text
    assert "<html" not in text


def test_a_clash_while_it_saves_itself_is_said(signed_in: Client, draft: Application) -> None:
    stale = written(draft)
    signed_in.post(edit_url(draft), stale)
    answer = signed_in.post(edit_url(draft), stale, headers=HTMX)
    assert answer.status_code == 200
    assert "in another window" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hours_zellik", "-5", "greater than or equal to 0"),
        ("hours_zellik", "9" * 40, "less than or equal to"),
        ("hours_zellik", "many", "whole number"),
        ("title", "x" * 1_000_000, "at most 150 characters"),
        ("abstract", "x" * 1_000_000, "at most 2000 characters"),
        ("months", "7", "not one of the available choices"),
        ("organisation", "999999", "not one of the available choices"),
        ("title", "null\x00byte", "Null characters"),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_kept(
    signed_in: Client, draft: Application, field: str, value: str, said: str
) -> None:
    answer = signed_in.post(edit_url(draft), written(draft, **{field: value}))
    page = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert said in page
    assert f'href="#id_{field}"' in page
    draft.refresh_from_db()
    assert draft.title == "Bells"


def test_markup_and_turned_text_in_a_title_stay_text(signed_in: Client, draft: Application) -> None:
    title = "<script>alert(1)</script>\r\nBcc: all@example.org \u202egnp.exe\u200b"
    signed_in.post(edit_url(draft), written(draft, title=title))
    draft.refresh_from_db()
    assert draft.title == "<script>alert(1)</script> Bcc: all@example.org gnp.exe"
    page = signed_in.get(draft.get_absolute_url()).content.decode()
    assert "<script>alert" not in page


def test_a_known_organisation_is_reused_by_its_number(
    signed_in: Client, draft: Application, applicant: User
) -> None:
    applicant.organisations.clear()
    answer = signed_in.post(
        edit_url(draft), written(draft, organisation="", step="add_organisation")
    )
    address = answer.headers["Location"]
    form = {
        "enterprise_number": "0403.019.261",
        "name": "Another name",
        "kind": "sme",
        "postcode": "1000",
        "website": "",
    }
    answer = signed_in.post(address, form)
    organisation = Organisation.objects.get()
    assert organisation.name == "Klokken NV"
    assert answer.headers["Location"] == f"{edit_url(draft)}?organisation={organisation.pk}"
    page = signed_in.get(answer.headers["Location"]).content.decode()
    assert f'<option value="{organisation.pk}" selected>' in page


def test_a_wrong_enterprise_number_is_explained(signed_in: Client) -> None:
    answer = signed_in.post(
        reverse("new_organisation"),
        {"enterprise_number": "0431150351", "name": "X", "kind": "sme", "postcode": "1000"},
    )
    assert "not a Belgian enterprise number" in answer.content.decode()
    assert not Organisation.objects.exists()


def test_an_organisation_of_somebody_else_cannot_be_chosen(
    signed_in: Client, draft: Application
) -> None:
    other = make_organisation(make_person("Eve"), number="0428759497")
    signed_in.post(edit_url(draft), written(draft, organisation=other.pk))
    draft.refresh_from_db()
    assert draft.organisation != other


def test_a_complete_draft_is_handed_in_once(
    signed_in: Client, draft: Application, staff: User
) -> None:
    address = reverse("submit_application", args=[draft.reference])
    for _attempt in range(2):
        answer = signed_in.post(address)
        assert answer.headers["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED
    told = [message.to for message in mail.outbox]
    assert sorted(told) == sorted([[draft.applicant.email], [staff.email]])
    assert signed_in.get(edit_url(draft)).status_code == 302


def test_an_incomplete_draft_is_not_handed_in(signed_in: Client, draft: Application) -> None:
    draft.requested_hours.all().delete()
    answer = signed_in.post(reverse("submit_application", args=[draft.reference]), follow=True)
    assert "Ask for GPU-hours at one site at least." in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == ApplicationState.DRAFT
    assert not mail.outbox


def test_withdrawing_asks_first(signed_in: Client, submitted: Application) -> None:
    address = reverse("withdraw_application", args=[submitted.reference])
    assert "Withdraw this application?" in signed_in.get(address).content.decode()
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.SUBMITTED
    signed_in.post(address)
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.WITHDRAWN
    assert signed_in.post(address).status_code == 302


@pytest.mark.parametrize(
    "route", ["application", "edit_application", "submit_application", "withdraw_application"]
)
def test_drafts_of_others_do_not_exist(
    client: Client, draft: Application, staff: User, route: str
) -> None:
    address = reverse(route, args=[draft.reference])
    for person in (staff, make_person("Eve")):
        client.force_login(person)
        method = client.post if route == "submit_application" else client.get
        assert method(address).status_code == 404


def test_steps_are_taken_by_post_only(signed_in: Client, draft: Application) -> None:
    assert signed_in.get(reverse("start_application", args=["pg"])).status_code == 405
    submit = reverse("submit_application", args=[draft.reference])
    assert signed_in.get(submit).status_code == 405
    assert signed_in.delete(edit_url(draft)).status_code == 405


def test_the_list_asks_no_more_for_more_applications(
    signed_in: Client, draft: Application, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_draft(draft.applicant, title="A second one")
    for number in range(18):
        make_draft(draft.applicant, title=f"Draft {number}")
    with django_assert_max_num_queries(5):
        page = signed_in.get(reverse("applications"))
    assert page.content.decode().count("state-secondary") == 20
