"""A project's figures for programs."""

from collections import Counter

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for
from allocations.models import Allocation, ProjectWait


@login_required
@require_safe
def usage(request: SignedInRequest, name: str) -> JsonResponse:
    """Granted and used at each site, exact to the second; `jobs` are those that have started."""
    project = project_for(request.user, name, Permission.PROJECT_VIEW)
    jobs = Counter[int]()
    for site_id, of_month in ProjectWait.objects.filter(project=project).values_list(
        "site", "jobs"
    ):
        jobs[site_id] += sum(of_month)
    allocations = Allocation.objects.with_figures().filter(project=project).select_related("site")
    return JsonResponse(
        {
            "project": project.name,
            "allocations": [
                {
                    "site": allocation.site.code,
                    "account": allocation.account_name,
                    "state": allocation.state,
                    "ends_on": allocation.ends_on,
                    "granted_gpu_minutes": allocation.granted_minutes,
                    "used_gpu_seconds": allocation.used_seconds,
                    "jobs": jobs[allocation.site_id],
                }
                for allocation in allocations
            ],
        }
    )
