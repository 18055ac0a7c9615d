"""Accounts that a site offers: staff say to which project and to whom they belong."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.actions import adoption as actions
from allocations.errors import AllocationsError, MemberError, StateError
from allocations.forms.adoption import AdoptionForm
from allocations.models import OfferedAccount


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: SignedInRequest, offer_id: int) -> HttpResponse:
    """One offered account as it is, and the form that brings it under a project."""
    require(request.user, Permission.PROJECT_MANAGE)
    offers = OfferedAccount.objects.select_related("site")
    offer = get_object_or_404(offers, pk=offer_id)
    data = request.POST if request.method == "POST" else None
    form = AdoptionForm(offer, request.user, data)
    if request.method == "POST" and form.is_valid():
        try:
            allocation = actions.adopt_account(
                offer_id=offer.pk,
                target=form.target(),
                addresses=form.addresses(),
                ends_on=form.cleaned_data["ends_on"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except StateError as error:
            messages.warning(request, str(error))
            return redirect("site", offer.site.code)
        except MemberError as error:
            form.add_error(form.field_of(error.username), str(error))
        except AllocationsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The account is part of the project; nothing was changed."))
            return redirect(allocation.project)
    status = 422 if request.method == "POST" else 200
    context = {"offer": offer, "form": form, "found": form.found}
    return render(request, "staff/adopt.html", context, status=status)


@login_required
@require_POST
def decline(request: SignedInRequest, offer_id: int) -> HttpResponse:
    """Take an offer off the list."""
    require(request.user, Permission.PROJECT_MANAGE)
    offer = get_object_or_404(OfferedAccount.objects.select_related("site"), pk=offer_id)
    actions.decline_offer(offer_id=offer.pk, actor=request.user)
    messages.success(request, _("The account stays the site's own."))
    return redirect("site", offer.site.code)
