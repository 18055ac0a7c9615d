"""Each person's own page of SSH keys."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import key_actions
from accounts.key_forms import SshKeyForm
from accounts.models import SshKey
from accounts.requests import SignedInRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ssh_keys(request: SignedInRequest) -> HttpResponse:
    """The keys that somebody has, and the form for another one."""
    form = SshKeyForm()
    if request.method == "POST":
        form = SshKeyForm(request.POST, request.FILES)
        if form.is_valid() and _added(request, form):
            return redirect("ssh_keys")
    context = {
        "form": form,
        "keys": request.user.ssh_keys.all(),
        "latest": key_actions.longest_end(),
    }
    return render(request, "people/ssh_keys.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove_ssh_key(request: SignedInRequest, key_id: int) -> HttpResponse:
    """Take one of one's own keys away."""
    try:
        key_actions.remove_ssh_key(key_id=key_id, actor=request.user)
    except SshKey.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The key has been removed. It stops working within a minute."))
    return redirect("ssh_keys")


def _added(request: SignedInRequest, form: SshKeyForm) -> bool:
    given: dict[str, Any] = form.cleaned_data
    try:
        key = key_actions.add_ssh_key(
            key=given["public_key"],
            label=given["label"],
            expires_on=given["expires_on"],
            actor=request.user,
        )
    except key_actions.SshKeyError as error:
        form.add_error(error.field, str(error))
        return False
    messages.success(request, _("“%s” has been added.") % key.label)
    return True
