"""How long it is known what was mailed."""

from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import Mail, MailState

_ENDED = (MailState.DELIVERED, MailState.FAILED, MailState.IN_DIGEST)


def forget_mails(now: datetime) -> int:
    """Drop mails that ended before the set number of days; what still waits stays."""
    before = now - timedelta(days=settings.MAIL_LOG_DAYS)
    gone, _by_model = Mail.objects.filter(state__in=_ENDED, ended_at__lt=before).delete()
    return gone
