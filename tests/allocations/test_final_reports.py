"""What came of a project is told in time, and who does not tell it cannot apply again."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from allocations.actions.allocations import change_end
from allocations.actions.award_changes import ask_for_change
from allocations.actions.budgets import renew_allocation
from allocations.actions.drafts import submit_application
from allocations.actions.final_reports import (
    ReportText,
    accept_report,
    ask_for_more,
    hand_in_report,
    lift_block,
    remind_of_report,
    save_report,
)
from allocations.errors import IncompleteError, RefusedError, StateError
from allocations.management.commands.nightly import NIGHTLY
from allocations.models import Application, FinalReport, Project
from allocations.rules.award_changes import ChangeKind
from allocations.rules.final_reports import LATE, link_of, reminder_due, report_due_on
from allocations.states import ApplicationState
from tests.allocations.budget_world import count, end_yesterday
from tests.domain import make_draft, make_project
from tests.people import make_organisation, make_person
from tests.portal.member_world import end_project

DAY = date(2031, 1, 31)
TEXT = ReportText(
    results="Bells that crack are heard a week before.",
    use_of_hours="Training, 1,000 GPU-hours; the rest lapsed.",
    meaning="Two new customers.",
    may_be_published=True,
    outputs=(),
)
FILLED = {
    "version": "0",
    "results": TEXT.results,
    "use_of_hours": TEXT.use_of_hours,
    "meaning": TEXT.meaning,
    "may_be_published": "yes",
    "outputs-TOTAL_FORMS": "2",
    "outputs-INITIAL_FORMS": "0",
    "outputs-0-kind": "publication",
    "outputs-0-title": "On bells",
    "outputs-0-link": "doi:10.1234/bells",
}


@pytest.fixture
def report(project: Project) -> FinalReport:
    """Of a project whose last day was yesterday, asked for in the night."""
    for allocation in project.allocations.all():
        end_yesterday(allocation)
    mail.outbox.clear()
    call_command("nightly")
    return FinalReport.objects.select_related("project__application").get()


@pytest.fixture
def late(report: FinalReport) -> FinalReport:
    """The same, three months and a day later."""
    return make_late(report)


def make_late(report: FinalReport) -> FinalReport:
    report.due_on = timezone.localdate() - timedelta(days=1)
    report.save(update_fields=["due_on"])
    return report


def write(report: FinalReport, actor: User) -> FinalReport:
    return save_report(project_id=report.project_id, version=report.version, text=TEXT, actor=actor)


def hand_in(report: FinalReport, actor: User) -> FinalReport:
    write(report, actor)
    return hand_in_report(project_id=report.project_id, actor=actor)


def state_of(project: Project) -> str:
    return Application.objects.get(project=project).state


def subjects() -> list[str]:
    found = [message.subject for message in mail.outbox]
    mail.outbox.clear()
    return found


@pytest.mark.parametrize(
    ("ended_on", "asked_on", "due"),
    [
        (DAY, DAY + timedelta(days=1), date(2031, 4, 30)),
        (date(2030, 12, 31), DAY, date(2031, 3, 31)),
        (date(2020, 1, 1), DAY, DAY + timedelta(days=14)),
    ],
)
def test_a_report_is_due_whole_months_after_the_end_and_never_at_once(
    ended_on: date, asked_on: date, due: date
) -> None:
    assert report_due_on(ended_on=ended_on, asked_on=asked_on, months=3, answer_days=14) == due


def test_each_reminder_is_due_once_and_only_the_nearest() -> None:
    told = None
    sent = []
    for left in range(40, -5, -1):
        due = reminder_due(due_on=DAY, today=DAY - timedelta(days=left), told=told)
        if due is not None:
            told = due
            sent.append((left, due))
    assert sent == [(30, 30), (14, 14), (7, 7), (1, 1), (-1, LATE)]
    assert reminder_due(due_on=DAY, today=DAY - timedelta(days=3), told=30) == 7


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("10.1234/abc.5", "https://doi.org/10.1234/abc.5"),
        ("doi: 10.1234/abc", "https://doi.org/10.1234/abc"),
        ("https://dx.doi.org/10.1234/abc", "https://doi.org/10.1234/abc"),
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("javascript:alert(1)", None),
        ("data:text/html,<script>", None),
        ("file:///etc/passwd", None),
        ("a bell", None),
        ("https://example.org/" + "a" * 600, None),
    ],
)
def test_a_link_is_a_page_or_a_doi(text: str, link: str | None) -> None:
    assert link_of(text) == link


def test_the_night_asks_once_for_the_report_of_what_has_ended(
    project: Project, report: FinalReport
) -> None:
    assert state_of(project) == ApplicationState.REPORT_DUE
    assert report.due_on > timezone.localdate() + timedelta(days=80)
    name = project.name
    assert [subject for subject in subjects() if "came of it" in subject] == [
        f"{name}: tell us by {report.due_on.day} {report.due_on:%B %Y} what came of it"
    ]
    call_command("nightly")
    assert subjects() == []
    assert FinalReport.objects.count() == 1


def test_no_report_is_asked_for_while_one_site_still_runs(project: Project) -> None:
    end_yesterday(project.allocations.get(site__code="zellik"))
    call_command("nightly")
    assert not FinalReport.objects.exists()
    assert state_of(project) == ApplicationState.ACCEPTED


def test_the_leader_is_reminded_and_told_once_when_it_is_late(report: FinalReport) -> None:
    mail.outbox.clear()
    for left, sent in (
        (31, 0),
        (30, 1),
        (29, 0),
        (13, 1),
        (7, 1),
        (1, 1),
        (0, 0),
        (-1, 1),
        (-9, 0),
    ):
        today = report.due_on - timedelta(days=left)
        remind_of_report(report_id=report.pk, today=today, actor=NIGHTLY)
        found = subjects()
        assert len(found) == sent, left
        assert all(("late" in subject) == (left < 0) for subject in found)


def test_a_renewed_project_owes_no_report_and_keeps_what_was_written(
    project: Project, late: FinalReport, applicant: User
) -> None:
    write(late, applicant)
    later = timezone.localdate() + timedelta(days=30)
    project.allocations.filter(site__code="zellik").update(ends_on=later)
    draft = make_draft(applicant, title="More bells")
    submit_application(application_id=draft.pk, actor=applicant)
    call_command("nightly")
    assert state_of(project) == ApplicationState.ACCEPTED
    end_project(project)
    call_command("nightly")
    late.refresh_from_db()
    assert (late.results, late.is_late) == (TEXT.results, False)
    assert state_of(project) == ApplicationState.REPORT_DUE


def test_an_accepted_report_closes_the_project(
    project: Project, report: FinalReport, applicant: User, staff: User
) -> None:
    hand_in(report, applicant)
    assert "handed in" in subjects()[-1]
    accept_report(project_id=project.pk, actor=staff)
    assert state_of(project) == ApplicationState.CLOSED
    assert "accepted" in subjects()[-1]
    with pytest.raises(StateError):
        accept_report(project_id=project.pk, actor=staff)
    with pytest.raises(StateError):
        write(report, applicant)


def test_staff_ask_for_more_and_the_leader_has_time_to_answer(
    project: Project, late: FinalReport, applicant: User, staff: User
) -> None:
    hand_in(late, applicant)
    with pytest.raises(RefusedError):
        ask_for_more(project_id=project.pk, reason="  ", actor=staff)
    asked = ask_for_more(project_id=project.pk, reason="Where is the model?", actor=staff)
    assert (asked.is_open, asked.is_late) == (True, False)
    assert asked.due_on == timezone.localdate() + timedelta(days=14)
    assert "Where is the model?" in mail.outbox[-1].body
    hand_in(asked, applicant)
    late.refresh_from_db()
    assert (late.is_handed_in, late.question) == (True, "")
    assert asked.handed_in_at < late.handed_in_at


def test_an_empty_report_is_kept_and_not_handed_in(report: FinalReport, applicant: User) -> None:
    with pytest.raises(IncompleteError) as missing:
        hand_in_report(project_id=report.project_id, actor=applicant)
    assert len(missing.value.missing) == 4


def test_a_late_report_keeps_its_leader_from_applying_and_the_draft_stays(
    client: Client, late: FinalReport, applicant: User
) -> None:
    draft = make_draft(applicant, title="More bells")
    with pytest.raises(IncompleteError, match="Hand in the final report of “Bells” first"):
        submit_application(application_id=draft.pk, actor=applicant)
    client.force_login(applicant)
    page = client.get(draft.get_absolute_url()).content.decode()
    assert f'href="{late.get_absolute_url()}"' in page
    draft.refresh_from_db()
    assert (draft.title, draft.state) == ("More bells", ApplicationState.DRAFT)
    hand_in(late, applicant)
    submit_application(application_id=draft.pk, actor=applicant)


def test_a_late_report_keeps_its_organisation_from_applying_and_names_no_project(
    late: FinalReport,
) -> None:
    colleague = make_person("Col")
    draft = make_draft(colleague)
    with pytest.raises(IncompleteError) as refused:
        submit_application(application_id=draft.pk, actor=colleague)
    (sentence,) = refused.value.missing
    assert "A project of your organisation owes its final report" in sentence
    assert late.project.title not in sentence


def test_others_may_apply_and_what_was_handed_in_may_be_answered(late: FinalReport) -> None:
    other = make_person("Oth")
    draft = make_draft(other)
    elsewhere = make_organisation(other, number="0428759497")
    Application.objects.filter(pk=draft.pk).update(organisation=elsewhere)
    assert Organisation.objects.count() == 2
    submit_application(application_id=draft.pk, actor=other)
    Application.objects.filter(pk=draft.pk).update(
        organisation=late.project.organisation, state=ApplicationState.INFO_REQUESTED
    )
    submit_application(application_id=draft.pk, actor=other)


def test_staff_lift_the_block_with_a_reason_that_the_trail_keeps(
    late: FinalReport, applicant: User, staff: User
) -> None:
    with pytest.raises(RefusedError):
        lift_block(project_id=late.project_id, reason=" ", actor=staff)
    lift_block(project_id=late.project_id, reason="She is ill.", actor=staff)
    draft = make_draft(applicant, title="More bells")
    submit_application(application_id=draft.pk, actor=applicant)
    trail = apps.get_model("allocations", "FinalReportEvent").objects.order_by("pgh_id").last()
    assert (trail.lifted_because, trail.pgh_context.metadata["action"]) == (
        "She is ill.",
        "lift_block",
    )
    assert trail.pgh_context.metadata["actor"] == staff.email
    with pytest.raises(StateError):
        lift_block(project_id=late.project_id, reason="Twice.", actor=staff)


def test_the_leader_writes_saves_and_hands_in_on_one_page(
    client: Client, report: FinalReport, applicant: User, staff: User
) -> None:
    client.force_login(applicant)
    url = report.get_absolute_url()
    assert b"write its final report" in client.get(report.project.get_absolute_url()).content
    assert b"Write the final report of" in client.get("/").content
    client.post(url, {**FILLED, "meaning": "", "step": "hand_in"})
    report.refresh_from_db()
    assert (report.is_open, report.results) == (True, TEXT.results)
    assert "Say what it meant for your organisation." in client.get(url).content.decode()
    client.post(url, {**FILLED, "version": "1", "step": "hand_in"})
    report.refresh_from_db()
    assert report.is_handed_in
    assert report.outputs.get().link == "https://doi.org/10.1234/bells"
    client.force_login(staff)
    assert report.project.title in client.get("/staff/final-reports/").content.decode()
    page = client.get(url).content.decode()
    assert 'href="https://doi.org/10.1234/bells"' in page
    assert client.post(f"{url}/more", {"more-reason": ""}).status_code == 422
    client.post(f"{url}/more", {"more-reason": "Which bells?"})
    client.force_login(applicant)
    assert "Which bells?" in client.get(url).content.decode()


def test_two_windows_overwrite_nothing(
    client: Client, report: FinalReport, applicant: User
) -> None:
    write(report, applicant)
    client.force_login(applicant)
    answer = client.post(report.get_absolute_url(), {**FILLED, "results": "Other words."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Other words." in page
    assert TEXT.results in page
    report.refresh_from_db()
    assert (report.results, report.version) == (TEXT.results, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"results": "a" * 10_001},
        {"results": "a" * 10**6},
        {"meaning": "a\0b"},
        {"version": "-1"},
        {"version": "1" * 30},
        {"may_be_published": "perhaps"},
        {"outputs-0-kind": "bribe"},
        {"outputs-0-title": "\u202e\u200b"},
        {"outputs-0-link": "javascript:alert(1)"},
        {"outputs-0-link": "https://" + "a" * 10_000},
        {"outputs-TOTAL_FORMS": "100000"},
        {"outputs-TOTAL_FORMS": "no"},
        {"outputs-TOTAL_FORMS": ""},
    ],
)
def test_hostile_input_is_refused_and_nothing_is_stored(
    client: Client, report: FinalReport, applicant: User, changes: dict[str, Any]
) -> None:
    client.force_login(applicant)
    answer = client.post(report.get_absolute_url(), {**FILLED, **changes, "step": "hand_in"})
    assert answer.status_code == 422
    report.refresh_from_db()
    assert (report.version, report.results, report.outputs.count()) == (0, "", 0)


def test_markup_in_a_report_is_text(client: Client, report: FinalReport, applicant: User) -> None:
    client.force_login(applicant)
    nasty = "<script>alert(1)</script>\u202e"
    client.post(
        report.get_absolute_url(),
        {**FILLED, "results": nasty, "outputs-0-title": nasty, "step": "hand_in"},
    )
    page = client.get(report.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page


def test_the_list_of_reports_asks_no_more_for_more_of_them(
    office: Client, applicant: User, staff: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        application = make_draft(applicant, title=f"Bells {number}")
        submit_application(application_id=application.pk, actor=applicant)
        project = make_project(application, staff)
        FinalReport.objects.create(project=project, due_on=timezone.localdate())
    with django_assert_max_num_queries(5):
        page = office.get("/staff/final-reports/", {"q": "Bells", "state": "open"})
    assert page.content.decode().count("aif") >= 6


def test_what_is_closed_gets_no_more_time(
    client: Client, report: FinalReport, applicant: User, staff: User
) -> None:
    hand_in(report, applicant)
    accept_report(project_id=report.project_id, actor=staff)
    allocation = report.project.allocations.get(site__code="zellik")
    more: dict[str, Any] = {"allocation_id": allocation.pk, "reason": "More.", "actor": staff}
    day = timezone.localdate() + timedelta(days=30)
    for act in (
        partial(renew_allocation, gpu_hours=10, ends_on=day),
        partial(change_end, ends_on=day),
        partial(ask_for_change, kind=ChangeKind.EXTENSION, gpu_hours=10, ends_on=day),
    ):
        with pytest.raises(StateError, match="is closed"):
            act(**more)
    client.force_login(applicant)
    page = reverse("ask_for_change", args=[report.project.name, "extension"])
    assert "its final report was accepted" in client.get(page, follow=True).text


def test_what_was_given_more_time_is_not_closed_before_it_ends(
    report: FinalReport, applicant: User, staff: User
) -> None:
    hand_in(report, applicant)
    allocation = report.project.allocations.get(site__code="zellik")
    count(allocation, 0)
    day = timezone.localdate() + timedelta(days=30)
    renew_allocation(
        allocation_id=allocation.pk, gpu_hours=10, ends_on=day, reason="More.", actor=staff
    )
    with pytest.raises(StateError, match="given more time"):
        accept_report(project_id=report.project_id, actor=staff)
    end_yesterday(allocation)
    accept_report(project_id=report.project_id, actor=staff)
    assert state_of(report.project) == ApplicationState.CLOSED
