"""Every page of applicants and members in a real browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from accounts.key_actions import add_ssh_key
from accounts.models import SshKey, User
from accounts.ssh_keys import parse_public_key
from allocations.actions.award_changes import ask_for_change
from allocations.actions.decisions import reject_application, request_information
from allocations.actions.drafts import start_application, submit_application
from allocations.actions.invitations import invite_member, join_project
from allocations.models import (
    Application,
    FinalReport,
    Membership,
    Project,
    SiteStatus,
    Track,
)
from allocations.models.attachments import ScanState
from allocations.rules.award_changes import ChangeKind
from allocations.rules.form.sections import pages as pages_of_form
from tests.accounts.keys import ed25519_line
from tests.allocations.attachment_world import clean_attachment
from tests.domain import make_draft, make_project
from tests.people import PASSWORD, make_person
from tests.portal.chromium import Judge, open_context
from tests.portal.member_world import live_project

pytestmark = pytest.mark.browser

ACCOUNT_PAGES = (
    "account_email",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "ssh_keys",
    "own_mails",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "socialaccount_connections",
)
ENTRANCE_PAGES = (
    "account_signup",
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_inactive",
    "socialaccount_login_cancelled",
)


@pytest.fixture
def world(
    transactional_db: None, applicant: User, staff: User, settings: Any, tmp_path: Path
) -> dict[str, str]:
    """The address of each page of somebody with something at every stage."""
    settings.ATTACHMENT_FOLDER = tmp_path
    empty = start_application(track=Track.objects.get(code="pg"), actor=applicant)
    complete = make_draft(applicant, title="Chimes of Charleroi")
    for state in ScanState:
        file = clean_attachment(complete)
        file.shown_name, file.scan_state = f"{state} {'long-name-' * 8}.pdf", state
        file.scanned_at = None if state == ScanState.WAITING else timezone.now()
        file.save()
    asked = _handed_in(applicant, "A question of tone")
    request_information(application_id=asked.pk, question="Which recordings?", actor=staff)
    rejected = _handed_in(applicant, "Perpetual motion")
    reject_application(application_id=rejected.pk, reason="It cannot work.", actor=staff)
    waiting = _handed_in(applicant, "Cracks in bells")
    guest = make_person("Grace")
    invite_member(application_id=waiting.pk, email=guest.email, actor=applicant)
    project = live_project(make_project(_handed_in(applicant, "Bells"), staff), staff)
    with transaction.atomic():
        join_project(project, guest, Membership.Role.MEMBER)
    setting_up = make_project(_handed_in(applicant, "New bells"), staff)
    report = FinalReport.objects.create(project=setting_up, due_on=timezone.localdate())
    report.outputs.create(kind="software", title="Bell 1.0", link="https://example.org/bell")
    offered = make_project(_handed_in(applicant, "Better bells"), staff, is_accepted=False)
    ask_for_change(
        allocation_id=project.allocations.get(site__code="zellik").pk,
        kind=ChangeKind.SUPPLEMENT,
        gpu_hours=500,
        reason="The first results are good.",
        actor=applicant,
    )
    key = parse_public_key(ed25519_line())
    add_ssh_key(key=key, label="laptop", expires_on=timezone.localdate(), actor=applicant)
    SiteStatus.objects.filter(site__code="charleroi").update(
        last_seen_at=timezone.now() - timedelta(minutes=12),
        accounting_until=timezone.now() - timedelta(minutes=12),
    )
    # The plain name was taken at one site.
    setting_up.allocations.filter(site__code="zellik").update(account_name=f"{setting_up.name}b")
    return _addresses(
        {
            "empty": empty,
            "complete": complete,
            "asked": asked,
            "rejected": rejected,
            "waiting": waiting,
            "approved": project.application,
            "offered": offered.application,
        },
        project,
        setting_up,
    )


def _handed_in(applicant: User, title: str) -> Application:
    draft = make_draft(applicant, title=title)
    return submit_application(application_id=draft.pk, actor=applicant)


def _addresses(
    applications: dict[str, Application], project: Project, setting_up: Project
) -> dict[str, str]:
    pages = {name: reverse(name) for name in ("home", "applications", "choose_track", "projects")}
    pages["new_organisation"] = reverse("new_organisation")
    for name, application in applications.items():
        pages[f"application_{name}"] = application.get_absolute_url()
    for name in ("empty", "complete", "asked"):
        pages[f"edit_{name}"] = reverse("edit_application", args=[applications[name].reference])
    rules = applications["complete"].rules()
    for section in pages_of_form(rules.sections, rules.optional_questions):
        arguments = [applications["complete"].reference, section]
        pages[f"edit_{section}"] = reverse("edit_section", args=arguments)
    waiting = applications["waiting"].reference
    reference = applications["complete"].reference
    pages["declarations"] = reverse("declarations", args=[reference])
    pages["declarations_none"] = reverse("declarations", args=[applications["empty"].reference])
    pages["offer"] = reverse("offer", args=[applications["offered"].reference])
    pages["appeal"] = reverse("appeal", args=[applications["rejected"].reference])
    pages["project_changes"] = reverse("project_changes", args=[project.name])
    pages["ask_for_change"] = reverse("ask_for_change", args=[project.name, "transfer"])
    pages["ask_for_leader"] = reverse("ask_for_leader", args=[project.name])
    pages["eligibility"] = reverse("eligibility")
    pages["attachments"] = reverse("attachments", args=[reference])
    pages["papers"] = reverse("papers", args=[applications["waiting"].reference])
    pages["organisation"] = reverse("organisation", args=[applications["complete"].organisation_id])
    pages["withdraw"] = reverse("withdraw_application", args=[waiting])
    pages["ssh_keys_some"] = reverse("ssh_keys")
    pages["project"] = project.get_absolute_url()
    pages["project_setting_up"] = setting_up.get_absolute_url()
    pages["final_report"] = reverse("final_report", args=[setting_up.name])
    pages["jobs"] = reverse("project_jobs", args=[project.name])
    pages["jobs_none"] = reverse("project_jobs", args=[project.name]) + "?q=nothing-has-this"
    return pages


def test_every_page_of_applicants_and_members_can_be_used_by_everybody(
    browser: Browser, live_server: object, world: dict[str, str], applicant: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, applicant)
    judge = Judge(context.new_page())
    for name, address in world.items():
        judge.look_at(name, url + address)
    judge.look_at("not_found", f"{url}/nothing-here", status=404)
    link = re.search(r"/invitations/\S+", _mailed("invites you"))
    assert link
    judge.look_at("invitation", url + link.group())
    judge.look_at("invitation_gone", f"{url}/invitations/nonsense/", status=410)
    context.close()
    assert not judge.problems, "\n".join(judge.problems)


def test_every_page_of_an_account_can_be_used_by_everybody(
    browser: Browser, live_server: object, world: dict[str, str], applicant: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, None)
    judge = Judge(context.new_page())
    judge.look_at("home_signed_out", url)
    for name in ENTRANCE_PAGES:
        judge.look_at(name, url + reverse(name))
    judge.look_at("confirm_email", url + reverse("account_confirm_email", args=["gone"]))
    gone = {"uidb36": "gone", "key": "gone"}
    judge.look_at("reset", url + reverse("account_reset_password_from_key", kwargs=gone))
    page = judge.page
    page.goto(url + reverse("account_signup"))
    page.get_by_role("button", name="Create the account").click()
    judge.judge("account_signup_errors")
    SshKey.objects.all().delete()
    _sign_in(page, url, applicant)
    judge.look_at("account_reauthenticate", url + reverse("account_reauthenticate"))
    for name in ACCOUNT_PAGES:
        page.goto(url + reverse(name))
        _confirm_password(page)
        judge.judge(name)
    context.close()
    assert not judge.problems, "\n".join(judge.problems)


def test_staff_see_the_queue_on_their_home_page_and_manage_on_a_projects(
    browser: Browser, live_server: object, world: dict[str, str], staff: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, staff)
    judge = Judge(context.new_page())
    for name in ("home", "project"):
        judge.look_at(f"staff_{name}", url + world[name])
    context.close()
    assert not judge.problems, "\n".join(judge.problems)


@pytest.fixture
def writing(
    browser: Browser, live_server: object, world: dict[str, str], applicant: User
) -> Callable[[], Page]:
    """Opens the form of a complete draft in a new window."""
    context = open_context(browser, str(live_server), applicant, 1280)

    def open_form() -> Page:
        page = context.new_page()
        page.goto(str(live_server) + world["edit_complete"])
        return page

    return open_form


def test_what_is_typed_is_saved_by_itself_and_then_sent(writing: Callable[[], Page]) -> None:
    page = writing()
    page.get_by_label("Title").fill("Bells that listen")
    page.get_by_text("Saved at").wait_for()
    assert Application.objects.filter(title="Bells that listen").count() == 1
    page.get_by_label("What you will use").fill("Something else.")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("heading", name="Size and state aid", exact=True).wait_for()
    page.get_by_role("link", name=re.compile(r"^A\d\d-")).click()
    page.get_by_role("heading", name="Bells that listen").wait_for()
    page.get_by_text("Something else.").wait_for()


def test_two_windows_do_not_lose_what_either_typed(writing: Callable[[], Page]) -> None:
    first, second = writing(), writing()
    second.get_by_label("Title").fill("From the second window")
    second.get_by_text("Saved at").wait_for()
    first.get_by_label("Title").fill("From the first window")
    first.get_by_text("in another window").wait_for()
    first.get_by_role("button", name="Save draft").click()
    first.get_by_role("alert").get_by_text("From the second window").wait_for()
    assert first.get_by_label("Title").input_value() == "From the first window"
    judge = Judge(first)
    judge.judge("edit_clash")
    assert not judge.problems
    first.get_by_role("button", name="Save draft").click()
    first.get_by_text("Your draft has been saved.").wait_for()
    assert Application.objects.filter(title="From the first window").exists()


def test_two_who_write_a_section_at_once_see_both_texts(
    writing: Callable[[], Page], world: dict[str, str]
) -> None:
    first, second = writing(), writing()
    for page in (first, second):
        page.get_by_role("link", name="Project", exact=True).click()
        page.get_by_label("What comes of it").wait_for()
    second.get_by_label("What comes of it").fill("Theirs")
    second.get_by_text("Saved at").wait_for()
    first.get_by_label("What comes of it").fill("Mine")
    first.get_by_text("in another window").wait_for()
    first.get_by_role("button", name="Save draft").click()
    first.get_by_role("alert").get_by_text("Theirs").wait_for()
    assert first.get_by_label("What comes of it").input_value() == "Mine"
    judge = Judge(first)
    judge.judge("section_clash")
    assert not judge.problems


def test_errors_are_summed_up_with_links_to_their_fields(writing: Callable[[], Page]) -> None:
    page = writing()
    page.get_by_label("GPU-hours at Zellik").fill("-5")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="GPU-hours at Zellik:").click()
    assert page.evaluate("document.activeElement.id") == "id_hours_zellik"
    judge = Judge(page)
    judge.judge("edit_errors")
    assert not judge.problems


def _mailed(subject: str) -> str:
    return next(str(message.body) for message in mail.outbox if subject in str(message.subject))


def _sign_in(page: Page, url: str, person: User) -> None:
    page.goto(url + reverse("account_login"))
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Hello").wait_for()


def _confirm_password(page: Page) -> None:
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_load_state()
