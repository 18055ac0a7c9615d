"""Staff see what pools of GPU time have left; administrators enter them, quotas and prices."""

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.actions import pool_book as actions
from allocations.errors import RefusedError
from allocations.forms.pools import PoolForm, PoolsFilter, PriceForm, QuotaForm
from allocations.models import Pool, Quota, UnitPrice
from allocations.pool_rooms import drawn_minutes, read_drawn
from allocations.rules.pools import quota_minutes
from allocations.tables.pools import PoolsTable

CHANGES_SHOWN = 50


@login_required
@require_safe
def pools(request: SignedInRequest) -> HttpResponse:
    """All pools with what was granted from them, the quotas and the prices that hold today."""
    require(request.user, Permission.REPORTS_VIEW)
    today = timezone.localdate()
    found = Pool.objects.select_related("site").annotate(
        drawn=Coalesce(Sum("draws__gpu_minutes"), 0)
    )
    return render_list(
        request,
        filters=PoolsFilter(request.GET, found, request=request),
        table_class=PoolsTable,
        template="staff/pools.html",
        quotas=Quota.objects.on(today),
        prices=UnitPrice.objects.on(today).select_related("site"),
        may_change=request.user.may(Permission.TRACKS_CHANGE),
    )


@login_required
@require_safe
def pool(request: SignedInRequest, pool_id: int) -> HttpResponse:
    """One pool: what is left, of each quota too, and every change of it."""
    require(request.user, Permission.REPORTS_VIEW)
    shown = get_object_or_404(Pool.objects.select_related("site"), pk=pool_id)
    draws = read_drawn([shown])
    drawn = drawn_minutes(draws, shown)
    quotas = [
        (
            quota,
            drawn_minutes(draws, shown, quota),
            quota_minutes(shown.gpu_minutes, quota.percent),
        )
        for quota in Quota.objects.on(timezone.localdate())
    ]
    trail = apps.get_model("allocations", "PoolEvent").objects.filter(pgh_obj=shown)
    changes = trail.select_related("pgh_context").order_by("-pgh_id")[:CHANGES_SHOWN]
    context = {
        "pool": shown,
        "tracks": shown.tracks.all(),
        "drawn_minutes": drawn,
        "left_minutes": shown.gpu_minutes - drawn,
        "quotas": quotas,
        "changes": changes,
        "may_change": request.user.may(Permission.TRACKS_CHANGE),
    }
    return render(request, "staff/pool.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_pool(request: SignedInRequest) -> HttpResponse:
    """Enter a pool."""
    require(request.user, Permission.TRACKS_CHANGE)
    form = PoolForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_pool(
                site=form.cleaned_data["site"], terms=form.terms(), actor=request.user
            )
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Awards are taken from it from its first day on."))
            return redirect(made)
    return _form_page(request, form, heading=_("New pool"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_pool(request: SignedInRequest, pool_id: int) -> HttpResponse:
    """Change a pool."""
    require(request.user, Permission.TRACKS_CHANGE)
    shown = get_object_or_404(Pool, pk=pool_id)
    form = PoolForm(
        request.POST if request.method == "POST" else None, pool=shown, initial=_initial(shown)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_pool(pool_id=shown.pk, terms=form.terms(), actor=request.user)
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The pool is changed."))
            return redirect(shown)
    return _form_page(request, form, heading=_("Change “%(name)s”") % {"name": shown})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_quota(request: SignedInRequest) -> HttpResponse:
    """Another share for whom a quota holds."""
    require(request.user, Permission.TRACKS_CHANGE)
    form = QuotaForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_quota(actor=request.user, **form.cleaned_data)
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The quota holds from that day on."))
            return redirect("pools")
    return _form_page(request, form, heading=_("Another quota"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_price(request: SignedInRequest) -> HttpResponse:
    """Another unit price of a site."""
    require(request.user, Permission.TRACKS_CHANGE)
    form = PriceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_unit_price(
                site=form.cleaned_data["site"],
                cents_per_gpu_hour=form.cents,
                valid_from=form.cleaned_data["valid_from"],
                actor=request.user,
            )
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The price holds from that day on."))
            return redirect("pools")
    return _form_page(request, form, heading=_("Another unit price"))


def _form_page(request: SignedInRequest, form: Any, *, heading: str) -> HttpResponse:
    context = {"form": form, "heading": heading}
    return render(request, "staff/pool_form.html", context, status=422 if form.errors else 200)


def _initial(pool: Pool) -> dict[str, Any]:
    names = ("name", "funder", "starts_on", "ends_on", "gpu_hours")
    return {name: getattr(pool, name) for name in names} | {"tracks": list(pool.tracks.all())}
