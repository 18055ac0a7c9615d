"""Tells staff of a partition of a project's own that its site could not make, once a wish."""

import hashlib

from django.utils import timezone

from allocations.actions.mails import mail_staff
from allocations.models import DedicatedPartition, Notice, Site
from slurm_bridge.changes import CreatePartition, ModifyPartition
from slurm_bridge.wire import SyncReport

KIND = "partition-0"
SUBJECT = "partition "
LEVEL_LENGTH = 16


def warn_of_partitions(site: Site, report: SyncReport) -> None:
    """Mail staff where a partition failed or something is in its way; call it inside an action."""
    problems = _problems(report)
    if not problems:
        return
    partitions = DedicatedPartition.objects.open_on(timezone.localdate()).filter(
        allocation__site=site, allocation__account_name__in=problems
    )
    for partition in partitions.select_related("allocation__project", "allocation__site"):
        _told, is_new = Notice.objects.get_or_create(
            allocation=partition.allocation, kind=KIND, level=_wish(partition)
        )
        if is_new:
            context = {"partition": partition, "problem": problems[partition.name]}
            mail_staff("partition_not_made", context)


def _problems(report: SyncReport) -> dict[str, str]:
    """Why each of the partitions is not as it should be, by name."""
    in_the_way = {
        item.subject.removeprefix(SUBJECT): item.reason
        for item in report.conflicts
        if item.subject.startswith(SUBJECT)
    }
    failed = {
        result.change.partition: result.reason
        for result in report.results
        if isinstance(result.change, (CreatePartition, ModifyPartition))
        and result.outcome == "failed"
    }
    return in_the_way | failed


def _wish(partition: DedicatedPartition) -> str:
    """The same as long as staff want the same partition."""
    wanted = (
        partition.nodes,
        partition.max_hours,
        partition.max_nodes,
        partition.priority,
        partition.memory_mb_per_cpu,
        partition.ends_on,
    )
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:LEVEL_LENGTH]
