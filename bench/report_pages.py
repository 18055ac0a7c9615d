"""Fills the database, asks for each page, prints one line of JSON: a child of `bench.reports`."""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from allocations.models import Job, Project  # noqa: E402
from bench.report_world import make_jobs, make_projects, staff_member  # noqa: E402
from bench.reports import timed  # noqa: E402


def main() -> None:
    """Make the rows, ask, print."""
    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    make_projects()
    make_jobs(int(sys.argv[1]))
    staff, member = Client(), Client()
    staff.force_login(staff_member())
    member.force_login(User.objects.get(unix_identity__username="bench0"))
    found = {}
    for name, (client, address) in _addresses(staff, member).items():
        found[name] = _measured(client, address)
        print(f"  {name}: {found[name]}", file=sys.stderr)
    print(json.dumps(found))


def _measured(client: Client, address: str) -> dict[str, float]:
    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
        _whole = answer.getvalue() if answer.streaming else answer.content

    p95 = timed(ask)
    with CaptureQueriesContext(connection) as queries:
        ask()
    return {"p95_ms": p95, "queries": len(queries)}


def _addresses(staff: Client, member: Client) -> dict[str, tuple[Client, str]]:
    """Each page and export, of the project with most jobs and of its busiest member."""
    project = Project.objects.get(name="bench0")
    number = Job.objects.filter(project=project).order_by("-submitted_at")[0].job_id
    use, jobs = (reverse(name, args=[project.name]) for name in ("project_report", "project_jobs"))
    year = f"?from={timezone.now().date().replace(month=1, day=2)}"
    return {
        "project": (member, project.get_absolute_url()),
        "project_use": (member, use),
        "project_use_allocation": (member, f"{use}?range=allocation"),
        "project_use_year": (staff, f"{use}?range=365"),
        "jobs": (member, jobs),
        "jobs_last_page": (member, f"{jobs}?page=400"),
        "jobs_by_use": (member, f"{jobs}?sort=-gpu_seconds"),
        "jobs_by_id": (member, f"{jobs}?q={number}"),
        "jobs_of_state": (member, f"{jobs}?state=TIMEOUT"),
        "jobs_of_user": (member, f"{jobs}?username=bench9"),
        "my_use": (member, reverse("my_use")),
        "my_use_year": (member, reverse("my_use") + "?range=365"),
        "overview": (staff, reverse("overview")),
        "overview_year": (staff, reverse("overview") + "?range=365"),
        "reports": (staff, reverse("reports")),
        "reports_period": (staff, reverse("reports") + year),
        "all_projects": (staff, reverse("all_projects")),
        "export_jobs_csv": (member, f"{jobs}?format=csv&state=TIMEOUT"),
        "export_use_csv": (member, reverse("project_chart", args=[project.name, "by-member"])),
        "export_reports_csv": (staff, reverse("reports_csv")),
        "export_reports_json": (staff, reverse("reports_json")),
    }


if __name__ == "__main__":
    main()
