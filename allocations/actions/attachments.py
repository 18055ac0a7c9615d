"""Attaching files to an application, taking them away, and having them checked for viruses."""

import hashlib
import logging
import shutil
from datetime import timedelta
from typing import IO, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.audit import SystemActor, action
from accounts.mail import send_mail
from accounts.models import User
from accounts.private_files import new_file_name
from allocations.actions.transitions import lock_application
from allocations.errors import RefusedError, StateError
from allocations.models import Application, Attachment
from allocations.models.attachments import ATTACHMENTS, ScanState
from allocations.rules.file_kinds import FileKind
from allocations.rules.text import one_line
from allocations.scanner import ScannerError, virus_in

log = logging.getLogger(__name__)

SCANNER = SystemActor("virus scanner")
MOST_FILES = 20
LONGEST_NAME = 120
CHUNK_BYTES = 256 * 2**10
FIRST_RETRY = timedelta(seconds=30)
MOST_ATTEMPTS = 12  # The last one is some 17 hours after the first; the next night asks again.
UNCLAIMED_SECONDS = 24 * 3600


@action
def attach_file(
    *, application_id: int, name: str, kind: FileKind, file: BinaryIO, actor: User
) -> Attachment:
    """Keep a file with an application; it can be fetched once the scanner found it clean."""
    if not settings.CLAMD:
        raise RefusedError(_("Files cannot be attached at present: there is no virus scanner."))
    application = _editable(application_id)
    if application.attachments.shown().count() >= MOST_FILES:
        raise RefusedError(
            _("An application can have %d files. Remove one of them first.") % MOST_FILES
        )
    digest = _sha256(file)
    if application.attachments.shown().filter(sha256=digest).exists():
        raise RefusedError(_("This very file is attached already."))
    file.seek(0)
    file_name = new_file_name()

    def write(target: IO[bytes]) -> None:
        shutil.copyfileobj(file, target)

    size = ATTACHMENTS.write_whole(file_name, write)
    attachment = Attachment.objects.create(
        application=application,
        file_name=file_name,
        shown_name=_shown_name(name),
        content_type=kind.content_type,
        size_bytes=size,
        sha256=digest,
        added_by=actor,
    )
    scan_attachment.enqueue(attachment.pk)
    return attachment


@action
def remove_attachment(*, attachment_id: int, actor: User) -> None:
    """Take a file away; what was handed in once is kept for those who decided on it."""
    attachment = Attachment.objects.select_related("application").get(pk=attachment_id)
    application = _editable(attachment.application_id)
    if application.submitted_at is None:
        attachment.delete()
        transaction.on_commit(lambda: ATTACHMENTS.remove(attachment.file_name))
    else:
        attachment.removed_at = timezone.now()
        attachment.save(update_fields=["removed_at"])


@task()
def scan_attachment(attachment_id: int, attempt: int = 1) -> None:
    """Ask the scanner; tried again, ever later, while the scanner is away."""
    attachment = Attachment.objects.filter(pk=attachment_id, scan_state=ScanState.WAITING).first()
    if attachment is None:
        return
    try:
        with ATTACHMENTS.path_of(attachment.file_name).open("rb") as file:
            finding = virus_in(file, settings.CLAMD)
    except (ScannerError, OSError):
        log.warning("attachment %d was not scanned, attempt %d", attachment_id, attempt)
        if attempt < MOST_ATTEMPTS:
            later = timezone.now() + FIRST_RETRY * 2 ** (attempt - 1)
            scan_attachment.using(run_after=later).enqueue(attachment_id, attempt=attempt + 1)
        return
    note_scan(attachment_id=attachment_id, finding=finding, actor=SCANNER)


@action
def note_scan(*, attachment_id: int, finding: str, actor: SystemActor) -> None:
    """Write down what the scanner said; a file with a virus is erased, and its owner told."""
    attachment = (
        Attachment.objects.select_for_update(of=["self"])
        .select_related("application", "added_by")
        .get(pk=attachment_id)
    )
    if attachment.scan_state != ScanState.WAITING:
        return
    attachment.scan_state = ScanState.INFECTED if finding else ScanState.CLEAN
    attachment.finding = finding[:200]
    attachment.scanned_at = timezone.now()
    attachment.save(update_fields=["scan_state", "finding", "scanned_at"])
    if finding:
        transaction.on_commit(lambda: ATTACHMENTS.remove(attachment.file_name))
        send_mail(
            template="file_infected", to=attachment.added_by, context={"attachment": attachment}
        )


def scan_again() -> int:
    """Have everything scanned that still waits a day after it came; how many these are."""
    limit = timezone.now() - timedelta(days=1)
    waiting = Attachment.objects.filter(scan_state=ScanState.WAITING, added_at__lt=limit)
    keys = list(waiting.values_list("pk", flat=True)) if settings.CLAMD else []
    for key in keys:
        scan_attachment.enqueue(key)
    return len(keys)


def remove_unclaimed() -> int:
    """Erase files of a day ago whose row never came to be; how many these were."""
    limit = timezone.now().timestamp() - UNCLAIMED_SECONDS
    known = set(Attachment.objects.values_list("file_name", flat=True))
    unclaimed = [name for name in ATTACHMENTS.older_than(limit) if name not in known]
    for name in unclaimed:
        ATTACHMENTS.remove(name)
    return len(unclaimed)


def _editable(application_id: int) -> Application:
    application = lock_application(application_id)
    if not application.is_editable:
        raise StateError(_("This application has been handed in and can no longer be changed."))
    return application


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _shown_name(name: str) -> str:
    """The last part of a name, on one line, short enough to be shown; its suffix stays."""
    last = one_line(name.replace("\\", "/").rpartition("/")[2])
    stem, dot, suffix = last.rpartition(".")
    return stem[: LONGEST_NAME - len(suffix) - 1] + dot + suffix
