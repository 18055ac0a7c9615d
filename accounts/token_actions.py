"""Making, counting and revoking personal tokens."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail
from accounts.models import PersonalToken, Scope, User

TOKEN_PREFIX = "belfryp_"  # noqa: S105  # lets secret scanners recognise a leaked token
MOST_TOKENS = 20

_COUNT = """
    INSERT INTO accounts_tokenuse (token_id, minute, requests) VALUES (%(token)s, %(minute)s, 1)
    ON CONFLICT (token_id) DO UPDATE SET
        requests = CASE WHEN accounts_tokenuse.minute = EXCLUDED.minute
                        THEN LEAST(accounts_tokenuse.requests, 1000000) + 1 ELSE 1 END,
        minute = EXCLUDED.minute
    RETURNING requests
"""


class TokenError(Exception):
    """The token cannot be made; the text says why."""


@action
def make_personal_token(
    *, name: str, scopes: Sequence[Scope], expires_on: date, actor: User
) -> tuple[PersonalToken, str]:
    """A new token and its secret, which is told this once."""
    User.objects.select_for_update().get(pk=actor.pk)
    now = timezone.now()
    if PersonalToken.objects.valid_at(now).filter(user=actor).count() >= MOST_TOKENS:
        raise TokenError(_("You have %d tokens already; revoke one first.") % MOST_TOKENS)
    if not timezone.localdate() <= expires_on <= last_day_of_tokens():
        raise TokenError(_("The last day is past, or too far away."))
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    following = datetime.combine(expires_on + timedelta(days=1), time.min)
    token = PersonalToken.objects.create(
        user=actor,
        name=name,
        digest=digest_of(secret),
        scopes=[scope.value for scope in scopes],
        expires_at=timezone.make_aware(following),
    )
    send_mail(template="token_made", to=actor, context={"token": token})
    return token, secret


@action
def revoke_personal_token(*, token_id: int, actor: User) -> None:
    """End one of the person's own tokens at once; raises DoesNotExist for any other."""
    token = PersonalToken.objects.select_for_update().get(
        pk=token_id, user=actor, revoked_at__isnull=True
    )
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])


def token_of(secret: str) -> PersonalToken | None:
    """The token that this opens the API with, if it does now."""
    valid = PersonalToken.objects.valid_at(timezone.now())
    return valid.filter(digest=digest_of(secret)).first()


def count_use(token: PersonalToken) -> int:
    """How often the token was used this minute, this time included; all processes together."""
    minute = timezone.now().replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"token": token.pk, "minute": minute})
        (requests,) = cursor.fetchone()
    return int(requests)


def last_day_of_tokens() -> date:
    """The latest last day that a new token may have."""
    return timezone.localdate() + timedelta(days=settings.API_TOKEN_MAX_DAYS)


def digest_of(secret: str) -> str:
    """What is stored of a token; 256 random bits need no salt."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
