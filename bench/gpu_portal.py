"""What the portal of `bench.gpu_ingest` needs, done in its own process with its own settings.

`prepare` makes the database, projects and a token; `read ENDS` reads everything back, compares it
with what was sent, and measures bytes and the job page. Answers are JSON.
"""

import argparse
import json
import os
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.audit import SystemActor  # noqa: E402
from accounts.models import User  # noqa: E402
from accounts.permissions import Role  # noqa: E402
from allocations.actions.drafts import submit_application  # noqa: E402
from allocations.actions.tokens import issue_token  # noqa: E402
from allocations.models import DailyGpuUse, GpuRun, Job, Site  # noqa: E402
from allocations.models.gpu import SUMMED  # noqa: E402
from bench.gpu_world import FIRST_JOB, GPUS_A_JOB, HOURS, counter_of, minutes_of  # noqa: E402
from bench.results import percentile  # noqa: E402
from portal.reports.job_figures import job_report  # noqa: E402
from portal.reports.job_timeline import Window, window_of  # noqa: E402
from portal.reports.job_timeline import minutes_of as minutes_read  # noqa: E402
from tests.domain import ask_for_reviews, make_draft, make_project, open_to_every_kind  # noqa: E402
from tests.people import make_person  # noqa: E402

SITE = "zellik"
PROJECTS = 5
LEADER = "ada@example.org"


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("prepare", "read"))
    parser.add_argument("ends", type=int, nargs="?", default=0)
    asked = parser.parse_args()
    print(json.dumps(prepare() if asked.what == "prepare" else read(asked.ends)))


def prepare() -> dict[str, object]:
    """Some projects at the site, and its token."""
    for command in ("migrate", "createcachetable", "seed"):
        call_command(command, verbosity=0)
    open_to_every_kind()
    ask_for_reviews(0)
    leader, decider = make_person("Ada"), make_person("Staf", role=Role.STAFF)
    accounts = []
    for number in range(PROJECTS):
        draft = make_draft(leader, title=f"Benchmark {number}")
        handed_in = submit_application(application_id=draft.pk, actor=leader)
        project = make_project(handed_in, decider)
        accounts.append(project.allocations.get(site__code=SITE).account_name)
    site = Site.objects.get(code=SITE)
    token = issue_token(site=site, old_ones_last=timedelta(), actor=SystemActor("bench"))
    return {"accounts": accounts, "token": token}


def read(ends: int) -> dict[str, object]:
    """Everything back: whether it is what was sent, how large, and how quick a page is."""
    jobs = list(Job.objects.select_related("project", "site").order_by("db_index"))
    began = time.perf_counter()
    minutes = sum(_read_back(job, ends) for job in jobs)
    seconds = time.perf_counter() - began
    _compare_sums()
    days = len(jobs) * GPUS_A_JOB * HOURS / 24
    sizes = _sizes()
    pages, page_bytes = _pages(jobs)
    return {
        "read_back_rows_per_second": round(minutes / seconds),
        "bytes_a_gpu_day": round(sum(sizes.values()) / days),
        **{f"bytes_of_{name}": round(size / days) for name, size in sizes.items()},
        "job_page_p95_ms": round(percentile(pages, 0.95), 1),
        "job_page_p50_ms": round(percentile(pages, 0.5), 1),
        "job_page_kb": round(page_bytes / 1000),
    }


def _read_back(job: Job, ends: int) -> int:
    """The minutes of a job as its page reads them; ends the benchmark where one differs."""
    report = job_report(job)
    if report.run is None:
        raise SystemExit(f"{job} has no figures")
    whole = window_of(report.run, None)
    found = minutes_read(report.gpus, Window(whole.starts_at, HOURS * 60, 1))
    for place, gpu in enumerate(report.gpus):
        number = (job.db_index - FIRST_JOB) * GPUS_A_JOB + place
        read = tuple(found[name][place] for name in ("utilisation", "memory", "power"))
        if read != minutes_of(number):
            raise SystemExit(f"the minutes of {gpu.uuid} are not those that were sent")
        sent = counter_of(number, ends, ends)
        if abs(gpu.sums.energy_joules - (sent.energy_joules or 0)) > 1:
            raise SystemExit(f"the energy of {gpu.uuid} is not what was sent")
    return len(report.gpus) * HOURS * 60


def _compare_sums() -> None:
    """Days and runs add up to the same."""
    for name in SUMMED:
        days, runs = (
            sum(table.objects.values_list(name, flat=True)) for table in (DailyGpuUse, GpuRun)
        )
        if abs(days - runs) > 1e-6 * max(days, runs):
            raise SystemExit(f"{name}: the days add up to {days}, the runs to {runs}")


def _sizes() -> dict[str, int]:
    """Bytes with rows, indexes and what updates left behind, of each kind of row."""
    tables = {
        "minutes": "SELECT inhrelid FROM pg_inherits"
        " WHERE inhparent = 'allocations_gpuminutes'::regclass",
        "running_minutes": "SELECT 'allocations_runninggpuminutes'::regclass",
        "counters": "SELECT 'allocations_jobgpu'::regclass",
        "sums": "SELECT unnest(ARRAY['allocations_gpurun', 'allocations_dailygpuuse']::regclass[])",
    }
    found = {}
    with connection.cursor() as cursor:
        for name, query in tables.items():
            cursor.execute(f"SELECT SUM(pg_total_relation_size(oid)) FROM ({query}) AS t(oid)")
            found[name] = int(cursor.fetchone()[0])
    return found


def _pages(jobs: list[Job]) -> tuple[list[float], int]:
    """How many milliseconds the page of each job takes, whole and by the minute; and its bytes."""
    client = Client()
    client.force_login(User.objects.get(email=LEADER))
    taken, size = [], 0
    for query in ("", "?part=2"):
        for job in [*jobs[:5], *jobs]:
            address = job.get_absolute_url() + query
            began = time.perf_counter()
            answer = client.get(address)
            taken.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
            size = max(size, len(answer.content))
    return taken, size


if __name__ == "__main__":
    main()
