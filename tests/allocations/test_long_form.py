"""The long form: its pages by track, what is missing, clashes, and whatever people type."""

from html import unescape

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import accept_invitation, invite_member
from allocations.errors import IncompleteError
from allocations.models import Application, SectionAnswers, TrackVersion
from allocations.rules.form.fields import Kind
from allocations.rules.form.sections import FIELDS, asked_fields, pages
from allocations.rules.questions import Question, Section
from tests.domain import make_draft
from tests.people import make_person

HTMX = {"HX-Request": "true"}
TEXT_KINDS = (Kind.LINE, Kind.TEXT)
EVERY_FIELD = [(section, field) for section, fields in FIELDS.items() for field in fields]


@pytest.fixture
def signed_in(client: Client, applicant: User) -> Client:
    client.force_login(applicant)
    return client


def page_of(application: Application, section: str) -> str:
    return reverse("edit_section", args=[application.reference, section])


def stored(application: Application, section: str) -> SectionAnswers:
    return application.section_answers.get(section=section)


def sent(application: Application, section: str, **changes: object) -> dict[str, object]:
    """What a browser sends for a section as it is stored, with changes."""
    row = application.section_answers.filter(section=section).first()
    asked = asked_fields(section, application.rules().optional_questions)
    answers = row.answers if row else {}
    values = {field.name: answers.get(field.name) or "" for field in asked}
    if runs := values.pop("runs", None):
        values |= {"runs-TOTAL_FORMS": 1, "runs-INITIAL_FORMS": 0}
        values |= {f"runs-0-{name}": value for name, value in runs[0].items()}
    return {**values, "version": row.version if row else 0, "step": "save", **changes}


def invited(application: Application, person: User) -> User:
    """The same person, in the team."""
    invitation = invite_member(
        application_id=application.pk, email=person.email, actor=application.applicant
    )
    accept_invitation(invitation_id=invitation.pk, actor=person)
    return person


def test_each_track_shows_the_pages_of_its_version(signed_in: Client, applicant: User) -> None:
    short = make_draft(applicant, track="pg", hours={"zellik": 10})
    assert "edit/project" not in signed_in.get(short_edit(short)).content.decode()
    for section in FIELDS:
        assert signed_in.get(page_of(short, section)).status_code == 404
    long = make_draft(applicant)
    for section in pages(long.rules().sections, long.rules().optional_questions):
        assert signed_in.get(page_of(long, section)).status_code == 200
    assert signed_in.get(page_of(long, "nonsense")).status_code == 404


def short_edit(application: Application) -> str:
    return reverse("edit_application", args=[application.reference])


def test_a_question_that_a_track_leaves_out_is_neither_shown_nor_missing(
    signed_in: Client, draft: Application
) -> None:
    draft.section_answers.filter(section="project").delete()
    with pgtrigger.ignore("allocations.TrackVersion:published_is_frozen"):
        TrackVersion.objects.update(optional_questions=[Question.SECTOR])
    page = signed_in.get(page_of(draft, "project")).content.decode()
    assert 'name="sector"' in page
    assert 'name="innovation"' not in page
    with pytest.raises(IncompleteError) as error:
        submit_application(application_id=draft.pk, actor=draft.applicant)
    assert error.value.missing == ["Answer “Sector”."]


def test_what_is_missing_leads_to_its_field(signed_in: Client, draft: Application) -> None:
    row = stored(draft, "data")
    row.answers |= {"legal_basis": "", "sources": ""}
    row.save()
    page = unescape(signed_in.get(page_of(draft, "project")).content.decode())
    assert f'<a href="{page_of(draft, "data")}#id_sources">Answer “Where the data' in page
    assert f'href="{page_of(draft, "data")}#id_legal_basis"' in page
    assert 'id="id_sources"' in signed_in.get(page_of(draft, "data")).content.decode()
    row.answers |= {"personal_data": "no"}
    row.save()
    assert "#id_legal_basis" not in signed_in.get(page_of(draft, "project")).content.decode()


def test_a_day_that_has_come_since_is_asked_for_again(draft: Application) -> None:
    row = stored(draft, "resources")
    row.answers |= {"start_on": "2020-01-01"}
    row.save()
    with pytest.raises(IncompleteError, match="is over"):
        submit_application(application_id=draft.pk, actor=draft.applicant)


def test_a_contract_that_ends_too_early_keeps_it_from_being_handed_in(draft: Application) -> None:
    row = stored(draft, "people")
    row.answers |= {"contract_until": timezone.localdate().isoformat()}
    row.save()
    with pytest.raises(IncompleteError, match="three months longer than the GPU time"):
        submit_application(application_id=draft.pk, actor=draft.applicant)
    row.answers |= {"contract_until": ""}
    row.save()
    submit_application(application_id=draft.pk, actor=draft.applicant)


def test_a_section_saves_itself_and_by_the_button(signed_in: Client, draft: Application) -> None:
    address = page_of(draft, "project")
    answer = signed_in.post(address, sent(draft, "project", impact=""), headers=HTMX)
    text = unescape(answer.content.decode())
    assert 'name="version" value="2"' in text
    assert "Answer “What comes of it”." in text
    assert "<html" not in text
    answer = signed_in.post(address, sent(draft, "project", impact="Fewer cracks", step="next"))
    assert answer.headers["Location"] == page_of(draft, "resources")
    assert stored(draft, "project").answers["impact"] == "Fewer cracks"
    assert stored(draft, "project").saved_by == draft.applicant


def test_two_of_a_team_who_write_at_once_see_both_texts(
    signed_in: Client, draft: Application
) -> None:
    grace = invited(draft, make_person("Grace"))
    address, hers = page_of(draft, "project"), Client()
    hers.force_login(grace)
    first = sent(draft, "project", impact="Ada's text", innovation="The same")
    hers.post(address, sent(draft, "project", impact="Grace's text", innovation="The same"))
    answer = signed_in.post(address, first)
    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Grace Peeters saved this section" in page
    assert page.count("Grace's text") == 1
    assert page.count("Ada's text") == 2  # beside the other, and still in the form
    assert stored(draft, "project").answers["impact"] == "Grace's text"
    assert 'name="version" value="2"' in page
    signed_in.post(address, first | {"version": 2, "impact": "Both texts"})
    assert stored(draft, "project").answers["impact"] == "Both texts"


def test_a_clash_while_a_section_saves_itself_overwrites_nothing(
    signed_in: Client, draft: Application
) -> None:
    stale = sent(draft, "project", impact="Mine")
    signed_in.post(page_of(draft, "project"), sent(draft, "project", impact="Theirs"))
    answer = signed_in.post(page_of(draft, "project"), stale, headers=HTMX)
    assert "Not saved" in answer.content.decode()
    assert stored(draft, "project").answers["impact"] == "Theirs"


def test_two_sections_are_written_at_once_without_a_clash(
    signed_in: Client, draft: Application
) -> None:
    project, data = sent(draft, "project", impact="A"), sent(draft, "data", sources="B")
    assert signed_in.post(page_of(draft, "project"), project).status_code == 302
    assert signed_in.post(page_of(draft, "data"), data).status_code == 302


def test_the_team_writes_and_the_applicant_hands_in(draft: Application, client: Client) -> None:
    client.force_login(invited(draft, make_person("Grace")))
    assert client.get(page_of(draft, "plan")).status_code == 200
    assert client.post(reverse("submit_application", args=[draft.reference])).status_code == 403
    page = client.get(draft.get_absolute_url()).content.decode()
    assert "Ada Peeters can hand it in." in page


def test_economic_activity_is_what_decisions_ask(signed_in: Client, draft: Application) -> None:
    address = page_of(draft, "size_and_aid")
    signed_in.post(address, sent(draft, "size_and_aid", is_economic_activity="no"))
    draft.refresh_from_db()
    assert not draft.is_economic
    signed_in.post(address, sent(draft, "size_and_aid", is_economic_activity="yes"))
    draft.refresh_from_db()
    assert draft.is_economic


def test_nothing_is_saved_once_it_is_handed_in(signed_in: Client, draft: Application) -> None:
    before = sent(draft, "project", impact="Too late")
    submit_application(application_id=draft.pk, actor=draft.applicant)
    assert signed_in.post(page_of(draft, "project"), before).status_code == 302
    assert stored(draft, "project").answers["impact"] != "Too late"
    said = draft.snapshots.get().content["sections"]["project"]
    assert said["impact"] == stored(draft, "project").answers["impact"]
    page = signed_in.get(draft.get_absolute_url()).content.decode()
    assert said["impact"] in page


HOSTILE_TEXT = '=cmd|"/c calc"!A1 <script>alert(1)</script> \u202egnp.exe\u200b'
HOSTILE_STORED = '=cmd|"/c calc"!A1 <script>alert(1)</script> gnp.exe'
NONSENSE = {
    Kind.NUMBER: ("-1", "9" * 400, "many", "1e400"),
    Kind.DATE: ("0001-01-01", "9999-12-31", "31 February"),
    Kind.COMING_DATE: ("2020-01-01", "9999-12-31", "x" * 1_000_000),
    Kind.CHOICE: ("nonsense", "x" * 1_000_000),
    Kind.LINE: ("x" * 1_000_000, "null\x00byte"),
    Kind.TEXT: ("x" * 1_000_000, "null\x00byte"),
}


@pytest.mark.parametrize("section", list(FIELDS))
def test_nonsense_in_any_field_is_refused_beside_it_and_nothing_is_stored(
    signed_in: Client, draft: Application, section: Section
) -> None:
    # Who asks for hours at every site is not asked for another one.
    draft.requested_hours.filter(site__code="charleroi").delete()
    for field in FIELDS[section]:
        for value in NONSENSE.get(field.kind, ()):
            values = sent(draft, section, **{field.name: value})
            page = signed_in.post(page_of(draft, section), values).content.decode()
            assert f'class="alert-link" href="#id_{field.name}"' in page, (field.name, value[:20])
    assert stored(draft, section).version == 1


@pytest.mark.parametrize("section", list(FIELDS))
def test_markup_formulas_and_turned_text_stay_text(
    signed_in: Client, draft: Application, section: Section
) -> None:
    names = [field.name for field in FIELDS[section] if field.kind in TEXT_KINDS]
    values = sent(draft, section, **dict.fromkeys(names, HOSTILE_TEXT))
    assert signed_in.post(page_of(draft, section), values).status_code == 302
    for name in names:
        assert stored(draft, section).answers[name] == HOSTILE_STORED
    for address in (page_of(draft, section), draft.get_absolute_url()):
        assert "<script>alert" not in signed_in.get(address).content.decode()


@pytest.mark.parametrize("version", ["-1", "9" * 30, "", "x"])
def test_a_version_that_nobody_gave_saves_nothing(
    signed_in: Client, draft: Application, version: str
) -> None:
    signed_in.post(page_of(draft, "project"), sent(draft, "project", version=version, impact="X"))
    assert stored(draft, "project").answers["impact"] != "X"


def test_every_page_of_the_form_asks_the_database_little(
    signed_in: Client, draft: Application, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rules = draft.rules()
    shown = [page_of(draft, name) for name in pages(rules.sections, rules.optional_questions)]
    for address in [*shown, short_edit(draft), draft.get_absolute_url()]:
        with django_assert_max_num_queries(15):
            assert signed_in.get(address).status_code == 200


def test_every_optional_question_of_a_section_with_fields_is_asked_somewhere() -> None:
    asked = {field.asked_if for _section, field in EVERY_FIELD}
    unasked = set(Question) - asked
    assert not unasked
