"""Building a team: invite, take back, accept."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for, project_for
from allocations.actions.invitations import (
    accept_invitation,
    invite_member,
    open_invitation,
    revoke_invitation,
)
from allocations.errors import AllocationsError
from allocations.forms.invitations import InvitationForm
from allocations.models import Application, Invitation, Project
from allocations.queries import open_invitations_to


@login_required
@require_POST
def invite(request: SignedInRequest, reference: str) -> HttpResponse:
    """Invite somebody to the team of an application."""
    application = application_for(request.user, reference, Permission.APPLICATION_INVITE)
    _invite(request, application)
    return redirect(f"{application.get_absolute_url()}#team")


@login_required
@require_POST
def invite_to_project(request: SignedInRequest, name: str) -> HttpResponse:
    """Invite somebody to a project."""
    projects = Project.objects.select_related("application")
    project = project_for(request.user, name, Permission.PROJECT_INVITE, among=projects)
    _invite(request, project.application)
    return redirect(f"{project.get_absolute_url()}#members")


@login_required
@require_POST
def revoke(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(
        Invitation.objects.select_related("application__project"), pk=invitation_id
    )
    page = _page_of_team(request, invitation.application)
    try:
        revoke_invitation(invitation_id=invitation.pk, actor=request.user)
    except AllocationsError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("The invitation to %(email)s no longer works.") % {"email": invitation.email}
        )
    return redirect(page)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a mailed link: who invites to what, and the button that joins."""
    invitation = open_invitation(token)
    if invitation is None:
        return render(request, "applications/invitation_gone.html", status=HTTPStatus.GONE)
    if request.method == "POST":
        return _join(request, invitation.pk)  # type: ignore[arg-type]  # sends strangers to sign in
    return render(request, "applications/invitation.html", {"invitation": invitation})


@login_required
@require_POST
def accept_own(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """Join without the mail, where it was sent to a verified address of this person."""
    invitation = get_object_or_404(open_invitations_to(request.user), pk=invitation_id)
    return _join(request, invitation.pk)


@login_required
def _join(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    try:
        invitation = accept_invitation(invitation_id=invitation_id, actor=request.user)
    except AllocationsError as error:
        messages.error(request, str(error))
        return redirect("home")
    messages.success(request, _("Welcome: you are in the team now."))
    project = Project.objects.filter(application=invitation.application_id).first()
    return redirect(project or invitation.application)


def _invite(request: SignedInRequest, application: Application) -> None:
    """Send the invitation and say so, or say why not."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors["email"]))
        return
    email = form.cleaned_data["email"]
    try:
        invite_member(application_id=application.pk, email=email, actor=request.user)
    except AllocationsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": email})


def _page_of_team(request: SignedInRequest, application: Application) -> str:
    """The page whose team this person may change; else Http404 or PermissionDenied."""
    project = Project.objects.filter(application=application).first()
    if project:
        project_for(request.user, project.name, Permission.PROJECT_INVITE)
        return f"{project.get_absolute_url()}#members"
    application_for(request.user, application.reference, Permission.APPLICATION_INVITE)
    return f"{application.get_absolute_url()}#team"
