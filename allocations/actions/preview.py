"""What an approval would change in Slurm, computed by the bridges' own planner."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from accounts.models import SshKey, User
from allocations.account_members import AccountMembers
from allocations.actions.award_plans import AwardLine, PlannedAllocation, PlannedAward, plan_award
from allocations.actions.decisions import check_awards, refuse_unless_grantable
from allocations.award_means import AwardMeans
from allocations.desired_state import (
    SiteAccount,
    Surroundings,
    dedicated_partitions,
    site_accounts,
    state_of,
)
from allocations.models import Application, Membership, Site, SiteStatus
from allocations.parts import TEAM
from slurm_bridge.changes import Change
from slurm_bridge.plan import plan
from slurm_bridge.wire import ActualState, Conflict, DesiredState


@dataclass(frozen=True)
class SitePreview:
    """What would change at one site; `changes` is None where it has not reported its state yet."""

    site: Site
    status: SiteStatus | None
    changes: tuple[Change, ...] | None
    conflicts: tuple[Conflict, ...] = ()
    read_at: datetime | None = None
    """When the site read the state of its Slurm that this was planned from."""


def preview_approval(
    application: Application,
    awards: Mapping[Site, AwardLine],
    *,
    requested: Mapping[int, int],
    means: AwardMeans,
) -> list[SitePreview]:
    """For each site, exactly what the award would change once it is accepted; nothing is stored.

    It is drawn up as the approval draws it up, so that names, numbers and budgets are the real
    ones; reviews that are missing do not matter here. Read and planned are only this project and
    the others of its people, so that the cost does not grow with the site. Raises what `award`
    would raise.
    """
    refuse_unless_grantable(application)
    check_awards(requested, awards)
    today = timezone.localdate()
    team = _team(application, today)
    around = _surroundings(application, awards)
    others = _other_accounts(team, awards, today)
    before = {site: state_of(site, others.get(site.pk, ()), around[site], today) for site in awards}
    names = set[str]().union(*map(_names, before.values()))
    planned = plan_award(application, awards, team=team, means=means, also_named=names)
    previews = []
    for site, part in planned.allocations.items():
        there = [*others.get(site.pk, ()), _account(planned, part, awards[site])]
        there.sort(key=lambda item: item.allocation.account_name)
        after = state_of(site, there, around[site].with_own(part.own), today)
        previews.append(_preview(site, before[site], after, planned.slurm.get(site.pk)))
    return previews


def _team(application: Application, today: date) -> list[User]:
    """Who would be a member, with what they may sign in with."""
    prefetch_related_objects([application], TEAM)
    invited = [invitation.accepted_by for invitation in application.invitations.all()]
    team = list(dict.fromkeys([application.applicant, *filter(None, invited)]))
    prefetch_related_objects(team, Prefetch("ssh_keys", SshKey.objects.valid_on(today)))
    return team


def _surroundings(
    application: Application, awards: Mapping[Site, AwardLine]
) -> dict[Site, Surroundings]:
    """What bears on one project: not what else the site waits for."""
    has_nodes = any(line.own is not None for line in awards.values())
    dedicated = dedicated_partitions(awards) if has_nodes else {}
    return {
        site: Surroundings(
            tracks=[application.track.code],
            partitions=sorted(partition.name for partition in site.partitions.all()),
            dedicated=dedicated.get(site.pk, []),
        )
        for site in awards
    }


def _other_accounts(
    team: Collection[User], sites: Collection[Site], today: date
) -> Mapping[int, Sequence[SiteAccount]]:
    """What its people wait for there already is no change of this award's.

    Whoever is in no project yet has no identity.
    """
    people = [person for person in team if hasattr(person, "unix_identity")]
    if not people:
        return {}
    theirs = Membership.objects.filter(user__in=people, left_at=None).order_by()
    return site_accounts(sites, today, projects=theirs.values("project"))


def _account(planned: PlannedAward, part: PlannedAllocation, line: AwardLine) -> SiteAccount:
    people = sorted(planned.project.team.values(), key=lambda identity: identity.username)
    return SiteAccount(
        allocation=part.allocation,
        granted_minutes=line.gpu_minutes,
        members=AccountMembers(tuple(people)),
        partitions=tuple(sorted(partition.name for partition in line.partitions)),
        own=part.own,
    )


def _preview(
    site: Site, before: DesiredState, after: DesiredState, actual: ActualState | None
) -> SitePreview:
    status: SiteStatus | None = getattr(site, "status", None)
    if actual is None:
        return SitePreview(site=site, status=status, changes=None)
    waiting, whole = plan(before, actual), plan(after, actual)
    return SitePreview(
        site=site,
        status=status,
        changes=tuple(change for change in whole.changes if change not in waiting.changes),
        conflicts=tuple(item for item in whole.conflicts if item not in waiting.conflicts),
        read_at=datetime.fromtimestamp(actual.read_at, UTC),
    )


def _names(desired: DesiredState) -> set[str]:
    """Everything that a plan for it looks up in what a site has."""
    return {
        *(user.username for user in desired.users),
        *(group.name for group in desired.groups),
        *(qos.name for qos in desired.qos),
        *(account.name for account in desired.accounts),
    }
