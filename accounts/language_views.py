"""The choice of a language, for everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.actions import choose_language
from accounts.models import User


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


def _way_back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else reverse("home")
