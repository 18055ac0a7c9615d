"""How the portal's use stands to Slurm's own figures, for staff."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.forms.usage_checks import UsageDifferenceFilter
from allocations.models import Site, UsageDifference
from allocations.tables.usage_checks import UsageDifferenceTable


@login_required
@require_safe
def usage_checks(request: SignedInRequest) -> HttpResponse:
    """Each site's last check, and every difference that one ever found."""
    require(request.user, Permission.SITES_VIEW)
    rows = UsageDifference.objects.select_related("allocation__site", "allocation__project")
    return render_list(
        request,
        filters=UsageDifferenceFilter(request.GET, rows, request=request),
        table_class=UsageDifferenceTable,
        template="staff/usage_checks.html",
        sites=Site.objects.select_related("usage_check"),
    )
