"""What was handed in, as PDF: asked for once, made by the worker, then always the same."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for
from allocations.actions.papers import ask_for_paper
from allocations.models import Decision, DecisionLetter, Paper

HAND_INS_SHOWN = 100


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: SignedInRequest, reference: str) -> HttpResponse:
    """Every hand-in with its paper; POST has the newest one made."""
    application = application_for(request.user, reference, Permission.APPLICATION_VIEW)
    hand_ins = application.snapshots.select_related("taken_by").order_by("-number")
    if request.method == "POST":
        snapshot = get_object_or_404(hand_ins, number=_number(request))
        ask_for_paper(snapshot)
        return redirect("papers", reference)
    shown = list(hand_ins[:HAND_INS_SHOWN])
    made = set(Paper.objects.filter(snapshot__in=shown).values_list("snapshot", flat=True))
    context = {
        "application": application,
        "decision": Decision.objects.filter(application=application).first(),
        "has_letter": DecisionLetter.objects.filter(decision__application=application).exists(),
        "hand_ins": [(snapshot, snapshot.pk in made) for snapshot in shown],
    }
    return render(request, "applications/papers.html", context)


@never_cache
@login_required
@require_safe
def paper(request: SignedInRequest, reference: str, number: int) -> HttpResponse:
    """The PDF of one hand-in."""
    application = application_for(request.user, reference, Permission.APPLICATION_VIEW)
    found = get_object_or_404(
        Paper, snapshot__application=application, snapshot__number=min(number, _MOST_NUMBER)
    )
    answer = HttpResponse(bytes(found.pdf), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{reference}-{number}.pdf"'
    return answer


_MOST_NUMBER = 2**15 - 1


def _number(request: SignedInRequest) -> int:
    """The hand-in that was asked for; 0, which there never is, for nonsense."""
    said = request.POST.get("number", "")
    digits = said.isascii() and said.isdecimal() and len(said) < len(str(_MOST_NUMBER))
    return int(said) if digits else 0
