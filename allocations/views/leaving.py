"""Members who have left and still have jobs: staff see the list, and may have them cancelled."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for, require
from allocations.actions.leaving import confirm_cancel
from allocations.errors import AllocationsError
from allocations.forms.leaving import CancelForm, LeavingFilter
from allocations.models import JobCancel, LeavingMember
from allocations.tables.leaving import LeavingTable

JOBS_A_PAGE = 100


@login_required
@require_safe
def leaving(request: SignedInRequest) -> HttpResponse:
    """Every removal that waits for jobs, the oldest first."""
    require(request.user, Permission.SITES_VIEW)
    rows = LeavingMember.objects.select_related("allocation__project", "allocation__site", "user")
    return render_list(
        request,
        filters=LeavingFilter(request.GET, rows, request=request),
        table_class=LeavingTable,
        template="staff/leaving.html",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leaving_jobs(request: SignedInRequest, leaving_id: int) -> HttpResponse:
    """The jobs of one leaving member, and the form that has exactly these cancelled."""
    found = _leaving_for(request, leaving_id)
    form = CancelForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        try:
            confirm_cancel(leaving_id=found.pk, actor=request.user, **form.cleaned_data)
        except AllocationsError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Confirmed: the site cancels these jobs within seconds."))
        return redirect("leaving_jobs", found.pk)
    undecided = found.undecided_jobs()
    seen = ",".join(job.job_id for job in undecided)
    context = {
        "leaving": found,
        "jobs": Paginator(found.queued_jobs, JOBS_A_PAGE).get_page(request.GET.get("page")),
        "undecided": {job.job_id for job in undecided},
        "cancels": JobCancel.objects.waiting()
        .filter(allocation=found.allocation_id, username=found.username)
        .select_related("confirmed_by"),
        "form": form or CancelForm(initial={"seen": seen}),
    }
    return render(
        request, "staff/leaving_jobs.html", context, status=422 if form and form.errors else 200
    )


def _leaving_for(request: SignedInRequest, leaving_id: int) -> LeavingMember:
    """The row, for those who may change the project it is about."""
    rows = LeavingMember.objects.select_related(
        "allocation__project", "allocation__site__status", "user"
    )
    found = rows.filter(pk=leaving_id).first()
    if found is None:
        raise Http404
    project_for(request.user, found.allocation.project.name, Permission.PROJECT_MANAGE)
    return found
