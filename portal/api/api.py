"""The addresses of the API, one function each."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from ninja import NinjaAPI, Query
from ninja.errors import HttpError

from accounts.models import Scope
from accounts.permissions import Permission
from allocations.access import project_for, require, visible_projects
from allocations.models import Allocation, DailyUsage, Project, SiteStatus
from allocations.rules.units import SECONDS_A_MINUTE
from portal.api.answers import (
    AllocationAnswer,
    DayOfUse,
    Definition,
    Figure,
    Page,
    PageNumber,
    PageSize,
    ProgrammeQuery,
    ProjectAnswer,
)
from portal.api.errors import ERRORS, answer_errors
from portal.api.tokens import PersonalTokenAuth, person_with
from portal.programme.figures import Places, programme
from portal.programme.forms import ProgrammeForm
from portal.programme.rows import definition_rows, figure_rows
from slurm_bridge.wire_terms import Day

api = NinjaAPI(
    title="Belfry for people's programs",
    version="1",
    description="Figures that a person may see, by a personal token. Nothing can be changed.",
    auth=PersonalTokenAuth(),
    urls_namespace="api",
    docs_url=None,
)
answer_errors(api)

FirstDay = Annotated[Day | None, Query(alias="from")]
LastDay = Annotated[Day | None, Query(alias="to")]


@api.get("/definitions", response={200: list[Definition], **ERRORS})
def get_definitions(request: HttpRequest) -> list[dict[str, str]]:
    """What each figure of the programme means."""
    person_with(request, Scope.PROGRAMME)
    return definition_rows()


@api.get("/programme", response={200: Page[Figure], **ERRORS})
def get_programme(
    request: HttpRequest, asked: Query[ProgrammeQuery], page: PageNumber = 1, size: PageSize = 500
) -> dict[str, Any]:
    """The programme's figures: the whole, then each part of the division."""
    require(person_with(request, Scope.PROGRAMME), Permission.REPORTS_VIEW)
    places = Places.read()
    given = {
        "from": asked.first.isoformat() if asked.first else "",
        "to": asked.last.isoformat() if asked.last else "",
        "site": asked.site,
        "track": asked.track,
        "region": asked.region,
        "kind": asked.kind,
        "by": asked.by,
    }
    form = ProgrammeForm(given, places)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise HttpError(422, f"{field}: {errors[0]}")
    return _page(list(figure_rows(programme(form.selection(), places))), page, size)


@api.get("/projects", response={200: Page[ProjectAnswer], **ERRORS})
def get_projects(
    request: HttpRequest, page: PageNumber = 1, size: PageSize = 100
) -> dict[str, Any]:
    """The projects that the token's person may see, by name."""
    projects = visible_projects(person_with(request, Scope.PROJECTS))
    found = _page(_with_allocations(projects).order_by("name"), page, size)
    silent = _silent_sites()
    return found | {"items": [_project(project, silent) for project in found["items"]]}


@api.get("/projects/{name}", response={200: ProjectAnswer, **ERRORS})
def get_project(request: HttpRequest, name: str) -> ProjectAnswer:
    """One project."""
    person = person_with(request, Scope.PROJECTS)
    among = _with_allocations(Project.objects.all())
    return _project(
        project_for(person, name, Permission.PROJECT_VIEW, among=among), _silent_sites()
    )


@api.get("/projects/{name}/daily-usage", response={200: Page[DayOfUse], **ERRORS})
def get_daily_usage(
    request: HttpRequest,
    name: str,
    first: FirstDay = None,
    last: LastDay = None,
    page: PageNumber = 1,
    size: PageSize = 500,
) -> dict[str, Any]:
    """What a project used, by UTC day, site and user."""
    person = person_with(request, Scope.PROJECTS)
    project = project_for(person, name, Permission.PROJECT_VIEW)
    usage = DailyUsage.objects.filter(project=project).select_related("site")
    if first is not None:
        usage = usage.filter(day__gte=first)
    if last is not None:
        usage = usage.filter(day__lte=last)
    found = _page(usage.order_by("day", "site__code", "username"), page, size)
    return found | {"items": [_day(row) for row in found["items"]]}


def _page(items: QuerySet[Any] | Sequence[Any], page: int, size: int) -> dict[str, Any]:
    count = items.count() if isinstance(items, QuerySet) else len(items)
    start = (page - 1) * size
    return {
        "items": list(items[start : start + size]),
        "count": count,
        "next_page": page + 1 if start + size < count else None,
    }


def _with_allocations(projects: QuerySet[Project]) -> QuerySet[Project]:
    allocations = Allocation.objects.with_figures().select_related("site")
    return projects.select_related("organisation", "track").prefetch_related(
        Prefetch("allocations", allocations)
    )


def _silent_sites() -> frozenset[int]:
    """Sites that have told of no job yet, so that what was used there is unknown."""
    known = SiteStatus.objects.filter(accounting_until__isnull=False)
    heard = set(known.values_list("site_id", flat=True))
    everywhere = Allocation.objects.order_by().values_list("site_id", flat=True).distinct()
    return frozenset(set(everywhere) - heard)


def _project(project: Project, silent: frozenset[int]) -> ProjectAnswer:
    return ProjectAnswer(
        name=project.name,
        title=project.title,
        organisation=project.organisation.name,
        track=project.track.code,
        allocations=[
            AllocationAnswer(
                site=allocation.site.code,
                account=allocation.account_name,
                state=allocation.state.value,
                starts_on=allocation.starts_on,
                ends_on=allocation.ends_on,
                granted_gpu_seconds=allocation.granted_minutes * SECONDS_A_MINUTE,
                used_gpu_seconds=(
                    None if allocation.site_id in silent else allocation.used_seconds
                ),
            )
            for allocation in project.allocations.all()
        ],
    )


def _day(row: DailyUsage) -> DayOfUse:
    return DayOfUse(
        day=row.day,
        site=row.site.code,
        username=row.username,
        gpu_seconds=row.gpu_seconds,
        cpu_seconds=row.cpu_seconds,
        jobs=row.jobs,
    )
