"""Versioned declarations, trustworthy AI and the gate of the purpose."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from allocations.actions.declarations import publish_declaration, sign_declarations
from allocations.actions.drafts import submit_application
from allocations.errors import IncompleteError, StateError
from allocations.models import Application, DeclarationText, SignedDeclaration, Site, TrackVersion
from allocations.rules.form.trustworthy_ai import TRUSTWORTHY_AI
from tests.domain import make_draft

TEXT = "We do as we say."


@pytest.fixture
def signed_in(client: Client, applicant: User) -> Client:
    client.force_login(applicant)
    return client


def page_of(application: Application) -> str:
    return reverse("declarations", args=[application.reference])


def published(code: str, actor: User, site: str | None = None) -> DeclarationText:
    return publish_declaration(
        code=code,
        site=Site.objects.get(code=site) if site else None,
        title=f"On {code}",
        text=TEXT,
        valid_from=timezone.localdate(),
        actor=actor,
    )


def missing_of(application: Application) -> list[str]:
    with pytest.raises(IncompleteError) as error:
        submit_application(application_id=application.pk, actor=application.applicant)
    return error.value.missing


def test_a_new_version_is_signed_with_time_and_version_before_the_hand_in(
    signed_in: Client, draft: Application, administrator: User
) -> None:
    text = published("portal", administrator)
    assert text.number == 2
    assert missing_of(draft) == ["Sign “On portal”."]
    page = signed_in.get(page_of(draft)).content.decode()
    assert TEXT in page
    assert f'id="id_text_{text.pk}"' in page
    answer = signed_in.post(page_of(draft), {f"text_{text.pk}": "on"})
    assert answer.headers["Location"] == draft.get_absolute_url()
    signature = draft.declarations.get(text=text)
    assert signature.signed_by == draft.applicant
    submit_application(application_id=draft.pk, actor=draft.applicant)
    said = draft.snapshots.get().content["declarations"][-1]
    assert (said["title"], said["version"], said["signed_by"]) == ("On portal", 2, "Ada Peeters")
    assert said["signed_at"] == signature.signed_at.isoformat()


def test_each_site_has_its_own_and_only_those_asked_for_count(
    applicant: User, administrator: User
) -> None:
    draft = make_draft(applicant, hours={"zellik": 1000})
    published("charleroi", administrator, "charleroi")
    published("zellik", administrator, "zellik")
    assert missing_of(draft) == ["Sign “On zellik”."]


def test_what_is_valid_later_is_not_asked_yet(draft: Application, administrator: User) -> None:
    publish_declaration(
        code="portal",
        site=None,
        title="To come",
        text=TEXT,
        valid_from=timezone.localdate() + timedelta(days=1),
        actor=administrator,
    )
    submit_application(application_id=draft.pk, actor=draft.applicant)


def test_unticked_boxes_and_forged_texts_sign_nothing(
    signed_in: Client, draft: Application, administrator: User
) -> None:
    text = published("portal", administrator)
    old = DeclarationText.objects.get(code="portal", number=1)
    for forged in ({}, {f"text_{old.pk}": "on"}, {"text_999999999999": "on"}, {"text_x": "on"}):
        assert signed_in.post(page_of(draft), forged).status_code == 302
    assert not draft.declarations.filter(text=text).exists()
    for _twice in range(2):
        sign_declarations(application_id=draft.pk, text_ids=[text.pk], actor=draft.applicant)
    assert draft.declarations.filter(text=text).count() == 1


def test_neither_a_text_nor_a_signature_can_be_changed(draft: Application) -> None:
    for rows in (DeclarationText.objects.all(), SignedDeclaration.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(id=1)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_nothing_is_signed_once_it_is_handed_in(submitted: Application) -> None:
    with pytest.raises(StateError):
        sign_declarations(application_id=submitted.pk, text_ids=[], actor=submitted.applicant)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "No Slug!"}, "valid “slug”"),
        ({"title": "x" * 1_000_000}, "at most 150 characters"),
        ({"text": "x" * 1_000_000}, "at most 20000 characters"),
        ({"valid_from": "2020-01-01"}, "Choose today or a day to come."),
        ({"valid_from": "9" * 400}, "Enter a valid date."),
        ({"site": "999999"}, "Select a valid choice"),
        ({"code": "zellik"}, "made to somebody else"),
    ],
)
def test_administrators_publish_and_nonsense_is_refused_beside_its_field(
    client: Client, administrator: User, change: dict[str, str], said: str
) -> None:
    client.force_login(administrator)
    form = {"code": "honesty", "site": "", "title": "Honesty", "text": "<b>True</b>"}
    form |= {"valid_from": timezone.localdate().isoformat()}
    address = reverse("declaration_texts")
    answer = client.post(address, form | change)
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    assert not DeclarationText.objects.filter(title="Honesty").exists()
    client.post(address, form)
    assert DeclarationText.objects.get(code="honesty").number == 1
    assert "<b>True" not in client.get(address).content.decode()


def test_a_text_reads_in_the_language_that_staff_wrote_it_in(
    client: Client, administrator: User
) -> None:
    client.force_login(administrator)
    form = {"code": "honesty", "title": "Honesty", "text": "All is true."}
    form |= {"valid_from": timezone.localdate().isoformat()}
    form |= {"title_fr": " Honnêteté \n\u202e", "text_nl": "Alles is waar.\r\nEcht.\u202e"}
    client.post(reverse("declaration_texts"), form)
    text = DeclarationText.objects.get(code="honesty")
    assert text.translations == {
        "fr": {"title": "Honnêteté"},
        "nl": {"text": "Alles is waar.\nEcht."},
    }
    shown = {}
    for language in ("en", "fr", "nl", "de"):
        with translation.override(language):
            shown[language] = (text.shown_title, text.shown_text)
    assert shown == {
        "en": ("Honesty", "All is true."),
        "fr": ("Honnêteté", "All is true."),
        "nl": ("Honesty", "Alles is waar.\nEcht."),
        "de": ("Honesty", "All is true."),
    }


def test_another_purpose_than_civil_needs_a_track_with_a_gate(draft: Application) -> None:
    row = draft.section_answers.get(section="security")
    row.answers |= {"purpose": "dual_use", "dual_use": "", "export_licence": ""}
    row.save()
    said = " ".join(missing_of(draft))
    assert "for civil use alone" in said
    assert "What could serve the military" in said
    assert "Licence for dual-use goods" in said


def test_a_track_with_a_gate_examines_it(applicant: User) -> None:
    draft = make_draft(applicant, track="st")
    assert TrackVersion.objects.get(track__code="st").has_gate
    row = draft.section_answers.get(section="security")
    row.answers |= {"purpose": "military", "dual_use": "Sonar", "export_licence": "BE-1"}
    row.save()
    submit_application(application_id=draft.pk, actor=applicant)


def test_what_the_eligibility_check_heard_is_in_the_form(
    signed_in: Client, draft: Application
) -> None:
    draft.section_answers.filter(section="security").delete()
    draft.answers = {"purpose_kind": "dual_use"}
    draft.save()
    address = reverse("edit_section", args=[draft.reference, "security"])
    assert '<option value="dual_use" selected>' in signed_in.get(address).content.decode()


def test_each_of_seven_requirements_asks_why(draft: Application) -> None:
    names = [field.name for field in TRUSTWORTHY_AI if field.name.endswith("_why")]
    assert len(names) == 7
    row = draft.section_answers.get(section="trustworthy_ai")
    row.answers |= dict.fromkeys(names, "")
    row.save()
    assert len(missing_of(draft)) == 7


def test_the_page_asks_the_database_little(
    signed_in: Client, draft: Application, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(15):
        signed_in.get(page_of(draft))
