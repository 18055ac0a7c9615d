"""Somebody who has left a project, with jobs that their site still tells of."""

from typing import Any

from django.db import transaction

from accounts.models import User
from allocations.actions.allocations import remove_member
from allocations.actions.invitations import join_project
from allocations.actions.sync import record_report
from allocations.models import LeavingMember, Membership, Project, Site
from slurm_bridge import wire_leaving
from slurm_bridge.wire import SyncReport
from slurm_bridge.wire_leaving import QueuedJob
from tests.allocations.bridge_caller import TESTER, now
from tests.people import make_person

HOSTILE = "\u202e<script>alert(1)</script>\x1b[31m" + "x" * 100


def queued(number: str, state: str = "RUNNING", name: str = "train") -> QueuedJob:
    started = now() - 3600 if state == "RUNNING" else None
    return QueuedJob(
        job_id=number, name=name, state=state, gpus=4, started_at=started, limit_minutes=120
    )


def leaver(project: Project, actor: User, name: str = "Grace") -> User:
    """Somebody who was a member until just now."""
    person = make_person(name)
    with transaction.atomic():
        membership = join_project(project, person, Membership.Role.MEMBER)
    remove_member(membership_id=membership.pk, actor=actor)
    return person


def told_jobs(project: Project, username: str, *jobs: QueuedJob) -> dict[str, Any]:
    member = wire_leaving.LeavingMember(
        account=project.name, username=username, jobs=jobs, jobs_in_all=len(jobs)
    )
    return member.model_dump(mode="json")


def report_leaving(site: Site, *members: wire_leaving.LeavingMember) -> None:
    """A cycle of a site whose removals wait for these jobs."""
    report = SyncReport(
        revision="r", plan_id="p", started_at=now(), finished_at=now(), leaving=members
    )
    record_report(site=site, report=report, actor=TESTER)


def waiting_removal(project: Project, actor: User, name: str = "Grace") -> LeavingMember:
    """A removal at Zellik that waits for a running job and one with a hostile name."""
    person = leaver(project, actor, name)
    username = person.unix_identity.username
    jobs = (queued("7"), queued("8_3", "PENDING", HOSTILE))
    member = wire_leaving.LeavingMember(
        account=project.name, username=username, jobs=jobs, jobs_in_all=2
    )
    report_leaving(Site.objects.get(code="zellik"), member)
    return LeavingMember.objects.get(username=username)
