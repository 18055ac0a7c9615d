"""Signing what an application declares; administrators publish the texts."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for, permissions_on_application, require
from allocations.actions.declarations import publish_declaration, sign_declarations
from allocations.errors import AllocationsError, RefusedError
from allocations.forms.declarations import DeclarationForm, SigningForm
from allocations.missing import DECLARATIONS, parts_of, what_is_missing
from allocations.models import Application, DeclarationText

TEXTS_SHOWN = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declarations(request: SignedInRequest, reference: str) -> HttpResponse:
    """Each text with a box, or with who signed it and when; the applicant signs."""
    needed = Permission.APPLICATION_VIEW
    if request.method == "POST":
        needed = Permission.APPLICATION_SUBMIT
    application = application_for(
        request.user, reference, needed, among=Application.objects.for_form()
    )
    signed = list(application.declarations.select_related("text__site", "signed_by"))
    known = {signature.text_id for signature in signed}
    asked = DeclarationText.objects.asked_of(application, timezone.localdate())
    to_sign = [text for text in asked if text.pk not in known]
    form = SigningForm(request.POST if request.method == "POST" else None, texts=to_sign)
    if request.method == "POST" and form.is_valid():
        try:
            sign_declarations(
                application_id=application.pk, text_ids=form.ticked(), actor=request.user
            )
        except AllocationsError as error:
            messages.error(request, str(error))
            return redirect(application)
        if len(form.ticked()) == len(to_sign):
            return redirect(application)
        messages.info(request, _("Not everything is signed yet."))
        return redirect("declarations", reference)
    held = permissions_on_application(request.user, application)
    missing = what_is_missing(application)
    context = {
        "application": application,
        "signed": signed,
        "boxes": [(form[name], text) for name, text in form.texts.items()],
        "may_sign": Permission.APPLICATION_SUBMIT in held and application.is_editable,
        "parts": parts_of(application, missing) if application.is_editable else [],
        "here": DECLARATIONS,
    }
    return render(request, "applications/declarations.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declaration_texts(request: SignedInRequest) -> HttpResponse:
    """Every version of every text, and the form that publishes another."""
    require(request.user, Permission.TRACKS_CHANGE)
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            published = publish_declaration(**form.values(), actor=request.user)
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("%(text)s is published.") % {"text": published})
            return redirect("declaration_texts")
    texts = DeclarationText.objects.select_related("site")[:TEXTS_SHOWN]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "staff/declarations.html", {"form": form, "texts": texts}, status=status)
