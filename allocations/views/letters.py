"""The letter of a decision as PDF: asked for once, made by the worker, then always the same."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for
from allocations.actions.letters import ask_for_letter
from allocations.models import Decision, DecisionLetter


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: SignedInRequest, reference: str) -> HttpResponse:
    """The PDF; POST has it made."""
    application = application_for(request.user, reference, Permission.APPLICATION_VIEW)
    decision = get_object_or_404(Decision, application=application)
    if request.method == "POST":
        ask_for_letter(decision)
        messages.info(request, _("The letter is being made; in some seconds it is on this page."))
        return redirect("papers", reference)
    found = get_object_or_404(DecisionLetter, decision=decision)
    answer = HttpResponse(bytes(found.pdf), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{reference}-decision.pdf"'
    return answer
