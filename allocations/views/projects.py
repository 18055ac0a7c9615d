"""Projects as their members see them: where they stand, how to submit, what was used."""

from datetime import date, timedelta
from typing import TypedDict

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.lists import render_list
from accounts.models import UnixIdentity, User
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_and_permissions, project_for
from allocations.forms.invitations import InvitationForm
from allocations.forms.jobs import JobFilter
from allocations.models import (
    Allocation,
    ClawBack,
    DailyUsage,
    Invitation,
    LeavingMember,
    Membership,
    Project,
)
from allocations.queries import jobs_of, projects_with_what_is_rare
from allocations.states import AllocationState
from allocations.tables.jobs import JobPaginator, JobTable, jobs_as_csv
from allocations.views.history import history
from allocations.views.site_cards import allocations_for_cards, first_job, site_cards

PER_PAGE = 20
LATEST_JOBS = 10
DAYS_SHOWN = 14


class DayOfUse(TypedDict):
    """What was used at one site on one UTC day."""

    day: date
    site__name: str
    gpu_seconds: int
    jobs: int


@login_required
@require_safe
def my_projects(request: SignedInRequest) -> HttpResponse:
    """The projects that this person is a member of."""
    mine = (
        Project.objects.of(request.user)
        .select_related("track", "organisation")
        .prefetch_related(
            Prefetch("allocations", Allocation.objects.with_figures().select_related("site"))
        )
    )
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "projects/list.html", {"page": page})


@login_required
@require_safe
def project(request: SignedInRequest, name: str) -> HttpResponse:
    """One project: a card for each site, members, use, jobs, history."""
    shown, held = project_and_permissions(
        request.user, name, Permission.PROJECT_VIEW, among=_projects_with_all(request.user)
    )
    cards = site_cards(shown)
    may_report = Permission.PROJECT_REPORT in held
    return render(
        request,
        "projects/project.html",
        {
            "project": shown,
            "cards": cards,
            "is_being_set_up": any(card.state == AllocationState.PROVISIONING for card in cards),
            "members": _members(shown),
            "leaving": _leaving(shown) if shown.has_leaving else (),
            "invitations": _invitations(shown) if shown.has_invitations else (),
            "invitation_form": InvitationForm(),
            "my_username": shown.readers_username,  # type: ignore[attr-defined]  # read with it
            "may_invite": Permission.PROJECT_INVITE in held,
            "may_remove": Permission.PROJECT_REMOVE_MEMBER in held,
            "report": getattr(shown, "final_report", None),
            "may_report": may_report,
            "claw_backs": _claw_backs(shown) if may_report and shown.has_claw_backs else (),
            "may_ask": Permission.PROJECT_ASK in held,
            "may_manage": Permission.PROJECT_MANAGE in held,
            "may_review": request.user.may(Permission.QUEUE_VIEW),
            "has_drift": shown.has_drift and request.user.may(Permission.SITES_VIEW),
            "days": _daily_use(shown),
            "jobs": jobs_of(shown)[:LATEST_JOBS],
            "history": history(shown),
        },
    )


@login_required
@require_safe
def jobs(request: SignedInRequest, name: str) -> HttpResponseBase:
    """The project's jobs: sorted, filtered, searched, page by page, or all of them as CSV."""
    shown = _project_for_reading(request, name)
    filtered = JobFilter(request.GET, queryset=jobs_of(shown), project=shown)
    if request.GET.get("format") == "csv":
        return jobs_as_csv(filtered.qs, filename=f"{shown.name}-jobs.csv")
    return render_list(
        request,
        filters=filtered,
        table_class=JobTable,
        template="projects/jobs.html",
        paginator_class=JobPaginator,
        project=shown,
    )


@login_required
@require_safe
def script(request: SignedInRequest, name: str, site_code: str) -> HttpResponse:
    """A first job for one site, as a file."""
    shown = _project_for_reading(request, name)
    allocation = (
        shown.allocations.filter(site__code=site_code).select_related("site", "project").first()
    )
    if allocation is None:
        raise Http404
    filename = f"{shown.name}-{site_code}.sh"
    return HttpResponse(
        first_job(allocation),
        content_type="text/x-shellscript; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def _project_for_reading(request: SignedInRequest, name: str) -> Project:
    projects = Project.objects.select_related("track", "organisation", "application")
    return project_for(request.user, name, Permission.PROJECT_VIEW, among=projects)


def _projects_with_all(reader: User) -> QuerySet[Project]:
    """Projects with what their pages show, in a few queries whatever happened to them.

    The reader's name on the clusters is empty before they are in any project.
    """
    username = UnixIdentity.objects.filter(user=reader).values("username")
    memberships = Membership.objects.select_related("user__unix_identity")
    return (
        projects_with_what_is_rare()
        .annotate(readers_username=Coalesce(Subquery(username), Value("")))
        .select_related("track", "organisation", "application", "final_report")
        .prefetch_related(
            Prefetch("memberships", memberships), Prefetch("allocations", allocations_for_cards())
        )
    )


def _members(project: Project) -> list[Membership]:
    return [membership for membership in project.memberships.all() if membership.left_at is None]


def _invitations(project: Project) -> QuerySet[Invitation]:
    """Those that nobody has accepted yet."""
    return project.application.invitations.filter(accepted_by=None)


def _claw_backs(project: Project) -> QuerySet[ClawBack]:
    """Proposals to take hours back that its leader should know of."""
    found = ClawBack.objects.to_tell().filter(allocation__project=project)
    return found.select_related("allocation__site", "entry")


def _leaving(project: Project) -> QuerySet[LeavingMember]:
    """Those whose removal waits for jobs."""
    found = LeavingMember.objects.filter(allocation__project=project)
    return found.select_related("allocation__site", "user")


def _daily_use(project: Project) -> list[DayOfUse]:
    """The last two weeks' use, the newest day first."""
    since = timezone.now().date() - timedelta(days=DAYS_SHOWN)
    rows = (
        DailyUsage.objects.filter(project=project, day__gt=since)
        .values("day", "site__name")
        .annotate(gpu_seconds=Sum("gpu_seconds"), jobs=Sum("jobs"))
        .order_by("-day", "-site__name")
    )
    return [DayOfUse(**row) for row in rows]
