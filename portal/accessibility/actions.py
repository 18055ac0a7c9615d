"""Takes what somebody could not use, or misses, and tells those who mend it."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, action
from accounts.mail import send_mail
from allocations.actions.mails import mail_staff
from allocations.errors import RefusedError
from portal.models import AccessibilityFeedback

MOST_A_DAY = 200
"""From everybody together, so that nobody fills the database or a mailbox."""
TEMPLATE = "accessibility_feedback"


@action
def send_feedback(*, text: str, page: str, email: str, actor: Actor) -> AccessibilityFeedback:
    """Keep it for staff, and mail it to the contact; to staff where the settings name none."""
    since = timezone.now() - timedelta(days=1)
    if AccessibilityFeedback.objects.filter(sent_at__gt=since).count() >= MOST_A_DAY:
        raise RefusedError(_("Too much was sent today. Write to us by mail, or try tomorrow."))
    feedback = AccessibilityFeedback.objects.create(text=text, page=page, email=email)
    context = {"feedback": feedback, "days": settings.ACCESSIBILITY_ANSWER_DAYS}
    if settings.ACCESSIBILITY_CONTACT:
        send_mail(template=TEMPLATE, to=settings.ACCESSIBILITY_CONTACT, context=context)
    else:
        mail_staff(TEMPLATE, context)
    return feedback
