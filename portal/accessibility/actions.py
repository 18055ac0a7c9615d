"""Takes what somebody could not use, or misses, tells those who mend it, and who answered."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, action
from accounts.mail import send_mail
from accounts.models import User
from allocations.actions.mails import mail_staff
from allocations.errors import RefusedError, StateError
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


@action
def mark_answered(*, feedback_id: int, actor: User) -> AccessibilityFeedback:
    """Keep that somebody answered a message, once, with who and when."""
    feedback = AccessibilityFeedback.objects.select_for_update().get(pk=feedback_id)
    if feedback.answered_at is not None:
        raise StateError(_("Somebody has marked this message as answered already."))
    feedback.answered_at, feedback.answered_by = timezone.now(), actor
    feedback.save(update_fields=["answered_at", "answered_by"])
    return feedback
