"""The offer that follows a positive decision: read, accepted, declined."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_and_permissions
from allocations.actions.offers import accept_offer, decline_offer
from allocations.errors import AllocationsError
from allocations.forms.offers import AcceptanceForm, RefusalForm
from allocations.models import Application, DeclarationText


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: SignedInRequest, reference: str) -> HttpResponse:
    """Award and terms, with a box to sign; afterwards, who signed what and when."""
    needed = Permission.APPLICATION_VIEW
    if request.method == "POST":
        needed = Permission.OFFER_ANSWER
    application, held = _load(request, reference, needed)
    texts = _terms(application)
    keys = [text.pk for text in texts]
    form = AcceptanceForm(request.POST if request.method == "POST" else None, texts=keys)
    if request.method == "POST" and form.is_valid():
        try:
            project = accept_offer(
                application_id=application.pk, text_ids=form.read_texts(), actor=request.user
            )
        except AllocationsError as error:
            messages.warning(request, str(error))
            return redirect("offer", reference)
        messages.success(request, _("Accepted. The sites set your project up within seconds."))
        return redirect(project)
    return _render(request, application, held, texts=texts, acceptance=form)


@login_required
@require_POST
def decline(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say no, with a reason."""
    application, held = _load(request, reference, Permission.OFFER_ANSWER)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _render(request, application, held, texts=_terms(application), refusal=form)
    try:
        decline_offer(
            application_id=application.pk, reason=form.cleaned_data["reason"], actor=request.user
        )
    except AllocationsError as error:
        messages.warning(request, str(error))
        return redirect("offer", reference)
    messages.success(request, _("Declined. The GPU-hours are free for others."))
    return redirect(application)


def _load(
    request: SignedInRequest, reference: str, permission: Permission
) -> tuple[Application, frozenset[Permission]]:
    """An application with an offer; Http404 where there is none."""
    among = Application.objects.select_related(
        "track", "organisation", "applicant", "decision__offer__answered_by", "project"
    )
    application, held = application_and_permissions(
        request.user, reference, permission, among=among
    )
    if not hasattr(getattr(application, "decision", None), "offer"):
        raise Http404
    return application, held


def _terms(application: Application) -> list[DeclarationText]:
    return DeclarationText.objects.of_award(application.decision, timezone.localdate())


def _render(
    request: SignedInRequest,
    application: Application,
    held: frozenset[Permission],
    *,
    texts: list[DeclarationText],
    acceptance: AcceptanceForm | None = None,
    refusal: RefusalForm | None = None,
) -> HttpResponse:
    shown = application.decision.offer
    is_open = shown.is_open_on(timezone.localdate())
    acceptance = acceptance or AcceptanceForm(texts=[text.pk for text in texts])
    refusal = refusal or RefusalForm()
    context = {
        "application": application,
        "offer": shown,
        "is_open": is_open,
        "may_answer": is_open and Permission.OFFER_ANSWER in held,
        "awards": application.decision.awards.select_related("site"),
        "texts": texts,
        "acceptance": acceptance,
        "refusal": refusal,
        "form": refusal if refusal.errors else acceptance,
    }
    is_refused = acceptance.errors or refusal.errors
    return render(request, "applications/offer.html", context, status=422 if is_refused else 200)
