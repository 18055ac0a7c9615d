"""Each person's own page of personal tokens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import PersonalToken, Scope
from accounts.requests import SignedInRequest
from accounts.token_actions import TokenError, make_personal_token, revoke_personal_token
from accounts.token_forms import TokenForm


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def personal_tokens(request: SignedInRequest) -> HttpResponse:
    """The tokens that somebody has, and the form for another, which is shown once."""
    form = TokenForm()
    secret = ""
    if request.method == "POST":
        form = TokenForm(request.POST)
        secret = _made(request, form) if form.is_valid() else ""
    if secret:
        form = TokenForm()
    tokens = request.user.tokens.filter(revoked_at=None)[:100]
    context = {"form": form, "tokens": tokens, "secret": secret}
    return render(request, "people/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_token(request: SignedInRequest, token_id: int) -> HttpResponse:
    """End one of one's own tokens."""
    try:
        revoke_personal_token(token_id=token_id, actor=request.user)
    except PersonalToken.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The token has been revoked and opens nothing any more."))
    return redirect("personal_tokens")


def _made(request: SignedInRequest, form: TokenForm) -> str:
    given = form.cleaned_data
    try:
        _token, secret = make_personal_token(
            name=given["name"],
            scopes=[Scope(scope) for scope in given["scopes"]],
            expires_on=given["expires_on"],
            actor=request.user,
        )
    except TokenError as error:
        form.add_error(None, str(error))
        return ""
    return secret
