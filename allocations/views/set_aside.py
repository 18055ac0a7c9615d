"""Rows of accounting that could not be used: staff see why."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.forms.set_aside import SetAsideFilter
from allocations.models import SetAsideRow
from allocations.tables.set_aside import SetAsideTable


@login_required
@require_safe
def set_aside(request: SignedInRequest) -> HttpResponse:
    """All rows that wait, those read last first."""
    require(request.user, Permission.SITES_VIEW)
    rows = SetAsideRow.objects.select_related("site")
    return render_list(
        request,
        filters=SetAsideFilter(request.GET, rows, request=request),
        table_class=SetAsideTable,
        template="staff/set_aside.html",
    )
