import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from allocations.models import DailyUsage, Project, Site
from allocations.queries import jobs_of
from allocations.tables import jobs as job_tables
from tests.portal.member_world import HOSTILE_NAME, live_project
from tests.portal.staff_world import job, read_accounting

PART = {"HX-Request": "true"}


@pytest.fixture
def live(project: Project, staff: User, client: Client) -> Project:
    client.force_login(project.application.applicant)
    return live_project(project, staff)


def listed(client: Client, project: Project, **query: str) -> str:
    return client.get(reverse("project_jobs", args=[project.name]), query).content.decode()


def rows(page: str) -> int:
    return page.count('data-label="Job"')


def test_a_hostile_name_is_cut_and_escaped(client: Client, live: Project) -> None:
    page = listed(client, live)
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "x" * 60 not in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 6),
        ({"q": "EVALUATE"}, 2),
        ({"q": "2"}, 2),
        ({"q": "%"}, 0),
        ({"q": "1_5"}, 0),
        ({"q": "9" * 30}, 0),
        ({"q": "x" * 10**5}, 6),
        ({"state": "COMPLETED"}, 6),
        ({"state": "RUNNING"}, 0),
        ({"state": "nonsense"}, 6),
        ({"username": "apeeters"}, 6),
        ({"site": "999999999999999999999"}, 6),
        ({"sort": "owner_mark", "page": "-7"}, 6),
        ({"page": "99999999999999999999"}, 6),
    ],
)
def test_jobs_are_found_by_id_name_and_state(
    client: Client, live: Project, query: dict[str, str], count: int
) -> None:
    assert rows(listed(client, live, **query)) == count


def test_jobs_are_found_by_site(client: Client, live: Project) -> None:
    site = Site.objects.get(code="zellik")
    assert rows(listed(client, live, site=str(site.pk))) == 3


def test_jobs_sort_by_what_they_used(client: Client, live: Project) -> None:
    page = listed(client, live, sort="-gpu_seconds")
    assert page.index("4.00") < page.index("2.00") < page.index("0.01")


def test_jobs_by_their_use_are_told_apart_by_an_index_alone(live: Project) -> None:
    keys = jobs_of(live).order_by("-gpu_seconds").values_list("submitted_at", "db_index", "site")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = keys.explain()
    assert "Index Only Scan" in plan
    assert "Sort  (" not in plan
    assert "Seq Scan" not in plan


def test_hours_of_the_jobs_add_up_to_the_usage_of_the_project(live: Project) -> None:
    used = sum(DailyUsage.objects.filter(project=live).values_list("gpu_seconds", flat=True))
    assert sum(row.gpu_seconds for row in jobs_of(live)) == used > 0


def test_the_file_holds_the_filtered_jobs_and_no_formula(client: Client, live: Project) -> None:
    address = reverse("project_jobs", args=[live.name])
    answer = client.get(address, {"format": "csv", "site": str(Site.objects.get(code="zellik").pk)})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(table) == 3
    hostile = next(row for row in table if row["job_id"] == "2")
    assert hostile["name"] == "'" + HOSTILE_NAME
    assert sum(Decimal(row["gpu_hours"]) for row in table) == Decimal("6.0083")


def test_an_htmx_request_gets_the_list_only(client: Client, live: Project) -> None:
    address = reverse("project_jobs", args=[live.name])
    part = client.get(address, headers=PART).content.decode()
    assert "<html" not in part
    assert rows(part) == 6


def test_the_list_asks_no_more_for_more_jobs(
    client: Client, live: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many = [job(live, db_index=number, seconds=60) for number in range(10, 90)]
    read_accounting(Site.objects.get(code="zellik"), *many)
    with django_assert_max_num_queries(9):
        page = listed(client, live)
    assert rows(page) == 25


@pytest.mark.parametrize("sort", ["-submitted_at", "submitted_at", "-gpu_seconds", "shown_id"])
def test_a_page_far_behind_shows_what_it_would_show_anyway(
    client: Client, live: Project, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    zellik = Site.objects.get(code="zellik")
    many = [job(live, db_index=number, seconds=60 * number) for number in range(10, 70)]
    read_accounting(zellik, *many)
    address = reverse("project_jobs", args=[live.name])

    def pages() -> list[str]:
        # At one site no two jobs have the same place in the list.
        asked = [{"sort": sort, "page": page, "site": zellik.pk} for page in (1, 2, 3, 99)]
        return [client.get(address, query, headers=PART).content.decode() for query in asked]

    near = pages()
    monkeypatch.setattr(job_tables, "_FAR", 0)
    assert pages() == near
    assert [rows(page) for page in near] == [25, 25, 13, 13]
    assert rows(listed(client, live, q="nothing-has-this")) == 0
