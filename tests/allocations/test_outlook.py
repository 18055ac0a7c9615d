"""What an award would do to pools, sites and the aid ceiling is shown before it is made."""

from datetime import timedelta

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from allocations.actions.allocations import change_budget
from allocations.actions.drafts import submit_application
from allocations.award_means import read_means
from allocations.models import Application, DailyCapacity, Site
from allocations.outlook import Outlook, outlook_of
from tests.allocations.pool_world import make_pool, told_until_now, used
from tests.domain import make_draft, make_project


@pytest.fixture
def zellik(staff: User, submitted: Application) -> Site:
    """A site where another project has 900 hours of a pool's 10,000."""
    site = Site.objects.get(code="zellik")
    make_pool("zellik", gpu_hours=10_000, name="Europe & friends")
    draft = make_draft(submitted.applicant, track="pg", hours={"zellik": 900})
    earlier = submit_application(application_id=draft.pk, actor=submitted.applicant)
    submitted.refresh_from_db()
    make_project(earlier, staff)
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
    (pool, *quotas), [site] = outlook.pools, outlook.sites
    assert (pool.hours, pool.granted_hours, pool.award_hours) == (10_000, 900, 1_000)
    assert pool.free_hours == 8_100
    assert (pool.used_hours, pool.forecast_hours, pool.idle_hours) == (None, None, 900)
    assert [(quota.name, quota.hours) for quota in quotas] == [("Europe & friends", 3_000)]
    assert (site.promised_hours, site.award_hours) == (900, 1_000)
    assert site.capacity_hours == 100 * 24 * days
    # Nobody has told what was used, which is not nothing.
    assert (site.used_hours, site.forecast_hours) == (None, None)
    assert outlook.aid is not None
    assert (outlook.aid.value_cents, outlook.aid.had_cents) == (250_000, 225_000)
    assert outlook.aid.room_cents == 30_000_000 - 225_000


@pytest.fixture
def earlier(zellik: Site) -> Application:
    """Who has the 900 hours."""
    return Application.objects.get(project__isnull=False)


def outlook_at(application: Application, site: Site, hours: int) -> Outlook:
    today = timezone.localdate()
    site = Site.objects.select_related("status").get(pk=site.pk)
    return outlook_of(
        application, {site: hours}, today, read_means(application, {site: hours}, today)
    )


def test_a_pool_shows_what_was_used_of_it_and_will_be(
    submitted: Application, zellik: Site, earlier: Application
) -> None:
    told_until_now(zellik)
    used(earlier.project, zellik, 100, days_ago=60)
    used(earlier.project, zellik, 28, days_ago=2)
    pool = outlook_at(submitted, zellik, 1_000).pools[0]
    allocation = earlier.project.allocations.get(site=zellik)
    days = (allocation.ends_on - timezone.localdate()).days + 1
    assert pool.used_hours == pytest.approx(128)
    assert pool.forecast_hours == pytest.approx(min(days, 900 - 128))  # an hour a day
    assert pool.idle_hours == pytest.approx(900 - 128 - pool.forecast_hours)
    assert pool.free_hours == 8_100


def test_a_forecast_ends_with_what_was_granted_and_with_the_last_day(
    submitted: Application, zellik: Site, earlier: Application
) -> None:
    told_until_now(zellik)
    used(earlier.project, zellik, 800, days_ago=1)
    pool = outlook_at(submitted, zellik, 1_000).pools[0]
    assert (pool.used_hours, pool.forecast_hours) == (pytest.approx(800), pytest.approx(100))
    used(
        earlier.project, zellik, 800, days_ago=3
    )  # more than was granted: Slurm stops nobody mid-job
    pool = outlook_at(submitted, zellik, 1_000).pools[0]
    assert (pool.used_hours, pool.forecast_hours) == (pytest.approx(900), 0)
    earlier.project.allocations.update(
        starts_on=timezone.localdate() - timedelta(9), ends_on=timezone.localdate() - timedelta(1)
    )
    assert outlook_at(submitted, zellik, 1_000).pools[0].forecast_hours == 0


def test_two_pools_share_what_was_used_by_what_each_paid(
    submitted: Application, zellik: Site, earlier: Application, staff: User
) -> None:
    told_until_now(zellik)
    make_pool("zellik", gpu_hours=50_000, name="Later", days_left=300)
    allocation = earlier.project.allocations.get(site=zellik)
    change_budget(allocation_id=allocation.pk, gpu_hours=3_600, reason="More.", actor=staff)
    used(earlier.project, zellik, 450, days_ago=40)
    pools = {pool.name: pool for pool in outlook_at(submitted, zellik, 1_000).pools[::2]}
    paid = {name: pool.granted_hours for name, pool in pools.items()}
    assert paid == {"Europe & friends": 1_000, "Later": 3_500}
    for name, pool in pools.items():
        assert pool.used_hours == pytest.approx(paid[name] / 10)


def test_a_quota_counts_only_those_for_whom_it_holds_and_bounds_the_award(
    submitted: Application, zellik: Site, earlier: Application
) -> None:
    told_until_now(zellik)
    used(earlier.project, zellik, 90, days_ago=1)
    pool, quota = outlook_at(submitted, zellik, 5_000).pools
    assert "30" in quota.quota
    assert (quota.hours, quota.granted_hours) == (3_000, 900)
    assert quota.used_hours == pytest.approx(90)
    # No more than the quota leaves can come from the pool.
    assert pool.award_hours == quota.award_hours == 2_100
    Organisation.objects.update(kind=Organisation.Kind.RESEARCH)
    submitted = Application.objects.get(pk=submitted.pk)
    assert [pool.quota for pool in outlook_at(submitted, zellik, 5_000).pools] == [""]


def test_decision_page_draws_it_with_a_table_and_follows_what_is_typed(
    client: Client, staff: User, submitted: Application, zellik: Site
) -> None:
    client.force_login(staff)
    page = client.get(reverse("preview", args=[submitted.reference])).content.decode()
    tree = lxml.html.fromstring(page)
    assert tree.xpath("//figure[@id='outlook-pools']//table//th[contains(., 'Europe & friends')]")
    assert tree.xpath("//figure[@id='outlook-pools']//th[contains(., '30 %')]")
    assert tree.xpath("//figure[@id='outlook-sites']//script[@type='application/json']")
    assert "3,100.00 €" in page  # 1,000 hours at 2.50 and 500 at 1.20
    typed = client.post(
        reverse("preview", args=[submitted.reference]),
        {"approve-hours_zellik": 4_000, "approve-partitions_zellik": []},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "10,000.00 €" in typed
