"""What those who apply have done and asked for before, for whoever judges their application."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from allocations.gpu_efficiency import Efficiency, efficiency_of, efficiency_together
from allocations.models import Allocation, Application, Membership, Project

MOST_SHOWN = 20


@dataclass(frozen=True)
class EarlierProject:
    """One project, where it has GPU time, and how well it used it."""

    project: Project
    allocations: list[Allocation]
    efficiency: Efficiency | None


def earlier_applications(application: Application) -> list[Application]:
    """The latest others of the same organisation."""
    others = Application.objects.handed_in().exclude(pk=application.pk)
    return list(
        others.filter(organisation=application.organisation, organisation__isnull=False)
        .select_related("track", "applicant")
        .order_by("-submitted_at")[:MOST_SHOWN]
    )


def earlier_projects(application: Application) -> list[EarlierProject]:
    """The latest ones of the same organisation or leader, in two queries.

    Each has an allocation from its first moment, so that none is missed.
    """
    latest = _projects_before(application).order_by("-created_at")[:MOST_SHOWN]
    allocations = (
        Allocation.objects.filter(project__in=latest.values("pk"))
        .select_related("project__track", "site")
        .order_by("-project__created_at", "project", "site")
    )
    found: dict[Project, list[Allocation]] = {}
    for allocation in allocations:
        found.setdefault(allocation.project, []).append(allocation)
    efficiency = efficiency_of(found)
    return [EarlierProject(one, found[one], efficiency.get(one.pk)) for one in found]


def earlier_use(application: Application) -> Efficiency | None:
    """How well all of these used their GPUs, for reviewers who learn nothing else of them."""
    return efficiency_together(_projects_before(application))


def _projects_before(application: Application) -> QuerySet[Project]:
    """Projects of the same organisation or leader."""
    of_applicant = Membership.objects.filter(
        user=application.applicant, role=Membership.Role.LEADER
    ).values("project")
    return Project.objects.filter(
        Q(organisation=application.organisation, organisation__isnull=False)
        | Q(pk__in=of_applicant)
    ).exclude(application=application)
