"""What the portal of `bench.ingest` needs, done in its own process with its own settings.

`prepare` makes the database, projects and a token; `migrate` brings a kept one up to date;
`forget` takes the jobs and their months away again; `indexed` waits until the worker has made all
indexes; `count` tells what has arrived. Answers are JSON.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.db.models import Max  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from accounts.audit import SystemActor  # noqa: E402
from accounts.permissions import Role  # noqa: E402
from allocations.actions.drafts import submit_application  # noqa: E402
from allocations.actions.job_months import (  # noqa: E402
    kept_months,
    missing_indexes,
    partition_of,
)
from allocations.actions.month_indexes import index_months  # noqa: E402
from allocations.actions.tokens import issue_token  # noqa: E402
from allocations.models import DailyUsage, Job, Site, SiteStatus  # noqa: E402
from tests.domain import ask_for_reviews, make_draft, make_project, open_to_every_kind  # noqa: E402
from tests.people import make_person  # noqa: E402

SITE = "zellik"
INDEXED_WITHIN_SECONDS = 300


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("prepare", "migrate", "forget", "indexed", "count"))
    parser.add_argument("number", type=int, nargs="?", default=0)
    asked = parser.parse_args()
    doing: dict[str, Callable[[int], dict[str, object]]] = {
        "prepare": prepare,
        "migrate": migrate,
        "forget": forget,
        "indexed": indexed,
        "count": count,
    }
    print(json.dumps(doing[asked.what](asked.number)))


def prepare(projects: int) -> dict[str, object]:
    """So many projects at the site, and its token."""
    migrate()
    open_to_every_kind()
    ask_for_reviews(0)
    leader, decider = make_person("Ada"), make_person("Staf", role=Role.STAFF)
    accounts = []
    for number in range(projects):
        draft = make_draft(leader, title=f"Benchmark {number}")
        handed_in = submit_application(application_id=draft.pk, actor=leader)
        project = make_project(handed_in, decider)
        accounts.append(project.allocations.get(site__code=SITE).account_name)
    site = Site.objects.get(code=SITE)
    token = issue_token(site=site, old_ones_last=timedelta(), actor=SystemActor("bench"))
    return {"accounts": accounts, "token": token}


def migrate(_number: int = 0) -> dict[str, object]:
    """Bring the database to its newest shape."""
    for command in ("migrate", "createcachetable", "seed"):
        call_command(command, verbosity=0)
    return {}


def forget(since: int) -> dict[str, object]:
    """As before the first reading, with a window that begins at a time."""
    jobs, days = ("job", "setasiderow"), ("dailyusage", "joboutcome", "queuewait")
    waits = ("projectwait", "projectyearwait", "sitewait", "sitemonthwait")
    tables = (*jobs, *days, *waits, "projectmonth", "siteday")
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'allocations_{table}' for table in tables)}")
        for month in kept_months():
            cursor.execute(f"DROP TABLE {partition_of(month)}")
    moment = datetime.fromtimestamp(since, UTC)
    SiteStatus.objects.update_or_create(
        site=Site.objects.get(code=SITE), defaults={"accounting_until": moment}
    )
    return {}


def indexed(_number: int) -> dict[str, object]:
    """When the worker made the last index, in epoch seconds; until then it waits."""
    deadline = time.monotonic() + INDEXED_WITHIN_SECONDS
    while missing := missing_indexes(kept_months()):
        if time.monotonic() > deadline:
            raise SystemExit(f"the worker has not made {missing}")
        time.sleep(0.1)
    made = DBTaskResult.objects.filter(task_path=index_months.module_path)
    last = made.aggregate(last=Max("finished_at"))["last"]
    return {"at": last.timestamp() if last else 0}


def count(_number: int) -> dict[str, object]:
    """How many runs are there, and what they used in all."""
    used = sum(DailyUsage.objects.values_list("gpu_seconds", flat=True))
    return {"runs": Job.objects.count(), "gpu_seconds": used}


if __name__ == "__main__":
    main()
