"""How the files of an application are called for whoever looks at them."""

from accounts.models import User
from allocations.access import is_blind_to
from allocations.models import Application, Attachment
from allocations.rules.blind import blind_file_name


def shown_attachments(user: User, application: Application) -> list[Attachment]:
    """The files that are there, under the names that this person may read."""
    found = list(application.attachments.shown())
    if is_blind_to(user, application):
        for attachment in found:
            attachment.shown_name = _blind_name(application, attachment)
    return found


def name_for(user: User, application: Application, attachment: Attachment) -> str:
    """The name under which this person stores the file."""
    if is_blind_to(user, application):
        return _blind_name(application, attachment)
    return attachment.shown_name


def _blind_name(application: Application, attachment: Attachment) -> str:
    number = application.attachments.filter(pk__lte=attachment.pk).count()
    return blind_file_name(application.reference, number, attachment.shown_name)
