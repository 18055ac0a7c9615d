"""The self-check as the portal takes it in and shows it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.models import (
    Allocation,
    CheckedTotal,
    DailyUsage,
    Project,
    Site,
    SiteCheck,
    UsageDifference,
)
from slurm_bridge.wire_audit import MOST_DIFFERENCES, UsageDays
from tests.allocations.bridge_caller import BridgeCaller, now, packed, refusal
from tests.portal.member_world import allocation_at

HOUR = 3600


def yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


@pytest.fixture
def allocation(project: Project) -> Allocation:
    return allocation_at(project, "zellik")


def used(allocation: Allocation, day: date, gpu: int, cpu: int = 8, user: str = "ada") -> None:
    DailyUsage.objects.create(
        project=allocation.project,
        site=allocation.site,
        username=user,
        day=day,
        gpu_seconds=gpu,
        cpu_seconds=cpu,
        jobs=1,
    )


def total(account: str, portal: int, slurm: int) -> dict[str, Any]:
    return {
        "account": account,
        "portal_gpu_seconds": portal,
        "portal_cpu_seconds": 4 * portal,
        "slurm_gpu_seconds": slurm,
        "slurm_cpu_seconds": 4 * slurm,
    }


def difference(account: str, **changes: Any) -> dict[str, Any]:
    return {
        "day": yesterday().isoformat(),
        "account": account,
        "username": "ada",
        "portal_gpu_seconds": 7200,
        "portal_cpu_seconds": 100,
        "slurm_gpu_seconds": 3600,
        "slurm_cpu_seconds": 100,
        "records_gpu_seconds": 7200,
        "records_cpu_seconds": 100,
        "reason": "rollup_missed",
        "detail": "2026-11-24T00:00:00Z",
        **changes,
    }


def check(**changes: Any) -> dict[str, Any]:
    return {
        "cluster": "zellik",
        "checked_at": now(),
        "first_day": (yesterday() - timedelta(days=6)).isoformat(),
        "last_day": yesterday().isoformat(),
        **changes,
    }


def tell(bridge: BridgeCaller, **changes: Any) -> None:
    answer = bridge.post("/usage-checks", check(**changes))
    assert answer.status_code == 204, answer.content


def ask(bridge: BridgeCaller, first: date, last: date) -> UsageDays:
    answer = bridge.get(f"/usage-days?from={first}&to={last}")
    assert answer.status_code == 200, answer.content
    return UsageDays.model_validate_json(answer.content)


def test_a_bridge_learns_what_was_counted_at_its_own_site(
    zellik: BridgeCaller, charleroi: BridgeCaller, allocation: Allocation
) -> None:
    used(allocation, yesterday(), 10)
    used(allocation, yesterday() - timedelta(days=1), 5)
    used(allocation, yesterday() - timedelta(days=1), 7, user="bob")
    used(allocation, yesterday() - timedelta(days=40), 100)
    answer = ask(zellik, yesterday() - timedelta(days=1), yesterday())
    assert [(r.account, r.username, r.gpu_seconds, r.cpu_seconds) for r in answer.rows] == [
        (allocation.account_name, "ada", 15, 16),
        (allocation.account_name, "bob", 7, 8),
    ]
    assert answer.since == yesterday() - timedelta(days=40)
    assert answer.accounts == (allocation.account_name,)
    elsewhere = ask(charleroi, yesterday(), yesterday())
    assert elsewhere.rows == ()
    assert elsewhere.since is None


def test_more_than_a_number_holds_is_cut_and_not_a_fault(
    zellik: BridgeCaller, allocation: Allocation
) -> None:
    # Sums of months hold no more than a number does; those of two months together may.
    month_before = yesterday() - timedelta(days=40)
    used(allocation, yesterday(), 2**63 - 1)
    used(allocation, month_before, 2**63 - 1)
    (row,) = ask(zellik, month_before, yesterday()).rows
    assert row.gpu_seconds == 2**63 - 1


def test_accounts_that_were_given_back_are_not_compared(
    zellik: BridgeCaller, allocation: Allocation
) -> None:
    used(allocation, yesterday(), 10)
    Allocation.objects.filter(pk=allocation.pk).update(released_at=datetime.now(UTC))
    answer = ask(zellik, yesterday(), yesterday())
    assert (answer.rows, answer.accounts) == ((), ())


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?from=2026-01-01",
        "?from=yesterday&to=today",
        "?from=2026-02-30&to=2026-03-01",
        "?from=2026-03-02&to=2026-03-01",
        "?from=99999-01-01&to=99999-01-02",
        "?from=%00&to=2026-03-01",
    ],
)
def test_days_that_are_none_are_refused(zellik: BridgeCaller, query: str) -> None:
    refusal(zellik.get(f"/usage-days{query}"), 422)


def test_the_newest_check_is_kept_for_each_project(
    zellik: BridgeCaller, allocation: Allocation
) -> None:
    tell(zellik, totals=[total(allocation.account_name, 7200, 7200)])
    kept = CheckedTotal.objects.get()
    assert (kept.allocation, kept.portal_gpu_seconds, kept.is_equal) == (allocation, 7200, True)
    assert SiteCheck.objects.get().remaining == 0
    tell(zellik, checked_at=now() - 60, totals=[total(allocation.account_name, 1, 1)])
    assert CheckedTotal.objects.get().portal_gpu_seconds == 7200, "an older one changes nothing"
    tell(zellik, checked_at=now() + 5)
    assert CheckedTotal.objects.get().portal_gpu_seconds == 0, "nothing used is a sum too"


def test_a_difference_is_kept_mailed_once_and_resolved_when_it_vanishes(
    zellik: BridgeCaller, allocation: Allocation, administrator: User, staff: User
) -> None:
    mail.outbox.clear()
    account = allocation.account_name
    tell(zellik, differences=[difference(account)], totals=[total(account, 7200, 3600)])
    tell(zellik, differences=[difference(account)], totals=[total(account, 7200, 3600)])
    row = UsageDifference.objects.get()
    assert (row.reason, row.slurm_gpu_seconds, row.resolved_at) == ("rollup_missed", 3600, None)
    assert SiteCheck.objects.get().remaining == 1
    assert [message.to for message in mail.outbox] == [[administrator.email]], "and not staff"
    assert account in mail.outbox[0].body
    assert "7200 / 3600 GPU s" in mail.outbox[0].body
    assert ask(zellik, yesterday(), yesterday()).open_days == (yesterday(),)
    tell(zellik, checked_at=now() + 5)
    row.refresh_from_db()
    assert row.resolved_at is not None
    assert SiteCheck.objects.get().remaining == 0
    tell(zellik, checked_at=now() + 10, differences=[difference(account)])
    row.refresh_from_db()
    assert row.resolved_at is None
    assert len(mail.outbox) == 1
    trail = apps.get_model("allocations", "UsageDifferenceEvent").objects.filter(pgh_obj=row)
    assert {item.pgh_context.metadata["actor"] for item in trail} == {"bridge@zellik"}


def test_a_difference_stays_until_its_own_day_was_looked_at(
    zellik: BridgeCaller, allocation: Allocation
) -> None:
    old = yesterday() - timedelta(days=50)
    account = allocation.account_name
    tell(
        zellik,
        differences=[difference(account, day=old.isoformat())],
        older_days=[old.isoformat()],
    )
    tell(zellik, checked_at=now() + 1)
    assert UsageDifference.objects.remaining().count() == 1
    tell(zellik, checked_at=now() + 2, older_days=[old.isoformat()], differences_left_out=1)
    assert UsageDifference.objects.remaining().count() == 1, "the bridge could not name them all"
    tell(zellik, checked_at=now() + 3, older_days=[old.isoformat()])
    assert UsageDifference.objects.remaining().count() == 0


def test_one_site_resolves_nothing_of_another(
    zellik: BridgeCaller, charleroi: BridgeCaller, allocation: Allocation
) -> None:
    tell(zellik, differences=[difference(allocation.account_name)])
    tell(charleroi, cluster="charleroi", checked_at=now() + 5)
    assert UsageDifference.objects.remaining().count() == 1
    refusal(charleroi.post("/usage-checks", check()), 403)


def test_what_is_no_account_of_the_site_is_left_out(
    zellik: BridgeCaller, allocation: Allocation
) -> None:
    tell(zellik, differences=[difference("physics")], totals=[total("physics", 1, 2)])
    assert not UsageDifference.objects.exists()
    assert CheckedTotal.objects.get().portal_gpu_seconds == 0


FAR = (datetime.now(UTC).date() + timedelta(days=9)).isoformat()


@pytest.mark.parametrize(
    "changes",
    [
        {"checked_at": 4_000_000_000},
        {"checked_at": -1},
        {"checked_at": "now"},
        {"last_day": FAR},
        {"last_day": "0001-01-01"},
        {"first_day": FAR},
        {"older_days": [FAR]},
        {"older_days": ["2026-01-01"] * 301},
        {"differences": [difference("p1", day=FAR)]},
        {"differences": [difference("p1", reason="because")]},
        {"differences": [difference("p1", portal_gpu_seconds=-1)]},
        {"differences": [difference("p1", portal_gpu_seconds=2**63)]},
        {"differences": [difference("p1", portal_gpu_seconds=1.5)]},
        {"differences": [difference("p1", username="")]},
        {"differences": [difference("p1", username="x" * 65)]},
        {"differences": [difference("p1", detail="x" * 301)]},
        {"differences": [difference("../p1")]},
        {"differences": [difference("p1")] * (MOST_DIFFERENCES + 1)},
        {"totals": [total("p1", 1, 2**63)]},
        {"totals": [{}]},
        {"rolled_up_until": -5},
        {"differences_left_out": -1},
        {"surprise": 1},
    ],
)
def test_a_check_that_cannot_be_is_refused_and_leaves_nothing(
    zellik: BridgeCaller, changes: dict[str, Any]
) -> None:
    refusal(zellik.post("/usage-checks", check(**changes)), 422)
    assert not SiteCheck.objects.exists()


def test_a_check_may_be_packed_and_one_that_is_cut_off_is_refused(
    zellik: BridgeCaller, allocation: Allocation
) -> None:
    body = packed(check())
    refusal(zellik.post_packed("/usage-checks", body[:-9]), 400)
    assert zellik.post_packed("/usage-checks", body).status_code == 204
    refusal(zellik.post("/usage-checks", b'{"cluster": "zel\\u0000lik"}'), 422)


def test_hostile_words_of_a_check_stay_words(
    zellik: BridgeCaller, allocation: Allocation, office: Client, administrator: User
) -> None:
    nasty = "<script>alert(1)</script>\nBcc: x"
    row = difference(allocation.account_name, username=nasty, detail=nasty)
    tell(zellik, differences=[row])
    page = office.get(reverse("usage_checks")).content.decode()
    assert "<script>alert" not in page
    assert "\nBcc" not in mail.outbox[-1].body


def test_the_project_page_says_what_slurm_says(
    zellik: BridgeCaller, allocation: Allocation, office: Client
) -> None:
    page = allocation.project.get_absolute_url()
    used(allocation, yesterday(), 10_412 * HOUR + 1080)
    zellik.post("/jobs", {"read_at": now(), "complete_until": now()})
    assert "Not yet held against Slurm" in text_of(office, page)
    seconds = 10_412 * HOUR + 1080
    tell(zellik, totals=[total(allocation.account_name, seconds, seconds)])
    assert "10,412.3 h, Slurm says 10,412.3 h, checked " in text_of(office, page)
    tell(
        zellik,
        checked_at=now() + 5,
        totals=[total(allocation.account_name, seconds, seconds - HOUR)],
        differences=[difference(allocation.account_name)],
    )
    said = text_of(office, page)
    assert "10,412.3 h, Slurm says 10,411.3 h, checked " in said
    assert "They differ by 1 GPU-hours." in said
    assert "added up a day before all records of its jobs had come" in said


def test_sums_that_differ_without_a_known_day_say_so(
    zellik: BridgeCaller, allocation: Allocation, office: Client
) -> None:
    zellik.post("/jobs", {"read_at": now(), "complete_until": now()})
    tell(zellik, totals=[total(allocation.account_name, HOUR, 0)])
    said = text_of(office, allocation.project.get_absolute_url())
    assert "The days that differ lie further back" in said


def test_days_that_differ_under_equal_sums_are_not_hidden(
    zellik: BridgeCaller, allocation: Allocation, office: Client
) -> None:
    zellik.post("/jobs", {"read_at": now(), "complete_until": now()})
    tell(
        zellik,
        totals=[total(allocation.account_name, HOUR, HOUR)],
        differences=[difference(allocation.account_name, reason="suspension_spread")],
    )
    said = text_of(office, allocation.project.get_absolute_url())
    assert "GPU time is equal in all" in said
    assert "suspended and ran over midnight" in said


def text_of(browser: Client, address: str) -> str:
    page = browser.get(address).content.decode()
    for tag in ('<span class="figures">', "</span>"):
        page = page.replace(tag, "")
    return " ".join(page.split())


@pytest.fixture
def many(allocation: Allocation, zellik: BridgeCaller) -> None:
    rows = [difference(allocation.account_name, username=f"user{n:02}") for n in range(60)]
    tell(zellik, differences=rows)


@pytest.mark.usefixtures("many")
def test_staff_narrow_differences_down_page_by_page(
    office: Client, zellik: BridgeCaller, allocation: Allocation, django_assert_max_num_queries: Any
) -> None:
    page = reverse("usage_checks")
    with django_assert_max_num_queries(8):
        first = office.get(page)
    assert len(first.context["table"].page.object_list) == 25
    assert "1 to 25 of 60" in " ".join(first.content.decode().split())
    for query, found in (
        ("?q=user07", 1),
        ("?site=charleroi", 0),
        ("?site=zellik", 60),
        ("?reason=reservation", 0),
        ("?state=remaining", 60),
        ("?state=resolved", 0),
        ("?q=%00", 60),
        ("?page=99&sort=nonsense", 60),
    ):
        assert office.get(page + query).context["table"].paginator.count == found, query
    tell(zellik, checked_at=now() + 5)
    assert office.get(page + "?state=resolved").context["table"].paginator.count == 60


def test_sites_say_how_they_stand(zellik: BridgeCaller, office: Client, many: None) -> None:
    sites = " ".join(office.get(reverse("sites")).content.decode().split())
    assert "60 differences" in sites
    assert "not checked yet" in sites, "of the other site"
    assert Site.objects.count() == 2
