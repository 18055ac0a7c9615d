"""How much CO2e a site's electricity stands for: for staff to read, for administrators to enter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.actions.energy import set_energy_factor
from allocations.forms.energy import EnergyFactorForm
from allocations.models import Site

FACTORS_A_PAGE = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def energy_factors(request: SignedInRequest, code: str) -> HttpResponse:
    """The factors of a site, the newest first, and a form for another."""
    is_post = request.method == "POST"
    require(request.user, Permission.SITES_CHANGE if is_post else Permission.SITES_VIEW)
    site = get_object_or_404(Site, code=code)
    form = EnergyFactorForm(request.POST if is_post else None)
    if is_post and form.is_valid():
        set_energy_factor(site=site, actor=request.user, **form.cleaned_data)
        messages.success(request, _("The factor is kept."))
        return redirect("energy_factors", site.code)
    factors = Paginator(site.energy_factors.order_by("-valid_from"), FACTORS_A_PAGE)
    context = {
        "site": site,
        "form": form,
        "page": factors.get_page(request.GET.get("page")),
        "may_change": request.user.may(Permission.SITES_CHANGE),
    }
    return render(request, "staff/energy.html", context, status=422 if form.errors else 200)
