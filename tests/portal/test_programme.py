import csv
import io
import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import Role
from allocations.actions.final_reports import ask_for_more
from allocations.models import (
    Application,
    DailyUsage,
    FinalReport,
    JobOutcome,
    Project,
    QueueWait,
    Site,
    SiteStatus,
    Transition,
)
from allocations.rules.percentiles import percentile
from allocations.rules.regions import Region, region_of
from allocations.rules.waits import bucket_span
from allocations.states import ApplicationState
from portal.programme.kpis import KPIS
from portal.programme.selection import Division
from tests.allocations.measured_world import measured_day
from tests.people import make_person
from tests.portal.programme_world import count_use, rows_of_awards
from tests.written_once import Rows, copy_rows


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def seeded(request: pytest.FixtureRequest, rows_of_a_new_portal: Rows, db: None) -> None:
    """A new portal, with its awards for whoever asks for the world."""
    has_world = "world" in request.fixturenames
    copy_rows(rows_of_awards(rows_of_a_new_portal) if has_world else rows_of_a_new_portal)


@pytest.fixture
def staff(seeded: None) -> User:
    return User.objects.filter(role=Role.STAFF).first() or make_person("Staf", role=Role.STAFF)


@pytest.fixture
def world(seeded: None) -> list[Project]:
    projects = list(Project.objects.order_by("pk"))
    count_use(projects)
    return projects


Numbers = dict[tuple[str, str], Any]


def figures(office: Client, **query: str) -> Numbers:
    """The numbers of the JSON file by part and key; the whole is the part “”."""
    answer = json.loads(office.get(reverse("programme_file", args=["json"]), query).content)
    return {(row["part"], row["key"]): row["value"] for row in answer["figures"]}


def test_the_whole_is_counted(office: Client, world: None) -> None:
    found = figures(office)
    expected = {
        "applications": 3,
        "decisions": 3,
        "approval_rate": pytest.approx(66.666667),
        "inside_deadline": pytest.approx(66.666667),
        "requested": 5000,
        "organisations": 2,
        "smes": 1,
        "start_ups": 0,
        "people": 8,
        "first_time_people": 8,
        "granted": 3500,
        "used": pytest.approx(150, abs=0.01),
        "unspent": 40,
        "failed": 7,
        "pool_industry": pytest.approx(57.142857),
        "pool_quick": pytest.approx(57.142857),
        "occupancy": 25,
    }
    assert {key: found["", key] for key in expected} == expected


def test_waits_are_read_off_the_counts(office: Client, world: None) -> None:
    found = figures(office)
    assert found["", "wait_p50"] == pytest.approx(60 / 3600, rel=0.1)
    assert found["", "wait_p90"] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("by", [Division.MONTH, Division.SITE, Division.TRACK])
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2025-01-01", "2025-12-31"),
        ("2024-11-20", "2026-02-03"),
        ("2025-02-10", "2025-05-20"),
        ("2025-03-05", "2025-03-25"),
        ("2025-02-20", "2025-03-08"),
        ("2025-01-05", "2025-06-09"),
    ],
)
def test_months_and_days_add_up_to_what_the_days_alone_say(
    office: Client, world: None, by: Division, first: str, last: str
) -> None:
    project, site = Project.objects.all()[0], Site.objects.get(code="zellik")
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(0, 365, 3)]
    of_day = {"project": project, "site": site}
    for number, day in enumerate(days):
        ended = {**of_day, "day": day, "username": "u0", "jobs": 1, "gpu_seconds": 3600}
        DailyUsage.objects.create(
            **of_day, day=day, username="u0", jobs=1, gpu_seconds=3600 * number, cpu_seconds=0
        )
        JobOutcome.objects.create(**ended, state="TIMEOUT")
        JobOutcome.objects.create(**ended, state="PREEMPTED")
        QueueWait.objects.create(
            **of_day, day=day, buckets=[7, 20 + number % 30], jobs=[2, number + 1]
        )
    found = figures(office, **{"from": first, "to": last, "by": by.value})
    inside = [n for n, day in enumerate(days) if first <= day.isoformat() <= last]
    assert found["", "used"] == sum(inside)
    assert found["", "failed"] == len(inside)
    jobs_by_bucket = Counter[int]()
    for number in inside:
        jobs_by_bucket[7] += 2
        jobs_by_bucket[20 + number % 30] += number + 1
    median = percentile(jobs_by_bucket, 0.5, span=bucket_span)
    assert found["", "wait_p50"] == pytest.approx(median / 3600, abs=1e-5)
    parts = [value for (part, key), value in found.items() if part and key == "used" and value]
    assert sum(parts) == sum(inside)


@pytest.mark.parametrize("by", Division.values)
def test_each_division_has_the_same_whole(office: Client, world: None, by: str) -> None:
    whole = {key: value for (part, key), value in figures(office, by=by).items() if part == ""}
    usual = {key: value for (part, key), value in figures(office).items() if part == ""}
    if by == Division.SECTOR:
        return  # Its one part has the same empty name.
    for key in ("requested", "granted", "used", "people", "failed", "days_submitted_p50"):
        assert whole[key] == usual[key], key


@pytest.mark.parametrize(
    ("by", "part", "key", "value"),
    [
        ("site", "zellik", "requested", 4000),
        ("site", "charleroi", "requested", 1000),
        ("site", "zellik", "applications", 3),
        ("site", "charleroi", "granted", 500),
        ("site", "charleroi", "used", None),
        ("site", "charleroi", "failed", None),
        ("site", "zellik", "occupancy", 25),
        ("site", "charleroi", "occupancy", None),
        ("track", "rs", "people", 7),
        ("track", "fl", "granted", 2000),
        ("track", "st", "used", 0),
        ("track", "fl", "occupancy", None),
        ("region", "wallonia", "people", 7),
        ("region", "flanders", "organisations", 1),
        ("region", "brussels", "organisations", 0),
        ("kind", "sme", "granted", 2000),
        ("kind", "research", "failed", 7),
    ],
)
def test_a_part_has_its_own_figures(
    office: Client, world: None, by: str, part: str, key: str, value: float | None
) -> None:
    assert figures(office, by=by)[part, key] == value


def test_months_are_parts_of_the_period(office: Client, world: None) -> None:
    month = f"{timezone.localdate():%Y-%m}"
    found = figures(office, by="month")
    assert found[month, "applications"] == 3
    assert found[month, "people"] == 8
    assert found[f"{timezone.localdate().year}-01", "applications"] in (0, 3)


@pytest.mark.parametrize(
    ("query", "granted"),
    [
        ({"site": "charleroi"}, 500),
        ({"track": "fl"}, 2000),
        ({"region": "wallonia"}, 1500),
        ({"kind": "sme", "site": "zellik"}, 2000),
        ({"kind": "other"}, 0),
    ],
)
def test_figures_can_be_narrowed_down(
    office: Client, world: None, query: dict[str, str], granted: int
) -> None:
    assert figures(office, **query)["", "granted"] == granted


def test_what_nobody_measures_is_no_data_and_never_zero(office: Client, world: None) -> None:
    assert figures(office)["", "reports_on_time"] is None
    page = office.get(reverse("programme")).content.decode()
    assert page.count("no data") >= 7
    assert "No data from Charleroi" in page


def test_reports_are_in_time_by_the_day_they_are_due_after_all(
    office: Client, world: list[Project], staff: User
) -> None:
    day = timezone.localdate() - timedelta(days=20)
    query = {"from": day.isoformat(), "to": day.isoformat()}
    early, late = (FinalReport.objects.create(project=each, due_on=day) for each in world)
    handed_in(early, day)
    handed_in(late, day + timedelta(days=1))
    Application.objects.filter(project__in=world).update(state=ApplicationState.REPORT_DUE)
    found = figures(office, by="site", **query)
    assert [found[part, "reports_on_time"] for part in ("", "zellik", "charleroi")] == [50, 50, 100]
    assert figures(office, by="track", **query)["fl", "reports_on_time"] == 0
    assert (
        figures(office, to=(day - timedelta(days=1)).isoformat(), **{"from": "2020-01-01"})[
            "", "reports_on_time"
        ]
        is None
    )

    ask_for_more(project_id=early.project_id, reason="Which bells?", actor=staff)
    assert figures(office, **query)["", "reports_on_time"] == 0, "its new day has not passed"
    early.refresh_from_db()
    assert early.due_on > timezone.localdate()
    FinalReport.objects.update(due_on=day)
    assert figures(office, **query)["", "reports_on_time"] == 0, "it was sent back and never came"
    handed_in(early, day)
    late.state = FinalReport.State.OPEN
    late.save()
    assert figures(office, **query)["", "reports_on_time"] == 50
    Application.objects.filter(project=late.project).update(state=ApplicationState.ACCEPTED)
    assert figures(office, **query)["", "reports_on_time"] == 100, "it was given more GPU time"


def handed_in(report: FinalReport, day: date) -> None:
    """It came in the last minute of a day in Brussels."""
    report.state = FinalReport.State.HANDED_IN
    report.handed_in_at = timezone.make_aware(datetime.combine(day, time(23, 59)))
    report.due_on = min(report.due_on, timezone.localdate() - timedelta(days=20))
    report.save()


def test_what_gpus_did_is_weighted_by_time_with_its_coverage(
    office: Client, world: list[Project]
) -> None:
    zellik = Site.objects.get(code="zellik")
    measured_day(world[0], zellik, username="u0", busy=0.9, hours=60, kwh=30)
    measured_day(world[1], zellik, username="u0", busy=0.3, hours=30, kwh=None)
    found = figures(office, by="site")
    for part in ("", "zellik"):
        assert found[part, "utilisation"] == pytest.approx(70)
        assert found[part, "idle"] == pytest.approx(27)
        assert found[part, "telemetry"] == pytest.approx(60)
        assert found[part, "energy"] == pytest.approx(30)
        assert found[part, "energy_a_gpu_hour"] == pytest.approx(0.5)
    for key in ("utilisation", "idle", "telemetry", "energy", "energy_a_gpu_hour"):
        assert found["charleroi", key] is None
    assert figures(office, by="track")["fl", "utilisation"] == pytest.approx(30)
    assert figures(office, by="track")["fl", "energy"] is None


def test_where_gpus_are_not_measured_the_coverage_says_so(office: Client, world: None) -> None:
    found = figures(office)
    assert found["", "telemetry"] == 0
    assert found["", "utilisation"] is None
    assert found["", "energy"] is None


def test_nothing_at_all_is_zero_where_sites_report(office: Client, seeded: None) -> None:
    SiteStatus.objects.create(site=Site.objects.get(code="zellik"), accounting_until=timezone.now())
    found = figures(office)
    assert found["", "used"] == 0
    assert found["", "approval_rate"] is None
    assert found["", "wait_p50"] is None
    assert found["", "occupancy"] is None


def test_a_stay_is_counted_when_it_ends(office: Client, submitted: Application) -> None:
    assert figures(office)["", "days_submitted_p50"] is None
    left = timezone.now()
    submitted.transitions.filter(state="submitted").update(at=left - timedelta(days=4))
    Transition.objects.create(application=submitted, state="info_requested", at=left)
    query = {"from": (left - timedelta(days=9)).date().isoformat()}
    assert figures(office, **query)["", "days_submitted_p50"] == pytest.approx(4, abs=0.01)
    assert figures(office, by="site", **query)["charleroi", "days_submitted_p90"] == pytest.approx(
        4, abs=0.01
    )


@pytest.mark.parametrize(
    "postcode", ["1000", "1300", "1731", "6000", "9000", "75001", "10000", "abcd"]
)
def test_the_database_knows_the_same_regions(office: Client, world: None, postcode: str) -> None:
    Organisation.objects.update(postcode=postcode)
    found = figures(office, by="region")
    assert found[region_of(postcode).value, "organisations"] == 2
    others = [region for region in Region if region != region_of(postcode)]
    assert all(found[region.value, "organisations"] == 0 for region in others)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-02-30"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"from": "1000-01-01", "to": "2026-02-01"},
        {"site": "nowhere"},
        {"track": "x" * 100_000},
        {"region": "'; DROP TABLE allocations_job; --"},
        {"kind": "a\x00b"},
        {"by": "%(first)s"},
    ],
)
def test_nonsense_is_refused_by_name(office: Client, world: None, query: dict[str, str]) -> None:
    assert office.get(reverse("programme"), query).status_code == 422
    for file_format in ("csv", "json", "xlsx"):
        address = reverse("programme_file", args=[file_format])
        assert office.get(address, query).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        {"from": "0001-01-01", "to": "0002-01-01"},
        {"from": "9998-01-01", "to": "9999-12-31"},
    ],
)
def test_the_ends_of_the_calendar_break_nothing(
    office: Client, world: None, query: dict[str, str]
) -> None:
    assert figures(office, **query)["", "applications"] == 0
    assert office.get(reverse("programme"), query).status_code == 200


def test_an_unknown_format_is_not_there(office: Client, world: None) -> None:
    assert office.get(reverse("programme_file", args=["exe"])).status_code == 404


def test_files_have_numbers_dates_and_no_formulas(office: Client, world: None) -> None:
    Site.objects.filter(code="zellik").update(name='=HYPERLINK("http://evil")')
    content = office.get(reverse("programme_file", args=["xlsx"]), {"by": "site"}).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book["Figures"].iter_rows(values_only=True))
    granted = next(row for row in rows if row[1] == "charleroi" and row[3] == "granted")
    assert granted[6] == 500
    assert {row[2] for row in rows if row[1] == "zellik"} == {'\'=HYPERLINK("http://evil")'}
    selected = dict(book["Selection"].iter_rows(values_only=True, min_row=2))
    assert selected["to"].date() == timezone.localdate()
    text = office.get(reverse("programme_file", args=["csv"]), {"by": "site"}).content
    lines = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert all(line["part_name"].startswith("'=") for line in lines if line["part"] == "zellik")


@pytest.mark.parametrize("by", Division.values)
def test_the_page_asks_at_most_fifteen_queries(
    office: Client, world: None, by: str, django_assert_max_num_queries: Any
) -> None:
    query = {"by": by, "site": "zellik", "track": "rs"}
    with django_assert_max_num_queries(15):
        assert office.get(reverse("programme"), query).status_code == 200


def test_every_figure_is_defined_one_click_away(office: Client, world: None) -> None:
    page = office.get(reverse("programme")).content.decode()
    definitions = office.get(reverse("programme_definitions")).content.decode()
    for kpi in KPIS:
        assert f'id="kpi-{kpi.key}"' in page
        assert f'id="{kpi.key}"' in definitions
