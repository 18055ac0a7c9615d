"""A project as its members meet it: two sites that report, jobs, a team, and some history."""

from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from allocations.actions.allocations import change_budget, suspend_allocation
from allocations.actions.sync import record_report
from allocations.models import Allocation, Project, Site
from slurm_bridge.wire import Readiness, SyncReport
from tests.portal.staff_world import BRIDGE, job, now, read_accounting, report_site

HOSTILE_NAME = '=HYPERLINK("http://x")<img src=x onerror=alert(1)>\u202egnp|\n\x1f' + "x" * 120


def allocation_at(project: Project, site: str) -> Allocation:
    return project.allocations.get(site__code=site)


def make_ready(project: Project, site: str, *, accepted: bool = True, reason: str = "") -> None:
    """The site's bridge says whether a test submission was accepted."""
    readiness = Readiness(
        account=project.name,
        username="apeeters",
        partition="h200",
        accepted=accepted,
        checked_at=now(),
        reason=reason,
    )
    report = SyncReport(
        revision="r", plan_id="p", started_at=now(), finished_at=now(), readiness=(readiness,)
    )
    record_report(site=Site.objects.get(code=site), report=report, actor=BRIDGE)


def live_project(project: Project, staff: User) -> Project:
    """Active at Zellik with jobs, suspended at Charleroi."""
    for code in ("zellik", "charleroi"):
        site = Site.objects.get(code=code)
        report_site(site)
        make_ready(project, code)
        read_accounting(
            site,
            job(project, db_index=1, seconds=3600),
            job(project, db_index=2, seconds=7200, gpus=1, name=HOSTILE_NAME),
            job(project, db_index=3, seconds=30, gpus=1, name="evaluate"),
        )
    change_budget(
        allocation_id=allocation_at(project, "zellik").pk,
        gpu_hours=200,
        reason="The first results justify it.",
        actor=staff,
    )
    suspend_allocation(
        allocation_id=allocation_at(project, "charleroi").pk,
        reason="Jobs from this project fill the scratch disk.",
        actor=staff,
    )
    return project


def end_project(project: Project, *, days_ago: int = 1) -> date:
    ends_on = timezone.localdate() - timedelta(days=days_ago)
    project.allocations.update(starts_on=ends_on - timedelta(days=30), ends_on=ends_on)
    return ends_on
