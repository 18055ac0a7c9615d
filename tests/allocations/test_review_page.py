"""The page on which staff decide on an application."""

import re
from datetime import date
from typing import Any

import lxml.html
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from accounts.models import Organisation, User
from allocations.actions.drafts import submit_application
from allocations.models import (
    Allocation,
    Application,
    Decision,
    Project,
    ProjectMonth,
    SectionAnswers,
    Site,
    SlurmState,
)
from allocations.rules.questions import Section
from allocations.states import ApplicationState
from tests.allocations.decision_form import address, approval
from tests.allocations.measured_world import measured_day
from tests.allocations.review_world import ask, make_reviewer
from tests.domain import make_draft, make_project
from tests.people import make_person
from tests.portal.staff_world import report_site


def test_the_page_shows_all_that_a_decision_needs(
    office: Client, submitted: Application, applicant: User
) -> None:
    text = office.get(address("review", submitted)).content.decode()
    for words in ("Bells", "0403.019.261", "Klokken NV", "ada@example.org", "1,000", "audio model"):
        assert words in text
    assert "this is the first of this organisation" in text


def test_earlier_work_of_the_organisation_is_listed(
    office: Client, project: Project, applicant: User
) -> None:
    draft = make_draft(applicant, title="Second bells")
    again = submit_application(application_id=draft.pk, actor=applicant)
    text = office.get(address("review", again)).content.decode()
    assert project.name in text
    assert project.application.reference in text


def test_the_reviewer_sees_how_well_an_earlier_award_was_used(
    office: Client, project: Project, applicant: User, staff: User
) -> None:
    again = submit_application(
        application_id=make_draft(applicant, title="Second bells").pk, actor=applicant
    )
    assert "GPU use: no data" in office.get(address("review", again)).content.decode()
    zellik = Site.objects.get(code="zellik")
    measured_day(project, zellik, busy=0.25, hours=10)
    ProjectMonth.objects.create(
        project=project, site=zellik, month=date(2026, 1, 1), gpu_seconds=20 * 3600
    )
    words = "GPUs busy 25 % on average, 7.50 GPU-hours at 0 % (coverage 50 %)"
    assert words in office.get(address("review", again)).content.decode()
    allocation = project.allocations.get(site=zellik)
    for change in ("renew", "change_budget"):
        page = office.get(reverse(change, args=[allocation.pk])).content.decode()
        assert words in page
    assert words not in office.get(reverse("suspend", args=[allocation.pk])).content.decode()
    judge, reader = make_reviewer("Judge"), Client()
    ask(again, staff, judge)
    reader.force_login(judge)
    read = reader.get(address("review", again)).content.decode()
    assert words in read
    assert project.name not in read, "of other projects a reviewer learns no more"


def test_the_form_starts_with_what_was_asked_for(office: Client, submitted: Application) -> None:
    text = office.get(address("review", submitted)).content.decode()
    assert 'name="approve-hours_zellik" value="1000"' in text
    assert len(re.findall(r"<input[^>]*\bchecked\b", text)) == 3


def test_what_the_runs_come_to_and_the_organisations_facts_are_there_to_be_judged(
    office: Client, submitted: Application, applicant: User
) -> None:
    Organisation.objects.update(legal_form="SRL", nace="72.19", vat_state="valid")
    run = {"label": "Training", "gpus": 8, "hours": 1000, "repetitions": 2}
    run |= {"parameters": 70 * 10**12, "tokens": 10**12}
    SectionAnswers.objects.update_or_create(
        application=submitted,
        section=Section.RESOURCES,
        defaults={"answers": {"runs": [run], "overhead_percent": 10}, "saved_by": applicant},
    )
    text = office.get(address("review", submitted)).content.decode()
    for said in ("SRL", "72.19", "known to VIES", "17,600 GPU-hours in all", "AI Act"):
        assert said in text


def test_the_page_says_exactly_what_would_change_in_slurm(
    office: Client, submitted: Application
) -> None:
    for site in Site.objects.all():
        report_site(site, seconds_ago=7300)
    text = office.get(address("preview", submitted)).content.decode()
    assert "as Zellik reported it 2 h ago" in text
    assert "create UNIX user apeeters" in text
    assert "with 60000 GPU-minutes" in text
    assert "with 30000 GPU-minutes" in text
    assert "open partition h200 to account aif" in text
    assert "open partition ia to account aif" in text


def test_a_site_that_never_reported_says_so(office: Client, submitted: Application) -> None:
    report_site(Site.objects.get(code="zellik"))
    text = office.get(address("preview", submitted)).content.decode()
    assert "Charleroi has never reported" in text


def test_a_state_that_an_older_release_wrote_is_as_good_as_none(
    office: Client, submitted: Application
) -> None:
    site = Site.objects.get(code="zellik")
    report_site(site)
    SlurmState.objects.update(state={"cluster": "zellik", "read_at": 1, "of_old": True})
    text = office.get(address("preview", submitted)).content.decode()
    assert "Zellik has never reported" in text


def test_looking_changes_nothing_and_sends_nothing(
    office: Client, submitted: Application, settings: Any
) -> None:
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}
    }
    before = DBTaskResult.objects.count()
    mail.outbox.clear()
    office.get(address("review", submitted))
    office.get(address("preview", submitted))
    office.post(address("preview", submitted), approval(submitted))
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.SUBMITTED
    assert not Project.objects.exists()
    assert not Decision.objects.exists()
    assert DBTaskResult.objects.count() == before
    assert mail.outbox == []


def test_the_page_asks_for_the_preview_once_it_is_there(
    office: Client, submitted: Application
) -> None:
    report_site(Site.objects.get(code="zellik"))
    page = office.get(address("review", submitted)).content.decode()
    (part,) = lxml.html.fromstring(page).xpath("//*[@id='preview']")
    assert "GPU-minutes" not in page
    assert part.get("hx-post") == address("preview", submitted)
    assert part.get("hx-trigger").startswith("load, ")
    assert part.get("aria-live") == "polite"
    assert "Working out what would change…" in part.text_content()


def test_without_javascript_a_link_leads_to_the_preview(
    office: Client, submitted: Application
) -> None:
    report_site(Site.objects.get(code="zellik"))
    page = lxml.html.fromstring(office.get(address("review", submitted)).content.decode())
    (link,) = page.xpath("//*[@id='preview']//a")
    assert link.text_content() == "Show what approving would change"
    there = office.get(link.get("href")).content.decode()
    assert "<html" in there
    assert "with 60000 GPU-minutes" in there
    assert f'href="{address("review", submitted)}"' in there
    part = office.get(link.get("href"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "with 60000 GPU-minutes" in part


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_preview_is_refused_to_whoever_does_not_decide(
    submitted: Application, applicant: User, staff: User, method: str
) -> None:
    judge, colleague = make_reviewer("Judge"), make_person("Colleague", role="staff")
    ask(submitted, staff, judge)
    submitted.organisation.organisationmember_set.create(user=colleague)
    for person, status in (
        (make_person("Stran"), 404), (make_reviewer("Unasked"), 404),
        (applicant, 403), (judge, 403), (colleague, 403), (staff, 200),
    ):  # fmt: skip
        browser = Client()
        browser.force_login(person)
        for headers in ({}, {"HX-Request": "true"}):
            answer = getattr(browser, method)(address("preview", submitted), headers=headers)
            assert answer.status_code == status, person
    assert getattr(Client(), method)(address("preview", submitted)).status_code == 302


def test_the_preview_tells_whoever_is_signed_out_no_more_than_that(submitted: Application) -> None:
    part = {"HX-Request": "true"}
    led = Client().get(address("preview", submitted), headers=part)
    assert led.headers["HX-Redirect"].startswith(reverse("account_login"))
    assert not led.content
    told = Client().post(address("preview", submitted), headers=part)
    assert told.status_code == 401
    assert submitted.title not in told.content.decode()


def test_the_preview_of_what_is_decided_already_says_so(office: Client, project: Project) -> None:
    page = office.get(address("preview", project.application))
    assert b"Only a submitted application can be approved" in page.content


def test_the_preview_follows_what_is_typed(office: Client, submitted: Application) -> None:
    for site in Site.objects.all():
        report_site(site)
    typed = approval(submitted, **{"approve-hours_zellik": "7", "approve-hours_charleroi": "0"})
    typed["approve-reason"] = ""
    part = office.post(address("preview", submitted), typed, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert b"with 420 GPU-minutes" in part.content
    assert b"Charleroi" not in part.content


def test_without_javascript_the_preview_is_the_page_with_what_was_typed(
    office: Client, submitted: Application
) -> None:
    report_site(Site.objects.get(code="zellik"))
    typed = approval(submitted, **{"approve-hours_zellik": "7", "approve-reason": ""})
    page = office.post(address("preview", submitted), typed)
    assert page.status_code == 200
    assert b"with 420 GPU-minutes" in page.content
    assert b'value="7"' in page.content


def test_a_preview_of_what_would_be_refused_says_why(
    office: Client, submitted: Application
) -> None:
    typed = approval(submitted, **{"approve-hours_zellik": "999999"})
    part = office.post(address("preview", submitted), typed, headers={"HX-Request": "true"})
    assert b"more GPU-hours than were asked for" in part.content


def test_approval_leads_to_the_project(office: Client, submitted: Application) -> None:
    response = office.post(address("approve", submitted), approval(submitted))
    project = Project.objects.get()
    assert response["Location"] == project.get_absolute_url()
    granted = Allocation.objects.with_figures().filter(project=project)
    assert {a.site.code: a.granted_minutes for a in granted} == {
        "zellik": 60_000,
        "charleroi": 30_000,
    }


def test_empty_hours_leave_a_site_out(office: Client, submitted: Application) -> None:
    office.post(
        address("approve", submitted), approval(submitted, **{"approve-hours_charleroi": ""})
    )
    assert [a.site.code for a in Project.objects.get().allocations.all()] == ["zellik"]
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.APPROVED_REDUCED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"approve-reason": " "}, "This field is required"),
        ({"approve-hours_zellik": "-5"}, "greater than or equal to 0"),
        ({"approve-hours_zellik": "9" * 5000}, "Enter a whole number"),
        ({"approve-hours_zellik": "1e9"}, "Enter a whole number"),
        ({"approve-hours_zellik": "99999999"}, "more GPU-hours than were asked for"),
        ({"approve-hours_zellik": "", "approve-hours_charleroi": "0"}, "at one site at least"),
        ({"approve-partitions_zellik": []}, "Choose a partition at Zellik"),
        ({"approve-partitions_zellik": ["123456"]}, "not one of the available choices"),
        ({"approve-reason": "x" * 1_000_000}, "at most 5000 characters"),
        ({"approve-reason": "a\x00b"}, "Null characters are not allowed"),
        ({"approve-version": "0"}, "changed since you opened this page"),
    ],
)
def test_what_is_refused_is_said_and_what_was_typed_is_kept(
    office: Client, submitted: Application, changes: dict[str, Any], words: str
) -> None:
    typed = approval(submitted, **{"approve-hours_charleroi": "499"}) | changes
    response = office.post(address("approve", submitted), typed)
    assert response.status_code == 422
    text = response.content.decode()
    assert words in text
    assert 'role="alert"' in text
    if "approve-hours_charleroi" not in changes:
        assert 'value="499"' in text
    assert not Project.objects.exists()


def test_a_partition_of_another_site_is_refused(office: Client, submitted: Application) -> None:
    elsewhere = Site.objects.get(code="charleroi").partitions.first()
    assert elsewhere is not None
    changes = {"approve-partitions_zellik": [elsewhere.pk]}
    assert (
        office.post(address("approve", submitted), approval(submitted, **changes)).status_code
        == 422
    )
    assert not Project.objects.exists()


def test_a_second_click_changes_nothing(office: Client, submitted: Application) -> None:
    office.post(address("approve", submitted), approval(submitted))
    again = office.post(address("approve", submitted), approval(submitted), follow=True)
    assert Project.objects.count() == 1
    assert b"Only a submitted application can be approved" in again.content
    assert b"Open the project" in again.content


def test_what_was_granted_stands_on_the_page_with_its_partitions(
    office: Client, submitted: Application
) -> None:
    office.post(address("approve", submitted), approval(submitted))
    text = office.get(address("review", submitted)).content.decode()
    for code, hours in (("zellik", "1,000"), ("charleroi", "500")):
        site = Site.objects.get(code=code)
        names = sorted(site.partitions.values_list("name", flat=True))
        shown = ", ".join(f"<code>{name}</code>" for name in names)
        assert f"<strong>{site.name}</strong>: {hours} GPU-hours ({shown})" in text
    assert "accept it until" in text


def test_a_rejection_after_an_approval_changes_nothing(
    office: Client, submitted: Application
) -> None:
    office.post(address("approve", submitted), approval(submitted))
    late = office.post(address("reject", submitted), {"reject-reason": "No"}, follow=True)
    assert b"Reload the page" in late.content
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.APPROVED


def test_a_rejection_needs_a_reason_and_reaches_the_applicant(
    office: Client, submitted: Application, applicant: User
) -> None:
    refused = office.post(address("reject", submitted), {"reject-reason": ""})
    assert refused.status_code == 422
    mail.outbox.clear()
    office.post(address("reject", submitted), {"reject-reason": "Out of scope."})
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.REJECTED
    assert [message.to for message in mail.outbox] == [[applicant.email]]


def test_a_question_sends_the_application_back(office: Client, submitted: Application) -> None:
    office.post(address("ask", submitted), {"ask-reason": "Which data?"})
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.INFO_REQUESTED
    text = office.get(address("review", submitted)).content.decode()
    assert "Which data?" in text
    assert 'id="approval"' not in text
    assert "Reject the application" in text


def test_staff_in_the_team_are_told_why_they_cannot_decide(client: Client, seeded: None) -> None:
    judge = make_person("Judge", role="staff")
    own = submit_application(application_id=make_draft(judge).pk, actor=judge)
    client.force_login(judge)
    text = client.get(address("review", own)).content.decode()
    assert "A conflict of interest keeps you from this: own application" in text
    assert 'id="approval"' not in text
    assert client.post(address("approve", own), approval(own)).status_code == 403


def test_a_reviewer_reads_what_they_were_asked_for_and_does_not_decide(
    client: Client, submitted: Application, staff: User
) -> None:
    judge = make_reviewer("Judge")
    client.force_login(judge)
    assert client.get(address("review", submitted)).status_code == 404
    ask(submitted, staff, judge)
    assert b"Write your review" in client.get(address("review", submitted)).content
    assert client.post(address("reject", submitted), {"reject-reason": "No"}).status_code == 403


def test_hostile_text_is_escaped(client: Client, staff: User, applicant: User) -> None:
    draft = make_draft(applicant, title="<script>alert(1)</script>\u202e\u200b")
    submitted = submit_application(application_id=draft.pk, actor=applicant)
    make_project(submitted, staff)
    client.force_login(staff)
    text = client.get(address("review", submitted)).content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("reference", ["nothing", "a%00b", "x" * 5000])
def test_a_reference_that_does_not_exist_is_not_found(office: Client, reference: str) -> None:
    assert office.get(f"/staff/applications/{reference}/").status_code == 404
