"""The type of GPU and the second choice of a site: what is offered, refused, and shown later."""

from html import unescape
from typing import Any

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.actions.snapshots import content_of
from allocations.errors import IncompleteError
from allocations.forms.decisions import ApprovalForm
from allocations.models import (
    Application,
    Partition,
    Site,
    SiteStatus,
    SubmissionSnapshot,
    TrackVersion,
)
from allocations.offered import offered_answers
from allocations.rules.questions import Question
from allocations.runs_said import runs_said
from allocations.shown_snapshot import shown_snapshot
from allocations.tables.changes import changes_of
from tests.domain import make_draft
from tests.portal.staff_world import heartbeat

REPORTED = {
    "zellik": {"h200": ["h200"]},
    "charleroi": {"gpu": ["a100_40"], "ia": ["a100_80", "<b>"], "foreign": ["v100"]},
}


@pytest.fixture
def reported(seeded: None) -> None:
    """Both sites have said what their partitions have."""
    for code, types in REPORTED.items():
        site = Site.objects.get(code=code)
        said = heartbeat(site).model_dump(mode="json") | {"gpu_types": types}
        SiteStatus.objects.update_or_create(site=site, defaults={"heartbeat": said})


@pytest.fixture
def at_zellik(reported: None, applicant: User) -> Application:
    return make_draft(applicant, hours={"zellik": 1000})


@pytest.fixture
def page(at_zellik: Application) -> str:
    return reverse("edit_section", args=[at_zellik.reference, "resources"])


@pytest.fixture
def signed_in(client: Client, applicant: User) -> Client:
    client.force_login(applicant)
    return client


def answer(application: Application, **answers: Any) -> None:
    """As if that had been saved."""
    row = application.section_answers.get(section="resources")
    row.answers |= answers
    row.save()


def missing(application: Application) -> list[str]:
    try:
        submit_application(application_id=application.pk, actor=application.applicant)
    except IncompleteError as error:
        return error.missing
    return []


def test_offered_is_what_the_partitions_of_the_chosen_sites_have(
    at_zellik: Application, applicant: User
) -> None:
    offered = offered_answers(at_zellik)
    assert offered == {"gpu_type": ("H200",), "fallback_site": ("Charleroi",)}
    at_both = make_draft(applicant)
    types = ("H200", "A100 40", "A100 80", "<B>")
    assert offered_answers(at_both) == {"gpu_type": types, "fallback_site": ()}


def test_only_partitions_of_the_version_count(at_zellik: Application) -> None:
    at_zellik.requested_hours.all().delete()
    with pgtrigger.ignore("allocations.VersionPartition:published_is_frozen"):
        at_zellik.rules().partitions.set(Partition.objects.filter(name="gpu"))
    offered = offered_answers(at_zellik)
    assert offered == {"gpu_type": ("A100 40",), "fallback_site": ("Charleroi",)}


def test_a_site_that_reports_no_types_offers_its_kind_of_gpu(at_zellik: Application) -> None:
    SiteStatus.objects.all().delete()
    assert offered_answers(at_zellik)["gpu_type"] == ("NVIDIA H200",)


def test_both_are_chosen_and_read_in_words(
    signed_in: Client, at_zellik: Application, page: str
) -> None:
    shown = signed_in.get(page).text
    assert '<option value="any"' in shown
    assert '<option value="H200"' in shown
    assert '<option value="Charleroi"' in shown
    assert '<option value="Zellik"' not in shown
    answer(at_zellik, gpu_type="H200", fallback_site="Charleroi")
    assert missing(at_zellik) == []
    shown = signed_in.get(at_zellik.get_absolute_url()).text
    assert "H200" in shown
    snapshot = SubmissionSnapshot.objects.get(application=at_zellik)
    said = {
        one.label: one.text for part in shown_snapshot(snapshot.content) for one in part.answers
    }
    assert said["Type of GPU"] == "H200"
    assert said["Second choice of a site"] == "Charleroi"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gpu_type", "A100 40"),
        ("gpu_type", "V100"),
        ("gpu_type", "h200"),
        ("gpu_type", "<script>alert(1)</script>"),
        ("gpu_type", "null\0byte"),
        ("fallback_site", "Zellik"),
        ("fallback_site", "LUMI"),
        ("fallback_site", "x" * 1_000_000),
    ],
)
def test_what_is_not_offered_is_refused_beside_its_field(
    signed_in: Client, at_zellik: Application, page: str, name: str, value: str
) -> None:
    sent = {"version": 1, "step": "save", "runs-TOTAL_FORMS": 1, "runs-INITIAL_FORMS": 0}
    refused = signed_in.post(page, {**sent, name: value}).text
    assert f'class="alert-link" href="#id_{name}"' in refused
    assert at_zellik.section_answers.get(section="resources").version == 1


def test_what_is_no_longer_offered_stays_until_something_else_is_chosen(
    signed_in: Client, at_zellik: Application, page: str
) -> None:
    answer(at_zellik, fallback_site="Ghent, or wherever <b>", gpu_type="B200")
    shown = unescape(signed_in.get(page).text)
    assert '<option value="B200" selected>' in shown
    assert missing(at_zellik) == [
        "“Type of GPU”: “B200” is not offered here. Choose again.",
        "“Second choice of a site”: “Ghent, or wherever <b>” is not offered here. Choose again.",
    ]
    link = f"{page}#id_fallback_site"
    assert link in shown
    answer(at_zellik, fallback_site="", gpu_type="any")
    assert missing(at_zellik) == []


def test_hours_that_move_to_the_second_choice_ask_for_another(at_zellik: Application) -> None:
    answer(at_zellik, fallback_site="Charleroi")
    at_zellik.requested_hours.update(site=Site.objects.get(code="charleroi"))
    assert any("“Charleroi” is not offered" in text for text in missing(at_zellik))


def test_text_of_an_earlier_form_is_still_read(signed_in: Client, at_zellik: Application) -> None:
    content = content_of(at_zellik)
    content["sections"]["resources"]["fallback_site"] = "Anywhere in Wallonia"
    said = {one.label: one.text for part in shown_snapshot(content) for one in part.answers}
    assert said["Second choice of a site"] == "Anywhere in Wallonia"
    answer(at_zellik, fallback_site="Anywhere in Wallonia")
    assert "Anywhere in Wallonia" in signed_in.get(at_zellik.get_absolute_url()).text


def test_a_track_can_leave_both_out(signed_in: Client, at_zellik: Application, page: str) -> None:
    with pgtrigger.ignore("allocations.TrackVersion:published_is_frozen"):
        TrackVersion.objects.update(optional_questions=[Question.SOFTWARE])
    answer(at_zellik, gpu_type="B200", fallback_site="Ghent")
    shown = signed_in.get(page).text
    assert 'name="gpu_type"' not in shown
    assert 'name="fallback_site"' not in shown
    assert missing(at_zellik) == []


def test_a_change_of_choice_is_told_in_words(at_zellik: Application) -> None:
    first = content_of(at_zellik)
    second = content_of(at_zellik)
    second["sections"]["resources"] |= {"gpu_type": "H200"}
    second["sections"]["data"] |= {"personal_data": "no"}
    for number, content in enumerate((first, second), start=1):
        at_zellik.snapshots.create(number=number, content=content, taken_by=at_zellik.applicant)
    told = changes_of(at_zellik)
    assert told is not None
    by_label = {one.label: "|".join(piece.text for piece in one.pieces) for one in told}
    assert by_label == {
        "Resources › Type of GPU": "No preference|H200",
        "Data › Is there personal data in it?": "Yes|No",
    }


def test_runs_are_held_against_the_gpu_that_was_asked_for(reported: None, applicant: User) -> None:
    """Half of an H200's peak is more than an A100 has."""
    run = {"label": "Training", "gpus": 8, "hours": 50, "repetitions": 3}
    training = {"runs": [run | {"parameters": 1000, "tokens": 120_000}]}
    draft = make_draft(applicant, hours={"zellik": 1200})
    lines = list(draft.requested_hours.select_related("site__status"))
    assert not runs_said(lines, training | {"gpu_type": "any"}).doubts
    assert not runs_said(lines, training | {"gpu_type": "B300"}).doubts
    [doubt] = runs_said(lines, training | {"gpu_type": "A100 80"}).doubts
    assert "can compute at most" in doubt


def test_the_decision_proposes_the_partitions_that_have_it(reported: None, applicant: User) -> None:
    draft = make_draft(applicant, hours={"charleroi": 500})

    def proposed() -> set[str]:
        field = ApprovalForm(Application.objects.get(pk=draft.pk)).fields["partitions_charleroi"]
        return set(Partition.objects.filter(pk__in=field.initial).values_list("name", flat=True))

    assert proposed() == {"gpu", "ia"}
    answer(draft, gpu_type="A100 80")
    assert proposed() == {"ia"}
    answer(draft, gpu_type="B300")
    assert proposed() == {"gpu", "ia"}
