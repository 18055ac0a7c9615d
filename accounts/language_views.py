"""The choice of a language, for everybody, and how often somebody wants mails."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from accounts.actions import change_mails, choose_language
from accounts.forms import MailsForm
from accounts.languages import current_language
from accounts.models import MailRhythm, User
from accounts.requests import SignedInRequest


@require_POST
def set_own_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie, and for somebody who has signed in on their account."""
    language = request.POST.get("language", "")
    # Django knows many more.
    if language not in dict(settings.LANGUAGES):
        return HttpResponseRedirect(_way_back(request))
    if isinstance(request.user, User):
        choose_language(language=language, actor=request.user)
    return set_language(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_mails(request: SignedInRequest) -> HttpResponse:
    """In which language the portal writes to somebody, and how often."""
    form = MailsForm(
        request.POST if request.method == "POST" else None,
        initial={
            "language": request.user.language or current_language(),
            "rhythm": request.user.mail_rhythm,
        },
    )
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        rhythm = MailRhythm(form.cleaned_data["rhythm"])
        change_mails(language=language, rhythm=rhythm, actor=request.user)
        with translation.override(language):
            messages.success(request, _("Saved."))
        return redirect("own_mails")
    return render(request, "people/mails.html", {"form": form}, status=422 if form.errors else 200)


def _way_back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else reverse("home")
