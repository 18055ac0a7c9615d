"""How the sites are, for staff."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.models import (
    Allocation,
    Drift,
    GpuFinding,
    LeavingMember,
    SetAsideRow,
    Site,
    SitePlan,
    SyncCycle,
)
from allocations.site_overview import (
    cycle_report,
    observed_accounts,
    overview_of,
    read_at,
    site_overviews,
)

CYCLES_A_PAGE = 10
ACCOUNTS_A_PAGE = 25
FINDINGS_A_PAGE = 10


@login_required
@require_safe
def sites(request: SignedInRequest) -> HttpResponse:
    """Every site at a glance."""
    require(request.user, Permission.SITES_VIEW)
    return render(request, "staff/sites.html", {"overviews": site_overviews()})


@login_required
@require_safe
def site(request: SignedInRequest, code: str) -> HttpResponse:
    """One site: its cycles with every change, and what its Slurm has."""
    require(request.user, Permission.SITES_VIEW)
    shown = get_object_or_404(
        Site.objects.select_related("status", "lease", "usage_check"), code=code
    )
    history = SyncCycle.objects.filter(site=shown)
    cycles = Paginator(history, CYCLES_A_PAGE).get_page(request.GET.get("page"))
    plans = SitePlan.objects.current().defer("outline").select_related("site", "decided_by")
    overview = overview_of(shown, history.first(), plans.filter(site=shown).first())
    accounts = Paginator(observed_accounts(overview.status), ACCOUNTS_A_PAGE)
    context = {
        "overview": overview,
        "site": shown,
        "cycles": cycles,
        "reports": [cycle_report(cycle) for cycle in cycles],
        "accounts": accounts.get_page(request.GET.get("accounts")),
        "read_at": read_at(overview.status),
        "may_credit": request.user.may(Permission.PROJECT_MANAGE),
        "offers": shown.offers.all(),
        "drift_count": Drift.objects.filter(site=shown).count(),
        "leaving_count": LeavingMember.objects.filter(allocation__site=shown).count(),
        "set_aside_count": SetAsideRow.objects.filter(site=shown).count(),
        "gpu_read_at": overview.status.gpu_read_at if overview.status else None,
        "findings": Paginator(GpuFinding.objects.filter(site=shown), FINDINGS_A_PAGE).get_page(
            request.GET.get("gpu")
        ),
        "renamed": Allocation.objects.with_other_name().filter(site=shown),
    }
    return render(request, "staff/site.html", context)
