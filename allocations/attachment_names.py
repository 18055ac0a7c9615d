"""How the files of an application are called for whoever looks at them."""

from accounts.models import User
from allocations.access import is_blind_to
from allocations.models import Application, Attachment
from allocations.rules.blind import blind_file_name


def shown_attachments(user: User, application: Application) -> list[Attachment]:
    """The files that are there, under the names that this person may read."""
    if not is_blind_to(user, application):
        return list(application.attachments.shown())
    # Those that were taken away keep their numbers.
    every = sorted(application.attachments.all(), key=lambda attachment: attachment.pk)
    for number, attachment in enumerate(every, start=1):
        attachment.shown_name = _blind_name(application, attachment, number)
    shown = [attachment for attachment in every if attachment.removed_at is None]
    return sorted(shown, key=lambda attachment: (attachment.added_at, attachment.pk))


def name_for(user: User, application: Application, attachment: Attachment) -> str:
    """The name under which this person stores the file."""
    if is_blind_to(user, application):
        number = application.attachments.filter(pk__lte=attachment.pk).count()
        return _blind_name(application, attachment, number)
    return attachment.shown_name


def _blind_name(application: Application, attachment: Attachment, number: int) -> str:
    return blind_file_name(application.reference, number, attachment.shown_name)
