"""How the sites are, for staff."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
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
    overview_of,
    site_overviews,
)
from allocations.slurm_states import ReportedAccounts

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
        Site.objects.select_related("status", "lease", "usage_check").annotate(
            slurm_read_at=F("slurm_state__read_at")
        ),
        code=code,
    )
    history = SyncCycle.objects.filter(site=shown)
    cycles = Paginator(history, CYCLES_A_PAGE).get_page(request.GET.get("page"))
    plans = SitePlan.objects.current().defer("outline").select_related("site", "decided_by")
    newest = next(iter(cycles), None) if cycles.number == 1 else history.first()
    overview = overview_of(shown, newest, plans.filter(site=shown).first())
    accounts = Paginator(ReportedAccounts(shown), ACCOUNTS_A_PAGE)
    context = {
        "overview": overview,
        "site": shown,
        "cycles": cycles,
        "reports": [cycle_report(cycle) for cycle in cycles],
        "accounts": accounts.get_page(request.GET.get("accounts")),
        "read_at": shown.slurm_read_at,  # type: ignore[attr-defined]  # read with it
        "may_credit": request.user.may(Permission.PROJECT_MANAGE),
        "offers": shown.offers.all(),
        **_counts(shown),
        "gpu_read_at": overview.status.gpu_read_at if overview.status else None,
        "findings": Paginator(GpuFinding.objects.filter(site=shown), FINDINGS_A_PAGE).get_page(
            request.GET.get("gpu")
        ),
        "renamed": Allocation.objects.with_other_name().filter(site=shown),
    }
    return render(request, "staff/site.html", context)


def _counts(site: Site) -> dict[str, int]:
    """How much at a site waits for staff, in one query."""
    waiting = {
        "drift_count": Drift.objects.filter(site=site),
        "leaving_count": LeavingMember.objects.filter(allocation__site=site),
        "set_aside_count": SetAsideRow.objects.filter(site=site),
    }
    counts = {name: _count_alone(rows) for name, rows in waiting.items()}
    return dict(Site.objects.filter(pk=site.pk).annotate(**counts).values(*waiting).get())


def _count_alone(rows: QuerySet[Any]) -> Coalesce:
    together = rows.order_by().annotate(together=Value(1)).values("together")
    return Coalesce(Subquery(together.annotate(total=Count("pk")).values("total")), 0)
