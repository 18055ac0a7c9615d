"""Saving a section of the long form."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.actions.transitions import lock_application
from allocations.errors import StateError
from allocations.models import Application, SectionAnswers
from allocations.rules.form.fields import YES, Answers
from allocations.rules.questions import Section


@action
def save_section(
    *, application_id: int, section: Section, version: int, answers: Answers, actor: User
) -> SectionAnswers:
    """Store what was answered, unless somebody stored something else since `version`."""
    application = lock_application(application_id)
    if not application.is_editable:
        raise StateError(_("This application has been handed in and can no longer be changed."))
    stored = application.section_answers.filter(section=section).first()
    if (stored.version if stored else 0) != version:
        raise StateError(_("Somebody else saved this section since you opened it."))
    stored = stored or SectionAnswers(application=application, section=section)
    stored.answers = dict(answers)
    stored.version = version + 1
    stored.saved_by, stored.saved_at = actor, timezone.now()
    stored.save()
    if section == Section.SIZE_AND_AID:
        _store_activity(application, answers)
    return stored


def _store_activity(application: Application, answers: Answers) -> None:
    """Decisions ask the application itself whether its GPU time is aid."""
    said = answers.get("is_economic_activity")
    application.is_economic_activity = said == YES if said else None
    application.save(update_fields=["is_economic_activity"])
