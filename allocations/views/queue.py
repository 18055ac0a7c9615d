"""What staff choose from: the review queue and all projects."""

from django.contrib.auth.decorators import login_required
from django.db.models import Max, OuterRef, Prefetch, Subquery
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import applications_to_review, require
from allocations.forms.queue import ProjectsFilter, QueueFilter, ReviewerQueueFilter
from allocations.models import Allocation, Project
from allocations.review_figures import with_reviews
from allocations.review_steps import STEPS_DONE
from allocations.tables.projects import ProjectsTable
from allocations.tables.queue import QueueTable, ReviewerQueueTable


@login_required
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """What was handed in, or what this reviewer was asked to review; the most urgent first."""
    require(request.user, Permission.QUEUE_VIEW)
    is_office = request.user.may(Permission.APPLICATION_VIEW)
    applications = with_reviews(applications_to_review(request.user).for_lists(), request.user)
    if is_office:
        applications = applications.annotate(steps_done=STEPS_DONE)
    return render_list(
        request,
        filters=(QueueFilter if is_office else ReviewerQueueFilter)(
            request.GET, applications, request=request
        ),
        table_class=QueueTable if is_office else ReviewerQueueTable,
        template="staff/queue.html",
        has_expertise=request.user.may(Permission.EXPERTISE_CHANGE),
    )


@login_required
@require_safe
def all_projects(request: SignedInRequest) -> HttpResponse:
    """Every project with what it has and used at each site."""
    require(request.user, Permission.PROJECT_VIEW)
    allocations = Allocation.objects.with_figures().with_site_status()
    of_project = Allocation.objects.filter(project=OuterRef("pk")).order_by().values("project")
    projects = (
        Project.objects.select_related("organisation", "track")
        .annotate(ends_on=Subquery(of_project.annotate(last=Max("ends_on")).values("last")))
        .prefetch_related(Prefetch("allocations", queryset=allocations))
    )
    return render_list(
        request,
        filters=ProjectsFilter(request.GET, projects, request=request),
        table_class=ProjectsTable,
        template="staff/projects.html",
    )
