"""Gives an allocation's account another name where a site's Slurm has that name already."""

import logging
from collections.abc import Iterable

from accounts.audit import SystemActor, action
from allocations.actions.numbers import free_account_name
from allocations.actions.wake import wake_sites
from allocations.models import Allocation, DailyUsage, Job, Site

log = logging.getLogger(__name__)


@action
def rename_taken_accounts(
    *, site: Site, names: Iterable[str], actor: SystemActor
) -> list[Allocation]:
    """Let these accounts of a site be called otherwise; returns those that are now.

    An account in which Belfry has been at work keeps its name: what is foreign now was not then,
    so somebody has changed it by hand, and people know it by that name.
    """
    taken = (
        Allocation.objects.select_for_update(of=["self"])
        .select_related("project", "site")
        .filter(site=site, account_name__in=list(names), confirmed_at=None, adopted_at=None)
    )
    renamed = [allocation for allocation in taken if _rename(allocation)]
    if renamed:
        wake_sites([site])
    return renamed


def _rename(allocation: Allocation) -> bool:
    project, site = allocation.project, allocation.site
    theirs = {"project": project, "site": site}
    if Job.objects.filter(**theirs).exists() or DailyUsage.objects.filter(**theirs).exists():
        return False
    name = free_account_name(project=project, site=site, after=allocation.account_name)
    if name is None:
        log.error("every name for the account of %s at %s is taken", project, site)
        return False
    allocation.account_name = name
    allocation.not_ready_because = ""
    allocation.save(update_fields=["account_name", "not_ready_because"])
    return True
