"""Giving back the GPU time of lost jobs: first what exactly, then with a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for, require
from allocations.actions.credits import credit_lost_runs, is_reversible, reverse_credit
from allocations.errors import AllocationsError, StateError
from allocations.forms.lost_runs import CreditForm, LostRunsForm
from allocations.forms.manage import ReasonForm
from allocations.lost_runs import find_lost_runs
from allocations.models import LedgerEntry, Site


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lost_runs(request: SignedInRequest, code: str) -> HttpResponse:
    """Choose lost jobs, look at each, and give their GPU time back."""
    require(request.user, Permission.PROJECT_MANAGE)
    site = get_object_or_404(Site, code=code)
    form = LostRunsForm(request.GET or None)
    selection = form.selection(site) if form.is_valid() else None
    found = find_lost_runs(selection, request.user) if selection else None
    credit = CreditForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": found.digest if found else ""},
    )
    if request.method == "POST" and selection and credit.is_valid():
        try:
            entries = credit_lost_runs(
                selection=selection, actor=request.user, **credit.cleaned_data
            )
        except StateError as error:
            messages.warning(request, str(error))
            return redirect(request.get_full_path())
        except AllocationsError as error:
            credit.add_error(None, str(error))
        else:
            messages.success(request, _done(len(entries)))
            return redirect(entries[0].allocation.project if len(entries) == 1 else request.path)
    refused = request.method == "POST" or form.errors
    context = {"site": site, "form": form, "found": found, "credit": credit}
    return render(request, "staff/lost_runs.html", context, status=422 if refused else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: SignedInRequest, entry_id: int) -> HttpResponse:
    """Ask for a reason, then take back by another entry what was given for lost jobs."""
    entry = get_object_or_404(
        LedgerEntry.objects.select_related("allocation__project", "allocation__site"), pk=entry_id
    )
    project_for(request.user, entry.allocation.project.name, Permission.PROJECT_MANAGE)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reverse_credit(
                entry_id=entry_id, reason=form.cleaned_data["reason"], actor=request.user
            )
        except StateError as error:
            messages.warning(request, str(error))
            return redirect(entry.allocation.project)
        except AllocationsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Taken back; the site knows within seconds."))
            return redirect(entry.allocation.project)
    context = {"entry": entry, "form": form, "is_reversible": is_reversible(entry)}
    return render(request, "staff/take_back.html", context, status=422 if form.errors else 200)


def _done(budgets: int) -> str:
    return ngettext(
        "The GPU time is given back; the site knows within seconds.",
        "The GPU time is given back to %(count)d budgets; the site knows within seconds.",
        budgets,
    ) % {"count": budgets}
