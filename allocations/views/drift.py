"""What was changed by hand in Slurm: staff see it, and may make it the portal's own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for, require
from allocations.actions.drift import adopt_drift
from allocations.errors import AllocationsError, StateError
from allocations.forms.drift import DriftFilter
from allocations.forms.manage import ReasonForm
from allocations.models import Drift
from allocations.rules.drift import why_not_adoptable
from allocations.tables.drift import DriftTable, subject_in_words, value_in_words


@login_required
@require_safe
def drift(request: SignedInRequest) -> HttpResponse:
    """Everything that was changed by hand, the newest first."""
    require(request.user, Permission.SITES_VIEW)
    rows = Drift.objects.select_related("site", "allocation__project")
    return render_list(
        request,
        filters=DriftFilter(request.GET, rows, request=request),
        table_class=DriftTable,
        template="staff/drift.html",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: SignedInRequest, drift_id: int) -> HttpResponse:
    """Ask for a reason, then make the portal's own record say what was found."""
    found = _drift_for(request, drift_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            adopt_drift(drift_id=drift_id, reason=form.cleaned_data["reason"], actor=request.user)
        except StateError as error:
            messages.warning(request, str(error))
            return redirect("drift")
        except AllocationsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Adopted: the site keeps it from its next cycle on."))
            return redirect("drift")
    context = {
        "drift": found,
        "form": form,
        "what": subject_in_words(found),
        "was": value_in_words(found, found.expected),
        "became": value_in_words(found, found.found),
        "why_not": why_not_adoptable(found.correction),
    }
    return render(request, "staff/adopt_drift.html", context, status=422 if form.errors else 200)


def _drift_for(request: SignedInRequest, drift_id: int) -> Drift:
    """The row, for those who may change the project it is about."""
    rows = Drift.objects.select_related("site", "allocation__project")
    found = rows.filter(pk=drift_id, allocation__isnull=False).first()
    if found is None or found.allocation is None:
        raise Http404
    project_for(request.user, found.allocation.project.name, Permission.PROJECT_MANAGE)
    return found
