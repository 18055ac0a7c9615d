"""Files of an application: attach one, fetch it, take it away."""

from http import HTTPStatus
from typing import BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for, permissions_on_application
from allocations.actions.attachments import MOST_FILES, attach_file, remove_attachment
from allocations.attachment_names import name_for
from allocations.errors import AllocationsError
from allocations.forms.attachments import AttachmentForm
from allocations.models import Application
from allocations.models.attachments import ATTACHMENTS


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attachments(request: SignedInRequest, reference: str) -> HttpResponse:
    """The files of an application, and the form that adds one."""
    if request.method != "POST":
        application = application_for(request.user, reference, Permission.APPLICATION_VIEW)
        return _page(request, application, AttachmentForm())
    application = application_for(request.user, reference, Permission.APPLICATION_EDIT)
    form = AttachmentForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            attach_file(
                application_id=application.pk,
                name=upload.name,
                kind=form.kind,
                file=cast(BinaryIO, upload.file),
                actor=request.user,
            )
        except AllocationsError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("The file is attached. It is now checked for viruses."))
            return redirect("attachments", reference)
    return _page(request, application, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@never_cache
@login_required
@require_safe
def attachment_file(
    request: SignedInRequest, reference: str, attachment_id: int
) -> HttpResponseBase:
    """The file itself, never shown inside a page of ours."""
    application = application_for(request.user, reference, Permission.APPLICATION_FETCH_FILE)
    attachment = get_object_or_404(application.attachments, pk=attachment_id)
    if not attachment.is_clean:
        raise Http404
    try:
        file = ATTACHMENTS.path_of(attachment.file_name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(
        file,
        as_attachment=True,
        filename=name_for(request.user, application, attachment),
        content_type=attachment.content_type,
    )
    # Whatever a browser makes of it, it gets none of the portal's rights.
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@login_required
@require_POST
def remove(request: SignedInRequest, reference: str, attachment_id: int) -> HttpResponse:
    """Take a file away."""
    application = application_for(request.user, reference, Permission.APPLICATION_EDIT)
    attachment = get_object_or_404(application.attachments.shown(), pk=attachment_id)
    try:
        remove_attachment(attachment_id=attachment.pk, actor=request.user)
    except AllocationsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s is removed.") % {"name": attachment.shown_name})
    return redirect("attachments", reference)


def _page(
    request: SignedInRequest, application: Application, form: AttachmentForm, status: int = 200
) -> HttpResponse:
    held = permissions_on_application(request.user, application)
    context = {
        "application": application,
        "attachments": application.attachments.shown(),
        "form": form,
        "may_edit": Permission.APPLICATION_EDIT in held and application.is_editable,
        "has_scanner": bool(settings.CLAMD),
        "most_files": MOST_FILES,
        "most_megabytes": settings.ATTACHMENT_MAX_MB,
    }
    return render(request, "applications/attachments.html", context, status=status)
