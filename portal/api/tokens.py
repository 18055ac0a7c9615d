"""How a person's program signs in: by a personal token, so and so often a minute."""

from typing import cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from accounts.models import PersonalToken, Scope, User
from accounts.token_actions import count_use, token_of

SECONDS_A_MINUTE = 60


class TooOftenError(Exception):
    """The token was used too often this minute."""

    def __init__(self) -> None:
        super().__init__("This token was used too often; wait until the minute is over.")
        self.retry_after_seconds = SECONDS_A_MINUTE - timezone.now().second


class PersonalTokenAuth(HttpBearer):
    """Answers the token that the request carries, if it holds; ninja answers 401 otherwise."""

    def authenticate(self, request: HttpRequest, token: str) -> PersonalToken | None:
        """The token's row; raises where it is used too often."""
        found = token_of(token)
        if found is not None and count_use(found) > settings.API_REQUESTS_A_MINUTE:
            raise TooOftenError
        return found


def person_with(request: HttpRequest, scope: Scope) -> User:
    """Whose token it is; PermissionDenied unless the token may read this."""
    token = cast(PersonalToken, request.auth)  # type: ignore[attr-defined]  # set by ninja
    if scope not in token.scopes:
        raise PermissionDenied
    return token.user
