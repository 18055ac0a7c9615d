"""What an award writes, drawn up from what is there: the same for the award and its preview.

Nothing here writes or locks. Whoever stores a plan has held all that it was read from before.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.identities import NewIdentities, new_identities
from accounts.models import UnixIdentity, User
from allocations.actions.aid import AidValue, value_aid
from allocations.actions.numbers import NextName, foreign_names, next_name, slurm_names
from allocations.actions.partitions import PartitionWish, partition_for
from allocations.actions.pools import draws_of
from allocations.award_means import AwardMeans
from allocations.errors import StateError
from allocations.models import Allocation, Application, DedicatedPartition, Partition, Project, Site
from allocations.rules.calendar import last_day
from allocations.rules.naming import account_names
from allocations.rules.units import MINUTES_AN_HOUR
from allocations.slurm_states import observed_states
from slurm_bridge.wire import ActualState


@dataclass(frozen=True)
class AwardLine:
    """What is granted at one site."""

    gpu_hours: int
    partitions: Sequence[Partition]
    own: PartitionWish | None = None
    """Nodes that the project has to itself, if any."""

    @property
    def gpu_minutes(self) -> int:
        """The same in the ledger's unit."""
        return self.gpu_hours * MINUTES_AN_HOUR


@dataclass(frozen=True)
class PlannedProject:
    """A project with its team, none of it stored; the first of the team leads."""

    project: Project
    name: NextName
    team: Mapping[User, UnixIdentity]
    new: NewIdentities


@dataclass(frozen=True)
class PlannedAllocation:
    """What a project would get at one site."""

    allocation: Allocation
    own: DedicatedPartition | None
    draws: Mapping[int, int]
    """GPU-minutes from pools, by key."""
    aid: AidValue | None


@dataclass(frozen=True)
class PlannedAward:
    """A project and what it would get."""

    project: PlannedProject
    allocations: Mapping[Site, PlannedAllocation]
    slurm: Mapping[int, ActualState | None] = field(repr=False)
    """What sites, by key, said of all that bears one of its names, or one that was asked for."""


def plan_project(application: Application, team: Collection[User]) -> PlannedProject:
    """The project of an application; its applicant leads the team, whose identities are loaded."""
    if application.organisation is None:
        raise StateError(_("This application is not complete."))
    name = next_name(year=timezone.localdate().year, track_code=application.track.code)
    known = {person: getattr(person, "unix_identity", None) for person in team}
    new = new_identities([one for one, has in known.items() if has is None], project=name.name)
    given = {identity.user: identity for identity in new.people}
    leader = application.applicant
    people = [leader, *(person for person in team if person != leader)]
    return PlannedProject(
        project=Project(
            name=name.name,
            unix_group=new.group,
            application=application,
            track=application.track,
            organisation=application.organisation,
            title=application.title,
        ),
        name=name,
        team={person: known.get(person) or given[person] for person in people},
        new=new,
    )


def plan_award(
    application: Application,
    awards: Mapping[Site, AwardLine],
    *,
    team: Collection[User],
    means: AwardMeans,
    reason: str = "",
    also_named: Iterable[str] = (),
) -> PlannedAward:
    """All of an award, or RefusedError where pools, aid or nodes do not allow it."""
    planned = plan_project(application, team)
    project = planned.project
    slurm = observed_states(awards, {*slurm_names(project, awards), *also_named, *_names(planned)})
    minutes = {site: line.gpu_minutes for site, line in awards.items()}
    aid: Mapping[Site, AidValue] = {}
    if means.aid is not None:
        aid = value_aid(minutes, organisation=project.organisation, received=means.aid)
    draws = draws_of(
        minutes, track=project.track, organisation=project.organisation, pools=means.pools
    )
    allocations = {}
    for site, line in awards.items():
        allocation = _allocation(planned, site, slurm.get(site.pk))
        own = None
        if line.own is not None:
            own = partition_for(allocation, line.own, reason=reason, site=site)
        allocations[site] = PlannedAllocation(allocation, own, draws[site], aid.get(site))
    return PlannedAward(planned, allocations, slurm)


def _allocation(planned: PlannedProject, site: Site, slurm: ActualState | None) -> Allocation:
    project, today = planned.project, timezone.localdate()
    taken = {*planned.name.given, *foreign_names(project, site, slurm)}
    free = (name for name in account_names(project.name) if name not in taken)
    return Allocation(
        project=project,
        site=site,
        account_name=next(free, project.name),
        starts_on=today,
        ends_on=last_day(today, project.application.months or 1),
        is_offered=True,
    )


def _names(planned: PlannedProject) -> set[str]:
    group = planned.project.unix_group
    names = {identity.username for identity in planned.team.values()}
    return names | {group.name} if group else names
