"""The programme's figures for staff, on a page and as files."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.models import Quota, Site
from allocations.tables.checked import checked_of, with_checks
from portal.programme.figures import Places, programme
from portal.programme.files import CONTENT_TYPES, programme_as
from portal.programme.forms import ProgrammeForm
from portal.programme.kpis import KPIS, TOPICS
from portal.programme.pictures import programme_charts
from portal.programme.shown import divided_kpis, shown_parts, shown_topics

FILE_FORMATS = ("csv", "xlsx", "json")


@login_required
@require_safe
def programme_page(request: SignedInRequest) -> HttpResponse:
    """Every figure of the whole, and the main ones by month, site, track and more."""
    require(request.user, Permission.REPORTS_VIEW)
    places = Places.read(with_checks(Site.objects.all()))
    form = ProgrammeForm(request.GET, places)
    form.is_valid()
    found = programme(form.selection(), places)
    context = {
        "form": form,
        "found": found,
        "checks": [(site.name, checked_of(site)) for site in places.sites],
        "topics": shown_topics(found, quota_notes()),
        "columns": divided_kpis(),
        "parts": shown_parts(found),
        "charts": programme_charts(found),
        "formats": FILE_FORMATS,
        "query": request.GET.urlencode(),
    }
    return render(request, "programme/programme.html", context, status=_status(form))


@login_required
@require_safe
def programme_file(request: SignedInRequest, file_format: str) -> HttpResponse:
    """The same figures, all of them for each part, for a spreadsheet or a program."""
    require(request.user, Permission.REPORTS_VIEW)
    if file_format not in FILE_FORMATS:
        raise Http404
    places = Places.read()
    form = ProgrammeForm(request.GET, places)
    if request.GET and not form.is_valid():
        return programme_page(request)
    content = programme_as(file_format, programme(form.selection(), places))
    response = HttpResponse(content, content_type=CONTENT_TYPES[file_format])
    response["Content-Disposition"] = f'attachment; filename="belfry-programme.{file_format}"'
    return response


@login_required
@require_safe
def definitions(request: SignedInRequest) -> HttpResponse:
    """What each figure means and where it comes from."""
    require(request.user, Permission.REPORTS_VIEW)
    topics = [(name, [kpi for kpi in KPIS if kpi.topic == topic]) for topic, name in TOPICS.items()]
    return render(request, "programme/definitions.html", {"topics": topics})


def quota_notes() -> dict[str, str]:
    """Beside each pool's share, what it should be at most."""
    return {
        f"pool_{quota.code}": _("quota: %(percent)d %% at most") % {"percent": quota.percent}
        for quota in Quota.objects.on(timezone.localdate())
    }


def _status(form: ProgrammeForm) -> int:
    return 422 if form.errors else 200
