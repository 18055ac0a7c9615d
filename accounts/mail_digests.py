"""Puts what could wait into one mail for each person who wishes that, each morning it is due."""

import logging
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.languages import in_language_of
from accounts.mail import keep_mail, written
from accounts.mail_events import EVENTS
from accounts.mail_html import RULE
from accounts.models import Mail, MailRhythm, MailState, User

log = logging.getLogger(__name__)

SENT_AT = time(7)
"""In Brussels; a week ends with its Monday morning."""


def last_due(rhythm: str, now: datetime) -> datetime:
    """Until when mails belong to a digest that is due: the last morning, or Monday's, or now."""
    if rhythm == MailRhythm.AT_ONCE:
        return now
    here = timezone.localtime(now)
    day = here.date() if here.time() >= SENT_AT else here.date() - timedelta(days=1)
    if rhythm == MailRhythm.WEEKLY:
        day -= timedelta(days=day.weekday())
    return timezone.make_aware(datetime.combine(day, SENT_AT))


def send_digests(now: datetime) -> int:
    """Send each digest that is due; a second call sends nothing more. Answers for how many not."""
    waiting = User.objects.filter(mails__state=MailState.HELD).order_by("pk").distinct()
    failed = 0
    for person_id in waiting.values_list("pk", flat=True):
        try:
            _send_digest(person_id, now)
        except Exception:  # the others must not wait for somebody to mend this one
            log.exception("the digest of person %d was left out", person_id)
            failed += 1
    return failed


@transaction.atomic
def _send_digest(person_id: int, now: datetime) -> None:
    """One person's, all or nothing: what it took is marked with it."""
    person = User.objects.select_for_update().get(pk=person_id)
    due = last_due(person.mail_rhythm, now)
    held = Mail.objects.select_for_update().filter(
        recipient=person, state=MailState.HELD, created_at__lte=due
    )
    mails = list(held.order_by("created_at", "pk"))
    if not mails:
        return
    parts = [_part(mail) for mail in mails]
    with in_language_of(person):
        subject, text = written("digest", to=person, context={"parts": parts})
        digest = keep_mail(
            event=EVENTS["digest"], person=person, address=person.email, subject=subject, text=text
        )
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
        state=MailState.IN_DIGEST, ended_at=now, digest=digest
    )


def _part(mail: Mail) -> dict[str, str]:
    """A mail without its greeting, under its subject."""
    _greeting, _, text = mail.text.partition("\n\n")
    return {"subject": mail.subject, "rule": RULE * 10, "text": text.strip()}
