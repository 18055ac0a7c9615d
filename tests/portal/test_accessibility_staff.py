"""Every page of staff in a real browser: no finding of axe, and no word wider than the screen.

KEEP_SCREENSHOTS=FOLDER keeps a picture of each.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from accounts.models import Mail, User
from allocations.actions.allocations import suspend_allocation
from allocations.actions.award_changes import ask_for_change
from allocations.actions.invitations import join_project
from allocations.actions.partitions import set_dedicated_partition
from allocations.actions.track_versions import start_version
from allocations.actions.tracks import add_track
from allocations.models import (
    Application,
    Drift,
    FinalReport,
    Membership,
    Project,
    SetAsideRow,
    Site,
    SiteStatus,
    TrackVersion,
)
from allocations.rules.award_changes import ChangeKind
from tests.allocations.claw_back_world import proposed_claw_back
from tests.allocations.gpu_world import finding, tell
from tests.allocations.leaving_world import waiting_removal
from tests.allocations.offers import adopted_account, offered_account
from tests.allocations.pool_world import make_pool
from tests.domain import make_project
from tests.people import make_person
from tests.portal.chromium import Judge, open_context
from tests.portal.staff_world import (
    fill_queue,
    find_differences,
    job,
    propose_plan,
    read_accounting,
    report_site,
    see_drift,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def world(
    transactional_db: None, administrator: User, staff: User, applicant: User
) -> dict[str, str]:
    """The address of each page, with something to see on it."""
    zellik = Site.objects.get(code="zellik")
    report_site(zellik)
    first, second, *_rest = fill_queue(applicant, staff)
    project = make_project(second, staff)
    read_accounting(zellik, job(project, db_index=1, seconds=360_000))
    with transaction.atomic():
        member = join_project(project, make_person("Grace"), Membership.Role.MEMBER)
    allocation = project.allocations.get()
    asked = ask_for_change(
        allocation_id=allocation.pk,
        kind=ChangeKind.SUPPLEMENT,
        gpu_hours=500,
        reason="The first results are good.",
        actor=applicant,
    )
    set_dedicated_partition(
        allocation_id=allocation.pk,
        nodes="zellik-gpu[1-20]",
        max_hours=48,
        max_nodes=None,
        priority=10,
        memory_mb_per_cpu=2000,
        ends_on=allocation.ends_on,
        reason="A long run.",
        actor=staff,
    )
    suspend_allocation(allocation_id=allocation.pk, reason="An audit.", actor=staff)
    find_differences(allocation)
    waiting = offered_account(zellik)
    adopted = adopted_account(zellik, applicant, staff)
    see_drift(allocation)
    leaving = waiting_removal(project, staff, "Hedy")
    report_site(Site.objects.get(code="charleroi"))
    SiteStatus.objects.filter(site__code="charleroi").update(
        last_seen_at=timezone.now() - timedelta(hours=3)
    )
    proposed_claw_back(allocation)
    FinalReport.objects.create(
        project=project, due_on=timezone.localdate(), state=FinalReport.State.HANDED_IN,
        handed_in_at=timezone.now(), handed_in_by=applicant,
    )  # fmt: skip
    SetAsideRow.objects.create(
        site=zellik, key="0" * 64, job_id=7, account="x" * 60, text="{" + "9" * 4000,
        reason="gpu_seconds is negative: -1", first_seen_at=timezone.now(),
        last_seen_at=timezone.now(),
    )  # fmt: skip
    pool = make_pool("zellik")
    source = TrackVersion.objects.get(track__code="fl", number=1)
    written = start_version(source_id=source.pk, actor=administrator)
    add_track(code="ed", name="Education", translations={}, actor=administrator)
    return _addresses(first, second, project, member, applicant) | {
        "track_without_version": reverse("track", args=["ed"]),
        "pool": reverse("pool", args=[pool.pk]),
        "edit_pool": reverse("edit_pool", args=[pool.pk]),
        "edit_version": reverse("edit_version", args=["fl", written.number]),
        "award_changes": reverse("award_changes"),
        "award_change": asked.get_absolute_url(),
        "adopt": reverse("adopt", args=[waiting.pk]),
        "leaving": reverse("leaving"),
        "leaving_jobs": leaving.get_absolute_url(),
        "usage_checks": reverse("usage_checks"),
        "lost_runs": reverse("lost_runs", args=["zellik"]) + "?job=1",
        "take_back": reverse("take_back", args=[allocation.ledger.get(kind="award").pk]),
        "release": reverse("release", args=[adopted.pk]),
        "adopted_project": adopted.project.get_absolute_url(),
    }


def _addresses(
    first: Application, second: Application, project: Project, member: Membership, person: User
) -> dict[str, str]:
    allocation = project.allocations.get()
    pages = {
        name: reverse(name)
        for name in (
            "queue", "all_projects", "sites", "people", "reports", "final_reports",
            "claw_backs", "set_aside", "mail_previews", "new_pool", "new_quota", "new_price",
            "new_track",
        )
    }  # fmt: skip
    pages["queue_nothing_found"] = reverse("queue") + "?q=nothing-has-this"
    pages["review_open"] = reverse("review", args=[first.reference])
    pages["preview"] = reverse("preview", args=[first.reference])
    pages["review_decided"] = reverse("review", args=[second.reference])
    pages["site"] = reverse("site", args=["zellik"])
    tell(Site.objects.get(code="zellik"), findings=(finding(detail="no route"),))
    pages["energy_factors"] = reverse("energy_factors", args=["zellik"])
    pages["plan"] = propose_plan(Site.objects.get(code="zellik")).get_absolute_url()
    stopped = propose_plan(Site.objects.get(code="charleroi"), refused="it would remove 9 of 9")
    pages["plan_stopped"] = stopped.get_absolute_url()
    pages["project_as_staff"] = project.get_absolute_url()
    pages["tracks"] = reverse("tracks")
    pages["track"] = reverse("track", args=["fl"])
    pages["edit_track"] = reverse("edit_track", args=["fl"])
    pages["track_version"] = reverse("track_version", args=["fl", 1])
    pages["declaration_texts"] = reverse("declaration_texts")
    pages["pools"] = reverse("pools")
    for name in (
        "change_budget", "change_end", "suspend", "resume",
        "change_partitions", "dedicated", "end_dedicated",
    ):  # fmt: skip
        pages[name] = reverse(name, args=[allocation.pk])
    for name in ("renew", "transfer_hours", "refund_hours"):
        pages[name] = reverse(name, args=[allocation.pk])
    pages["remove_member"] = reverse("remove_member", args=[member.pk])
    pages["drift"] = reverse("drift")
    for kind in ("set_qos_budget", "move_account"):
        pages[f"adopt_{kind}"] = reverse("adopt_drift", args=[Drift.objects.get(kind=kind).pk])
    mail = Mail.objects.filter(event="application_submitted").latest("pk")
    pages["mails"], pages["mail"] = reverse("mails"), reverse("mail", args=[mail.pk])
    pages["mail_preview"] = reverse("mail_preview", args=["end_near", "en"])
    pages["change_role"] = reverse("change_role", args=[person.pk])
    pages["reports_refused"] = reverse("reports") + "?from=2026-02-02&to=2026-02-01"
    return pages


def test_every_page_of_staff_can_be_used_by_everybody(
    browser: Browser, live_server: object, world: dict[str, str], administrator: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, administrator)
    judge = Judge(context.new_page())
    for name, address in world.items():
        status = 422 if name == "reports_refused" else 200
        judge.look_at(name, url + address, status=status)
        if name == "review_open":
            judge.page.evaluate(
                "document.querySelectorAll('details').forEach(d => { d.open = true; })"
            )
            judge.judge(f"{name}-unfolded")
    context.close()
    assert not judge.problems, "\n".join(judge.problems)


def test_typing_hours_shows_what_they_would_change(
    browser: Browser, live_server: object, world: dict[str, str], administrator: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, administrator)
    page = context.new_page()
    page.goto(url + world["review_open"])
    page.get_by_label("GPU-hours").first.fill("7")
    page.get_by_text("with 420 GPU-minutes").wait_for()
    assert page.url.endswith(world["review_open"])
    context.close()


def test_the_queue_narrows_down_while_somebody_types(
    browser: Browser, live_server: object, world: dict[str, str], administrator: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, administrator)
    page = context.new_page()
    page.goto(url + world["queue"])
    page.get_by_label("Reference, title").fill("Cracks")
    page.get_by_text("One found.").wait_for()
    assert "q=Cracks" in page.url
    assert page.get_by_role("heading", name="Review queue").count() == 1
    page.get_by_role("link", name="Application", exact=True).click()
    page.locator("th[aria-sort]").get_by_text("Application").wait_for()
    assert "q=Cracks" in page.url
    page.get_by_label("Track").select_option(index=1)
    page.wait_for_url("**track=*")
    context.close()
