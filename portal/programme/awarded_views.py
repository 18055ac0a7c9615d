"""The awarded projects whose applicants agreed, for everybody: on a page and as a dataset."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.lists import render_list
from allocations.public_projects import public_projects, public_rows
from portal.programme.awarded_list import AwardedFilter, AwardedTable
from portal.programme.files import CONTENT_TYPES, csv_bytes, json_bytes
from portal.programme.public import LICENCE, LICENCE_URL

_KEPT_BY_BROWSERS_SECONDS = 300
COLUMNS = (
    "project",
    "title",
    "abstract",
    "organisation",
    "track",
    "site",
    "gpu_hours",
    "starts_on",
    "ends_on",
)


@require_safe
def awarded_projects(request: HttpRequest) -> HttpResponse:
    """The list, page by page; it can be searched."""
    return render_list(
        request,
        filters=AwardedFilter(request.GET, public_projects(), request=request),
        table_class=AwardedTable,
        template="programme/awarded.html",
        licence=LICENCE,
        licence_url=LICENCE_URL,
    )


@require_safe
def awarded_file(request: HttpRequest, file_format: str) -> HttpResponse:
    """All of them for programs, one row a project and site."""
    if file_format not in ("csv", "json"):
        raise Http404
    rows = public_rows()
    if file_format == "csv":
        content = csv_bytes(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
    else:
        content = json_bytes({"licence": LICENCE, "licence_url": LICENCE_URL, "projects": rows})
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[file_format],
        headers={
            "Cache-Control": f"public, max-age={_KEPT_BY_BROWSERS_SECONDS}",
            "Access-Control-Allow-Origin": "*",
            "Content-Disposition": (
                f'inline; filename="belfry-projects-{timezone.localdate()}.{file_format}"'
            ),
        },
    )
