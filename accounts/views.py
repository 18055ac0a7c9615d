"""Pages about people."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions
from accounts.forms import RoleForm
from accounts.lists import render_list
from accounts.models import User
from accounts.permissions import Permission, Role
from accounts.requests import SignedInRequest
from accounts.tables import PeopleFilter, PeopleTable


@login_required
@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """Everybody who has an account."""
    _require(request, Permission.PEOPLE_VIEW)
    second_factor = Authenticator.objects.filter(user=OuterRef("pk"))
    everybody = User.objects.prefetch_related("organisations").annotate(
        has_second_factor=Exists(second_factor)
    )
    return render_list(
        request,
        filters=PeopleFilter(request.GET, everybody, request=request),
        table_class=PeopleTable,
        template="people/people.html",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_role(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Give somebody another role."""
    _require(request, Permission.PEOPLE_CHANGE_ROLE)
    person = get_object_or_404(User, pk=user_id)
    form = RoleForm(
        request.POST if request.method == "POST" else None, initial={"role": person.role}
    )
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            actions.change_role(user_id=user_id, role=role, actor=request.user)
        except actions.RoleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("%(name)s is now: %(role)s.") % {"name": person.full_name, "role": role.label},
            )
            return redirect("people")
    context = {"person": person, "form": form}
    return render(request, "people/role.html", context, status=422 if form.errors else 200)


def _require(request: SignedInRequest, permission: Permission) -> None:
    if not request.user.may(permission):
        raise PermissionDenied
