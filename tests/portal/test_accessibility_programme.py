"""The programme's pages in a real browser: no finding of axe, and no word wider than the screen.

KEEP_SCREENSHOTS=FOLDER keeps a picture of each.
"""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from accounts.models import User
from allocations.actions.listing import list_publicly
from allocations.models import FinalReport
from portal.models import AccessibilityFeedback, Export, ExportState
from portal.programme.public import Quarter
from tests.allocations.claw_back_world import proposed_claw_back
from tests.portal.chromium import Judge, open_context
from tests.portal.export_world import own_export, own_subscription
from tests.portal.member_world import allocation_at
from tests.portal.programme_world import make_programme

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(
    transactional_db: None,
    staff: User,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    """The address of each page, with something to see on it."""
    settings.EXPORT_FOLDER = tmp_path
    today = timezone.localdate()
    quarter = Quarter(today.year, (today.month + 2) // 3)
    monkeypatch.setattr("portal.programme.public_views.past_quarters", lambda _today: [quarter])
    cache.clear()
    first, second = make_programme(staff, members=9)
    for project in (first, second):
        list_publicly(project_id=project.pk, may_be_listed=True, actor=staff)
    report = FinalReport.objects.create(
        project=first,
        due_on=timezone.localdate(),
        state=FinalReport.State.HANDED_IN,
        handed_in_at=timezone.now(),
    )
    proposal = proposed_claw_back(allocation_at(second, "zellik"))
    AccessibilityFeedback.objects.create(text="The chart is read as nothing.", page="Use")
    ready, running = own_export(staff), own_export(staff)
    own_subscription(staff)
    Export.objects.filter(pk=running.pk).update(state=ExportState.RUNNING)
    return {
        "programme": reverse("programme"),
        "programme_by_track": reverse("programme") + "?by=track&site=zellik",
        "programme_refused": reverse("programme") + "?site=nowhere",
        "programme_definitions": reverse("programme_definitions"),
        "public_figures": reverse("public_figures"),
        "awarded_projects": reverse("awarded_projects"),
        "accessibility": reverse("accessibility"),
        "accessibility_feedback": reverse("accessibility_feedback"),
        "final_report_handed_in": report.get_absolute_url(),
        "claw_back": proposal.get_absolute_url(),
        "exports": reverse("exports") + "?query=by%3Dtrack",
        "export_ready": ready.get_absolute_url(),
        "export_running": running.get_absolute_url(),
        "tokens": reverse("personal_tokens"),
    }


def test_every_page_of_the_programme_can_be_used_by_everybody(
    browser: Browser, live_server: object, pages: dict[str, str], staff: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, staff)
    judge = Judge(context.new_page())
    for name, address in pages.items():
        status = 422 if name == "programme_refused" else 200
        judge.look_at(name, url + address, status=status)
    context.close()
    assert not judge.problems, "\n".join(judge.problems)
