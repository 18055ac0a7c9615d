"""Makes files in the worker. One that is killed leaves nothing half-written, and is made anew."""

import logging
from functools import partial
from typing import IO

from django.utils import timezone
from django_tasks import task

from accounts.audit import SystemActor, action
from accounts.languages import in_language_of
from accounts.mail import send_mail
from portal.exports.contents import PERMISSIONS, SelectionError, write_contents
from portal.exports.folder import EXPORTS
from portal.models import Export, ExportProgress, ExportState

log = logging.getLogger(__name__)

WORKER = SystemActor("worker")


class _CancelledError(Exception):
    """Its owner wants the file no more."""


@task()
def make_export(export_id: int) -> None:
    """Make a file, unless it is made already or nobody wants it any more."""
    export = begin_export(export_id=export_id, actor=WORKER)
    if export is None:
        return
    try:
        size = EXPORTS.write_whole(export.file_name, partial(_write, export))
    except _CancelledError:
        return
    except SelectionError:
        log.info("export %d asks for what is gone", export_id)
        fail_export(export_id=export_id, actor=WORKER)
    except Exception:
        log.exception("export %d failed", export_id)
        fail_export(export_id=export_id, actor=WORKER)
    else:
        if not finish_export(export_id=export_id, size_bytes=size, actor=WORKER):
            EXPORTS.remove(export.file_name)


@action
def begin_export(*, export_id: int, actor: SystemActor) -> Export | None:
    """Take a file up; None where that is not wanted, or its owner may not have it any more."""
    export = (
        Export.objects.select_for_update(of=["self"]).select_related("person").get(pk=export_id)
    )
    if not export.is_open:
        return None
    allowed = export.person.may(PERMISSIONS[export.kind])
    export.state = ExportState.RUNNING if allowed else ExportState.FAILED
    export.save(update_fields=["state"])
    return export if allowed else None


@action
def finish_export(*, export_id: int, size_bytes: int, actor: SystemActor) -> bool:
    """The file is there: tell its owner; False where it was cancelled in the meantime."""
    export = (
        Export.objects.select_for_update(of=["self"]).select_related("person").get(pk=export_id)
    )
    if export.state != ExportState.RUNNING:
        return False
    export.state = ExportState.DONE
    export.size_bytes = size_bytes
    export.finished_at = timezone.now()
    export.save(update_fields=["state", "size_bytes", "finished_at"])
    send_mail(template="export_ready", to=export.person, context={"export": export})
    return True


@action
def fail_export(*, export_id: int, actor: SystemActor) -> None:
    """The file cannot be made; its page says so."""
    export = Export.objects.select_for_update().get(pk=export_id)
    if export.is_open:
        export.state = ExportState.FAILED
        export.finished_at = timezone.now()
        export.save(update_fields=["state", "finished_at"])


def _write(export: Export, target: IO[bytes]) -> None:
    with in_language_of(export.person):
        write_contents(export, target, partial(_tell, export.pk))


def _tell(export_id: int, done: int, total: int) -> None:
    """Note how far the file is; raises where it was cancelled."""
    ExportProgress.objects.filter(pk=export_id).update(done=done, total=total)
    if not Export.objects.filter(pk=export_id, state=ExportState.RUNNING).exists():
        raise _CancelledError
