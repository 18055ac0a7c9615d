import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.models import Application, DailyUsage, JobOutcome, Project, Site
from tests.allocations.offers import adopted_account
from tests.domain import make_draft, make_project
from tests.portal.staff_world import job, read_accounting


@pytest.fixture
def used(project: Project) -> Project:
    """10 hours on 4 GPUs and 1 second on one at Zellik; Charleroi never reported."""
    zellik = Site.objects.get(code="zellik")
    read_accounting(
        zellik,
        job(project, db_index=1, seconds=36_000),
        job(project, db_index=2, seconds=1, gpus=1),
    )
    return project


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    """A browser in which staff are signed in."""
    client.force_login(staff)
    return client


def rows_of(office: Client, **query: str) -> dict[str, Any]:
    answer = json.loads(office.get(reverse("reports_json"), query).content)
    return {row["site"]: row for row in answer["rows"]}


def test_seconds_are_exact(office: Client, used: Project) -> None:
    zellik = rows_of(office)["Zellik"]
    assert zellik["used_gpu_seconds"] == 144_001
    assert zellik["granted_gpu_seconds"] == 3_600_000
    assert zellik["remaining_gpu_seconds"] == 3_455_999
    assert zellik["jobs"] == 2


def test_a_site_that_never_reported_has_no_data_and_not_zero(office: Client, used: Project) -> None:
    charleroi = rows_of(office)["Charleroi"]
    assert charleroi["used_gpu_seconds"] is None
    assert charleroi["remaining_gpu_seconds"] is None
    assert charleroi["jobs"] is None
    page = office.get(reverse("reports")).content.decode()
    assert page.count("no data") >= 4
    assert "without Charleroi" in page


def test_a_site_that_reported_no_job_has_zero(office: Client, project: Project) -> None:
    read_accounting(Site.objects.get(code="zellik"))
    assert rows_of(office)["Zellik"]["used_gpu_seconds"] == 0


def test_an_adopted_account_has_use_and_no_award(
    office: Client, applicant: User, staff: User
) -> None:
    zellik = Site.objects.get(code="zellik")
    account = adopted_account(zellik, applicant, staff)
    row = job(account.project, db_index=1, seconds=36_000)
    read_accounting(zellik, row.model_copy(update={"account": "oldlab"}))

    shown = rows_of(office)["Zellik"]

    assert (shown["account"], shown["used_gpu_seconds"]) == ("oldlab", 144_000)
    assert shown["remaining_gpu_seconds"] is None


def test_totals_are_the_sum_of_what_is_known(office: Client, used: Project) -> None:
    answer = json.loads(office.get(reverse("reports_json")).content)
    by_track = answer["by_track"][0]
    assert by_track["used_seconds"] == 144_001
    assert by_track["sites_without_data"] == ["Charleroi"]
    assert {total["name"]: total["used_seconds"] for total in answer["by_site"]} == {
        "Zellik": 144_001,
        "Charleroi": None,
    }


def test_a_period_counts_its_days_only_and_leaves_the_remainder_whole(
    office: Client, used: Project
) -> None:
    DailyUsage.objects.update(day=F("day") - timedelta(days=40))
    JobOutcome.objects.update(day=F("day") - timedelta(days=40))
    today = timezone.now().date().isoformat()
    inside = rows_of(office, **{"from": today, "to": today})["Zellik"]
    assert inside["used_gpu_seconds"] == 0
    assert inside["jobs"] == 0
    assert inside["remaining_gpu_seconds"] == 3_455_999


@pytest.mark.parametrize(
    ("query", "sites"),
    [
        ({"site": "zellik"}, {"Zellik"}),
        ({"track": "rs"}, {"Zellik", "Charleroi"}),
        ({"track": "fl"}, set()),
    ],
)
def test_a_report_can_be_narrowed_down(
    office: Client, used: Project, query: dict[str, str], sites: set[str]
) -> None:
    assert set(rows_of(office, **query)) == sites
    assert office.get(reverse("reports"), query).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-02-30"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"site": "nowhere"},
        {"track": "x" * 100_000},
        {"from": "\x00"},
        {"site": "a\x00b"},
    ],
)
def test_nonsense_is_refused_by_name(office: Client, used: Project, query: dict[str, str]) -> None:
    assert office.get(reverse("reports"), query).status_code == 422
    assert office.get(reverse("reports_json"), query).status_code == 422
    assert office.get(reverse("reports_csv"), query).status_code == 422


def test_the_ends_of_the_calendar_break_nothing(office: Client, used: Project) -> None:
    assert rows_of(office, **{"from": "0001-01-01", "to": "9999-12-31"})["Zellik"]["jobs"] == 2


@pytest.mark.parametrize("first", ["2150-03-07", "9999-12-05"])
def test_nothing_was_used_in_a_time_that_is_to_come(
    office: Client, used: Project, first: str
) -> None:
    zellik = rows_of(office, **{"from": first})["Zellik"]
    assert (zellik["used_gpu_seconds"], zellik["jobs"]) == (0, 0)
    assert zellik["remaining_gpu_seconds"] == 3_455_999


def test_sums_are_of_all_rows_and_a_page_has_some(
    office: Client, used: Project, applicant: User, staff: User
) -> None:
    for number in range(26):
        draft = make_draft(applicant, title=f"Project {number}")
        make_project(submit_application(application_id=draft.pk, actor=applicant), staff)
    answer = json.loads(office.get(reverse("reports_json")).content)
    assert len(answer["rows"]) == 54
    for total in answer["by_site"]:
        rows = [row for row in answer["rows"] if row["site"] == total["name"]]
        assert total["granted_seconds"] == sum(row["granted_gpu_seconds"] for row in rows)
    pages = [office.get(reverse("reports"), {"page": page}).content.decode() for page in (1, 2, 3)]
    assert [page.count('class="font-monospace"') for page in pages] == [25, 25, 4]
    assert [row["project"] for row in answer["rows"]] == sorted(
        row["project"] for row in answer["rows"]
    )


def test_the_csv_has_exact_seconds_and_empty_cells_for_no_data(
    office: Client, used: Project
) -> None:
    response = office.get(reverse("reports_csv"))
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    used_seconds = {row["site"]: row["used_gpu_seconds"] for row in rows}
    assert used_seconds == {"Zellik": "144001", "Charleroi": ""}


def test_no_cell_is_a_formula_to_a_spreadsheet(
    office: Client, applicant: User, staff: User
) -> None:
    draft = make_draft(applicant, title='=HYPERLINK("http://evil","x")')
    make_project(submit_application(application_id=draft.pk, actor=applicant), staff)
    text = office.get(reverse("reports_csv")).content.decode("utf-8-sig")
    titles = {row["title"] for row in csv.DictReader(io.StringIO(text))}
    assert all(title.startswith("'=") for title in titles)


def test_the_table_can_be_sorted_by_every_column(office: Client, used: Project) -> None:
    for column in ("used_seconds", "-used_seconds", "-granted_seconds", "jobs", "ends_on", "state"):
        assert office.get(reverse("reports"), {"sort": column}).status_code == 200


def test_sorting_replaces_the_list_alone(office: Client, used: Project) -> None:
    text = office.get("/reports/?sort=-jobs", headers={"HX-Request": "true"}).text
    assert used.name in text
    assert "<html" not in text
    page = office.get("/reports/?sort=-jobs").text
    assert 'hx-target="#list"' in page
    assert '<div id="list">' in page


def test_the_number_of_queries_does_not_grow_with_the_projects(
    office: Client, used: Project, applicant: User, staff: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        draft = make_draft(applicant, title=f"Bell {number}")
        submitted: Application = submit_application(application_id=draft.pk, actor=applicant)
        make_project(submitted, staff)
    with django_assert_max_num_queries(10):
        office.get(reverse("reports"))
    with django_assert_max_num_queries(8):
        office.get(reverse("reports_json"))
