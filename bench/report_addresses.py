"""Every page and export of usage that is timed, of the busiest project and its busiest member."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from accounts.models import PersonalToken, Scope, User
from accounts.token_actions import make_personal_token
from allocations.models import Job
from bench.report_world import staff_member
from portal.programme.selection import Division

PROJECT = "bench0"


@dataclass(frozen=True)
class Asked:
    """Who asks for what; a program carries its token in the headers."""

    reader: User | None
    address: str
    headers: dict[str, str] = field(default_factory=dict)


def all_addresses() -> dict[str, Asked]:
    """By name; those that begin with `export` are no pages."""
    member = User.objects.get(unix_identity__username=PROJECT)
    staff = staff_member()
    found = {
        **{name: Asked(member, address) for name, address in _of_members()},
        **{f"jobs{name}": Asked(member, address) for name, address in _of_jobs()},
        **{name: Asked(staff, address) for name, address in _of_staff()},
        **{name: Asked(staff, address) for name, address in _of_programme()},
        **{name: Asked(None, address) for name, address in _of_everybody()},
    }
    token = {"Authorization": f"Bearer {_token(staff)}"}
    found |= {name: Asked(None, address, token) for name, address in _of_programs()}
    return found


def _of_members() -> Iterator[tuple[str, str]]:
    use = reverse("project_report", args=[PROJECT])
    yield "home_of_a_member", reverse("home")
    yield "my_projects", reverse("projects")
    yield "project", reverse("project", args=[PROJECT])
    yield "project_use", use
    yield "project_use_allocation", f"{use}?range=allocation"
    yield "project_use_year", f"{use}?range=365"
    yield "project_usage_json", reverse("project_usage", args=[PROJECT])
    yield "project_gpus", reverse("project_gpus", args=[PROJECT])
    yield "my_use", reverse("my_use")
    yield "my_use_year", reverse("my_use") + "?range=365"
    yield "my_gpus", reverse("my_gpus")
    for chart in ("burn-down", "by-site", "by-member", "waits", "outcomes"):
        name = f"export_use_{chart.replace('-', '_')}_csv"
        yield name, reverse("project_chart", args=[PROJECT, chart]) + "?range=365"
    for chart in ("my-use", "my-share", "waits"):
        name = f"export_mine_{chart.replace('-', '_')}_csv"
        yield name, reverse("my_chart", args=[chart]) + "?range=365"


def _of_jobs() -> Iterator[tuple[str, str]]:
    """The list of jobs in every way in which it can be asked for."""
    jobs = reverse("project_jobs", args=[PROJECT])
    of_project = Job.objects.filter(project__name=PROJECT)
    newest = of_project.order_by("-submitted_at")[0]
    task = of_project.filter(array_job_id__isnull=False).order_by("submitted_at")[0]
    own_name = of_project.filter(name__startswith="run-").order_by("submitted_at")[0].name
    today = timezone.now().date()
    asked: dict[str, dict[str, object]] = {
        "_newest_first": {},
        "_middle_page": {"page": 200},
        "_last_page": {"page": 400},
        "_oldest_first": {"sort": "submitted_at"},
        "_by_use": {"sort": "-gpu_seconds"},
        "_by_use_least": {"sort": "gpu_seconds"},
        "_by_use_last_page": {"sort": "-gpu_seconds", "page": 400},
        "_by_id": {"q": newest.job_id},
        "_by_task": {"q": task.shown_id},
        "_of_state": {"state": "TIMEOUT"},
        "_of_user": {"username": "bench9"},
        "_of_user_by_use": {"username": "bench9", "sort": "-gpu_seconds"},
        "_of_state_and_user": {"state": "FAILED", "username": "bench9"},
        "_of_site": {"site": newest.site_id},
        "_of_a_week": {"since": today - timedelta(days=60), "until": today - timedelta(days=53)},
        "_of_a_week_by_use": {
            "since": today - timedelta(days=60),
            "until": today - timedelta(days=53),
            "sort": "-gpu_seconds",
        },
        "_by_common_name": {"q": "train"},
        "_by_name": {"q": "eval-13"},
        "_by_rare_name": {"q": own_name},
        "_by_no_name": {"q": "nobody called it so"},
    }
    for name, query in asked.items():
        yield name, f"{jobs}?{urlencode(query)}"


def _of_staff() -> Iterator[tuple[str, str]]:
    last_year = f"?from={_days_ago(365)}"
    newest = Job.objects.select_related("site").order_by("-submitted_at")[0]
    lost = reverse("lost_runs", args=[newest.site.code])
    span = {"node": "node7", "since": f"{_days_ago(60)}T10:00", "until": f"{_days_ago(60)}T12:00"}
    yield "home_of_staff", reverse("home")
    yield "overview", reverse("overview")
    yield "overview_year", reverse("overview") + "?range=365"
    yield "all_gpus", reverse("all_gpus")
    yield "reports", reverse("reports")
    yield "reports_period", reverse("reports") + last_year
    yield "project_use_by_staff", reverse("project_report", args=[PROJECT])
    yield "all_projects", reverse("all_projects")
    yield "queue", reverse("queue")
    yield "sites", reverse("sites")
    yield "site", reverse("site", args=[newest.site.code])
    yield "usage_checks", reverse("usage_checks")
    yield "set_aside", reverse("set_aside")
    yield "set_aside_search", reverse("set_aside") + "?q=bench1999"
    yield "lost_jobs_by_id", f"{lost}?{urlencode({'job': newest.job_id})}"
    yield "lost_jobs_on_node", f"{lost}?{urlencode(span)}"
    yield "exports", reverse("exports")
    for chart in ("sites", "tracks", "site-waits", "grants"):
        name = f"export_overview_{chart.replace('-', '_')}_csv"
        yield name, reverse("overview_chart", args=[chart]) + "?range=365"
    jobs = reverse("project_jobs", args=[PROJECT])
    yield "export_jobs_csv_of_a_week", f"{jobs}?format=csv&since={_days_ago(7)}"
    yield "export_reports_csv", reverse("reports_csv")
    yield "export_reports_json", reverse("reports_json")


def _of_programme() -> Iterator[tuple[str, str]]:
    page = reverse("programme")
    years = {"from": _days_ago(1_090), "to": _days_ago(0)}
    yield "programme", page
    for division in Division:
        yield f"programme_by_{division.value}", f"{page}?by={division.value}"
    yield "programme_three_years", f"{page}?{urlencode(years)}"
    yield "programme_of_a_region", f"{page}?region=brussels&by=track"
    yield "programme_definitions", reverse("programme_definitions")
    for file_format in ("csv", "xlsx", "json"):
        yield f"export_programme_{file_format}", reverse("programme_file", args=[file_format])


def _of_everybody() -> Iterator[tuple[str, str]]:
    yield "public_figures", reverse("public_figures")
    for file_format in ("csv", "json"):
        yield f"export_public_{file_format}", reverse("public_file", args=[file_format])


def _of_programs() -> Iterator[tuple[str, str]]:
    yield "api_projects", reverse("api:get_projects")
    yield "api_project", reverse("api:get_project", args=[PROJECT])
    yield "api_daily_usage", reverse("api:get_daily_usage", args=[PROJECT])
    yield "api_programme", reverse("api:get_programme")


def _token(person: User) -> str:
    PersonalToken.objects.filter(user=person).delete()
    _token, secret = make_personal_token(
        name="bench",
        scopes=[Scope.PROJECTS, Scope.PROGRAMME],
        # The day may change while it is measured.
        expires_on=timezone.localdate() + timedelta(days=1),
        actor=person,
    )
    return secret


def _days_ago(days: int) -> date:
    return timezone.now().date() - timedelta(days=days)
