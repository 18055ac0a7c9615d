"""Files that the worker makes: asked for, followed, fetched; each person sees their own only."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.lists import ROWS_A_PAGE
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from portal.exports.actions import (
    ExportError,
    cancel_export,
    request_export,
    subscribe,
    unsubscribe,
)
from portal.exports.contents import PERMISSIONS
from portal.exports.folder import EXPORTS
from portal.exports.forms import ExportForm, SubscriptionForm
from portal.models import Export, FileFormat, ReportKind, ReportSubscription
from portal.programme.files import CONTENT_TYPES


@never_cache
@login_required
@require_safe
def exports(request: SignedInRequest) -> HttpResponse:
    """One's own files and monthly reports, and the forms for more."""
    require(request.user, Permission.REPORTS_VIEW)
    query = request.GET.get("query", "")[:2000]
    return _list(
        request, ExportForm(request.user, initial={"query": query, "kind": _kind(request)}), query
    )


@login_required
@require_POST
def new_export(request: SignedInRequest) -> HttpResponse:
    """Ask for a file."""
    require(request.user, Permission.REPORTS_VIEW)
    form = ExportForm(request.user, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            export = request_export(
                kind=ReportKind(given["kind"]),
                file_format=FileFormat(given["file_format"]),
                query=given["query"],
                actor=request.user,
            )
        except ExportError as error:
            form.add_error(None, str(error))
        else:
            return redirect(export)
    return _list(request, form, "")


@login_required
@require_POST
def new_subscription(request: SignedInRequest) -> HttpResponse:
    """Ask for a report each month."""
    require(request.user, Permission.REPORTS_VIEW)
    form = SubscriptionForm(request.POST)
    if form.is_valid():
        try:
            subscribe(
                file_format=FileFormat(form.cleaned_data["file_format"]),
                query=form.cleaned_data["query"],
                today=timezone.localdate(),
                actor=request.user,
            )
        except ExportError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("You will get this report when the month is over."))
            return redirect("exports")
    return _list(request, ExportForm(request.user), "", subscription_form=form)


@login_required
@require_POST
def end_subscription(request: SignedInRequest, subscription_id: int) -> HttpResponse:
    """Get a monthly report no more."""
    try:
        unsubscribe(subscription_id=subscription_id, actor=request.user)
    except ReportSubscription.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("You will not get this report any more."))
    return redirect("exports")


@never_cache
@login_required
@require_safe
def export_page(request: SignedInRequest, export_id: int) -> HttpResponse:
    """How far a file is; htmx asks for the part again while it is being made."""
    export = _own(request, export_id)
    template = "exports/parts/export.html" if request.htmx else "exports/export.html"
    return render(request, template, {"export": export, "days": settings.EXPORT_DAYS})


@never_cache
@login_required
@require_safe
def export_file(request: SignedInRequest, export_id: int) -> HttpResponseBase:
    """The file itself."""
    export = _own(request, export_id)
    if not export.is_ready:
        raise Http404
    try:
        file = EXPORTS.path_of(export.file_name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        as_attachment=True,
        filename=export.shown_name,
        content_type=CONTENT_TYPES[export.file_format],
    )


@login_required
@require_POST
def cancel(request: SignedInRequest, export_id: int) -> HttpResponse:
    """Stop a file that is being made."""
    export = _own(request, export_id)
    cancel_export(export_id=export.pk, actor=request.user)
    return redirect(export)


def _own(request: SignedInRequest, export_id: int) -> Export:
    """The person's own file, if they may still read reports; nobody learns of others'."""
    found = Export.objects.select_related("progress").filter(pk=export_id, person=request.user)
    export = found.first()
    if export is None:
        raise Http404
    require(request.user, PERMISSIONS[export.kind])
    return export


def _kind(request: SignedInRequest) -> str:
    wanted = request.GET.get("kind", "")
    return wanted if wanted in ReportKind.values else ReportKind.PROGRAMME.value


def _list(
    request: SignedInRequest,
    form: ExportForm,
    query: str,
    subscription_form: SubscriptionForm | None = None,
) -> HttpResponse:
    pages = Paginator(
        Export.objects.filter(person=request.user).select_related("progress"), ROWS_A_PAGE
    )
    context: dict[str, Any] = {
        "form": form,
        "subscription_form": subscription_form or SubscriptionForm(initial={"query": query}),
        "page": pages.get_page(request.GET.get("page")),
        "subscriptions": ReportSubscription.objects.filter(person=request.user),
        "days": settings.EXPORT_DAYS,
        "query": query,
    }
    is_wrong = form.errors or context["subscription_form"].errors
    return render(request, "exports/exports.html", context, status=422 if is_wrong else 200)
