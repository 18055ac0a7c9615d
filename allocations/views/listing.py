"""The leader agrees that a project is in the public list, or withdraws that."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for
from allocations.actions.listing import list_publicly

YES = "yes"


@login_required
@require_POST
def change_listing(request: SignedInRequest, name: str) -> HttpResponse:
    """Show the project to everybody, or no longer."""
    project = project_for(request.user, name, Permission.PROJECT_REPORT)
    may = request.POST.get("may_be_listed") == YES
    list_publicly(project_id=project.pk, may_be_listed=may, actor=request.user)
    messages.success(
        request,
        _("The project is in the public list.")
        if may
        else _("The project is no longer in the public list."),
    )
    return redirect(project)
