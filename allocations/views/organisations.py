"""An organisation's own page: entered once, reused in each application."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import organisation_actions as actions
from accounts.models import Organisation, OrganisationMember
from accounts.organisation_actions import MOST_AIDS, MOST_ENTERPRISES, OrganisationError
from accounts.organisation_forms import (
    AidForm,
    EnterpriseForm,
    FactsForm,
    OrganisationForm,
    SizeForm,
)
from accounts.organisation_size import size_of
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for, organisation_for
from allocations.aid_outlook import aid_outlook
from allocations.models import Application

PEOPLE_SHOWN = 100


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_organisation(request: SignedInRequest) -> HttpResponse:
    """Enter an organisation; with ?application=REFERENCE, go back to that form and choose it."""
    reference = request.GET.get("application")
    application = (
        application_for(request.user, reference, Permission.APPLICATION_EDIT) if reference else None
    )
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organisation = actions.save_organisation(**form.cleaned_data, actor=request.user)
        return _after_entering(request, organisation, application)
    context = {"form": form, "application": application}
    return render(request, "applications/organisation.html", context)


@login_required
@require_safe
def organisation(request: SignedInRequest, organisation_id: int) -> HttpResponse:
    """Facts, size with its reasons, other enterprises, aid, and who applies for it."""
    shown, held = organisation_for(request.user, organisation_id, Permission.ORGANISATION_VIEW)
    return _page(request, shown, keeps=Permission.ORGANISATION_CHANGE in held)


@login_required
@require_POST
def save_facts(request: SignedInRequest, organisation_id: int) -> HttpResponse:
    """Change what is said of the organisation."""
    shown = _to_change(request, organisation_id)
    form = FactsForm(request.POST, prefix="facts")

    def save() -> None:
        actions.save_facts(organisation_id=shown.pk, facts=form.facts(), actor=request.user)

    return _saved(request, shown, form, save, name="facts")


@login_required
@require_POST
def save_size(request: SignedInRequest, organisation_id: int) -> HttpResponse:
    """Enter the figures that decide on the size class."""
    shown = _to_change(request, organisation_id)
    form = SizeForm(request.POST, prefix="size")

    def save() -> None:
        actions.save_size(organisation_id=shown.pk, figures=form.cleaned_data, actor=request.user)

    return _saved(request, shown, form, save, name="size")


@login_required
@require_POST
def link_enterprise(request: SignedInRequest, organisation_id: int) -> HttpResponse:
    """Enter a linked or partner enterprise."""
    shown = _to_change(request, organisation_id)
    form = EnterpriseForm(request.POST, prefix="enterprise")

    def save() -> None:
        actions.link_enterprise(
            organisation_id=shown.pk, enterprise=form.cleaned_data, actor=request.user
        )

    return _saved(request, shown, form, save, name="enterprise")


@login_required
@require_POST
def unlink_enterprise(
    request: SignedInRequest, organisation_id: int, enterprise_id: int
) -> HttpResponse:
    """Take an enterprise off the list."""
    shown = _to_change(request, organisation_id)
    actions.unlink_enterprise(
        organisation_id=shown.pk, enterprise_id=enterprise_id, actor=request.user
    )
    return redirect(f"{_address(shown)}#enterprises")


@login_required
@require_POST
def declare_aid(request: SignedInRequest, organisation_id: int) -> HttpResponse:
    """Enter aid that somebody else granted."""
    shown = _to_change(request, organisation_id)
    form = AidForm(request.POST, prefix="aid")

    def save() -> None:
        actions.declare_aid(organisation_id=shown.pk, **form.aid(), actor=request.user)

    return _saved(request, shown, form, save, name="aid")


@login_required
@require_POST
def withdraw_aid(request: SignedInRequest, organisation_id: int, aid_id: int) -> HttpResponse:
    """Take back aid that was entered by mistake."""
    shown = _to_change(request, organisation_id)
    actions.withdraw_aid(organisation_id=shown.pk, aid_id=aid_id, actor=request.user)
    return redirect(f"{_address(shown)}#aid")


@login_required
@require_POST
def let_in(request: SignedInRequest, organisation_id: int, member_id: int) -> HttpResponse:
    """Let a colleague see and enter the figures."""
    shown = _to_change(request, organisation_id)
    if not OrganisationMember.objects.filter(organisation=shown, pk=member_id).exists():
        raise Http404
    actions.let_in(organisation_id=shown.pk, member_id=member_id, actor=request.user)
    return redirect(f"{_address(shown)}#people")


def _to_change(request: SignedInRequest, organisation_id: int) -> Organisation:
    return organisation_for(request.user, organisation_id, Permission.ORGANISATION_CHANGE)[0]


def _address(shown: Organisation) -> str:
    return reverse("organisation", args=[shown.pk])


def _saved(
    request: SignedInRequest,
    shown: Organisation,
    form: forms.BaseForm,
    save: Callable[[], None],
    *,
    name: str,
) -> HttpResponse:
    """Back to the page, or the page again with what was wrong in one of its forms."""
    if form.is_valid():
        try:
            save()
        except OrganisationError as error:
            form.add_error(f"{error.field}" if error.field else None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(_address(shown))
    return _page(request, shown, keeps=True, refused={name: form})


def _after_entering(
    request: SignedInRequest, entered: Organisation, application: Application | None
) -> HttpResponse:
    if application is None:
        messages.success(request, _("You can now apply for %(name)s.") % {"name": entered})
        return redirect(_address(entered))
    address = reverse("edit_application", args=[application.reference])
    return redirect(f"{address}?organisation={entered.pk}")


def _page(
    request: SignedInRequest,
    shown: Organisation,
    *,
    keeps: bool,
    refused: Mapping[str, forms.BaseForm] = MappingProxyType({}),
) -> HttpResponse:
    context: dict[str, Any] = {
        "organisation": shown,
        "keeps": keeps,
        "people": OrganisationMember.objects.filter(organisation=shown).select_related("user")[
            :PEOPLE_SHOWN
        ],
        "form": next(iter(refused.values()), None),
    }
    if keeps:
        figures = getattr(shown, "size_figures", None)
        context |= {
            "verdict": size_of(shown),
            "enterprises": shown.linked_enterprises.all()[:MOST_ENTERPRISES],
            "aid": aid_outlook(shown, timezone.localdate()),
            "most_aids": MOST_AIDS,
            "facts_form": refused.get("facts") or FactsForm(instance=shown, prefix="facts"),
            "size_form": refused.get("size")
            or SizeForm(initial=vars(figures) if figures else None, prefix="size"),
            "enterprise_form": refused.get("enterprise") or EnterpriseForm(prefix="enterprise"),
            "aid_form": refused.get("aid") or AidForm(prefix="aid"),
        }
    status = 422 if refused else 200
    return render(request, "organisations/organisation.html", context, status=status)
