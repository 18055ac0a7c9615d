"""The report on a page and as files; it only reads."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from django_tables2.data import TableListData

from accounts.lists import page_of_table, render_page_or_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from portal.reports.exports import report_as_csv, report_as_json
from portal.reports.forms import ReportForm
from portal.reports.queries import usage_report
from portal.reports.replica import reads_from_replica
from portal.reports.selection import Selection
from portal.reports.tables import ReportTable


@login_required
@require_safe
@reads_from_replica
def report(request: SignedInRequest) -> HttpResponse:
    """Granted, used and remaining GPU-hours of every project at every site."""
    form = _form(request)
    found = usage_report(form.selection() if form.is_valid() else Selection())
    table = page_of_table(request, ReportTable(TableListData(found.rows)))
    context = {"form": form, "report": found, "table": table, "query": request.GET.urlencode()}
    status = 422 if form.errors else 200
    return render_page_or_list(request, "reports/usage.html", context, status=status)


@login_required
@require_safe
@reads_from_replica
def report_csv(request: SignedInRequest) -> HttpResponse:
    """The same rows for a spreadsheet."""
    form = _form(request)
    if not form.is_valid():
        return report(request)
    response = HttpResponse(
        # The mark tells spreadsheets that this is UTF-8.
        "\ufeff" + report_as_csv(usage_report(form.selection())),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="belfry-usage.csv"'
    return response


@login_required
@require_safe
@reads_from_replica
def report_json(request: SignedInRequest) -> HttpResponse:
    """The same rows for programs."""
    form = _form(request)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    selection = form.selection()
    return JsonResponse(report_as_json(usage_report(selection), selection))


def _form(request: SignedInRequest) -> ReportForm:
    require(request.user, Permission.REPORTS_VIEW)
    return ReportForm(request.GET)
