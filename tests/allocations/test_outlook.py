"""What an award would do to pools, sites and the aid ceiling is shown before it is made."""

from datetime import timedelta

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.award_means import read_means
from allocations.models import Application, DailyCapacity, Site
from allocations.outlook import outlook_of
from tests.allocations.pool_world import make_pool
from tests.domain import make_draft, make_project


@pytest.fixture
def zellik(submitted: Application) -> Site:
    """A site where another project has 900 hours of a pool's 10,000."""
    site = Site.objects.get(code="zellik")
    make_pool("zellik", gpu_hours=10_000, name="Europe & friends")
    draft = make_draft(submitted.applicant, track="pg", hours={"zellik": 900})
    earlier = submit_application(application_id=draft.pk, actor=submitted.applicant)
    submitted.refresh_from_db()
    make_project(earlier, User.objects.get(first_name="Staf"))
    return site


def test_outlook_adds_up_pool_site_and_aid(
    staff: User, submitted: Application, zellik: Site
) -> None:
    today = timezone.localdate()
    DailyCapacity.objects.create(
        site=zellik, day=today - timedelta(days=1), seen_seconds=3600,
        available_gpu_seconds=3600 * 100, last_heard_at=timezone.now(),
    )  # fmt: skip
    hours = {zellik: 1_000}
    outlook = outlook_of(submitted, hours, today, read_means(submitted, hours, today))
    days = (outlook.ends_on - today).days + 1
    [pool], [site] = outlook.pools, outlook.sites
    assert (pool.hours, pool.granted_hours, pool.award_hours) == (10_000, 900, 1_000)
    assert pool.free_hours == 8_100
    assert (site.promised_hours, site.award_hours) == (900, 1_000)
    assert site.capacity_hours == 100 * 24 * days
    # Nobody has told what was used, which is not nothing.
    assert (site.used_hours, site.forecast_hours) == (None, None)
    assert outlook.aid is not None
    assert (outlook.aid.value_cents, outlook.aid.had_cents) == (250_000, 225_000)
    assert outlook.aid.room_cents == 30_000_000 - 225_000


def test_decision_page_draws_it_with_a_table_and_follows_what_is_typed(
    client: Client, staff: User, submitted: Application, zellik: Site
) -> None:
    client.force_login(staff)
    page = client.get(reverse("preview", args=[submitted.reference])).content.decode()
    tree = lxml.html.fromstring(page)
    assert tree.xpath("//figure[@id='outlook-pools']//table//th[contains(., 'Europe & friends')]")
    assert tree.xpath("//figure[@id='outlook-sites']//script[@type='application/json']")
    assert "3,100.00 €" in page  # 1,000 hours at 2.50 and 500 at 1.20
    typed = client.post(
        reverse("preview", args=[submitted.reference]),
        {"approve-hours_zellik": 4_000, "approve-partitions_zellik": []},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "10,000.00 €" in typed
