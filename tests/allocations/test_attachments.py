import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Mail, User
from allocations.actions.attachments import (
    MOST_FILES,
    SCANNER,
    attach_file,
    note_scan,
    remove_attachment,
    scan_attachment,
)
from allocations.actions.decisions import request_information
from allocations.actions.drafts import submit_application
from allocations.errors import RefusedError
from allocations.models import Application, Attachment
from allocations.models.attachments import ATTACHMENTS, ScanState
from allocations.rules.file_kinds import PDF
from allocations.scanner import ScannerError, virus_in
from deploy.testbed.clamav import MARKER, VIRUS, clamav_service, prepare_clamav
from deploy.testbed.layout import Layout
from deploy.testbed.packages import CLAMAV_PACKAGES, install_missing
from deploy.testbed.processes import start, stop
from tests.allocations.attachment_world import PDF_BYTES, clean_attachment, workbook_bytes
from tests.people import make_person


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where attached files lie; nobody scans them."""
    settings.ATTACHMENT_FOLDER = tmp_path / "attachments"
    settings.ATTACHMENT_FOLDER.mkdir()
    settings.CLAMD = str(tmp_path / "nobody-listens")
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return Path(settings.ATTACHMENT_FOLDER)


@pytest.fixture
def signed_in(client: Client, applicant: User) -> Client:
    client.force_login(applicant)
    return client


def page_of(application: Application) -> str:
    return reverse("attachments", args=[application.reference])


def attach(client: Client, application: Application, name: str, content: bytes) -> Any:
    return client.post(page_of(application), {"file": SimpleUploadedFile(name, content)})


def test_an_attached_file_lies_under_a_name_that_says_nothing(
    signed_in: Client, draft: Application, folder: Path
) -> None:
    answer = attach(signed_in, draft, "../../etc/\u202eplan.pdf", PDF_BYTES)
    assert answer.headers["Location"] == page_of(draft)
    attachment = draft.attachments.get()
    assert attachment.shown_name == "plan.pdf"
    assert [path.name for path in folder.iterdir()] == [attachment.file_name]
    assert (folder / attachment.file_name).read_bytes() == PDF_BYTES
    assert DBTaskResult.objects.get().task_path.endswith("scan_attachment")


def test_a_file_is_served_only_once_it_was_found_clean(
    signed_in: Client, draft: Application, folder: Path
) -> None:
    attach(signed_in, draft, "plan.pdf", PDF_BYTES)
    attachment = draft.attachments.get()
    assert signed_in.get(attachment.get_absolute_url()).status_code == 404
    assert "Being checked for viruses" in signed_in.get(page_of(draft)).content.decode()


def test_a_clean_file_is_never_shown_inside_a_page(
    signed_in: Client, draft: Application, folder: Path
) -> None:
    answer = signed_in.get(clean_attachment(draft).get_absolute_url())
    assert b"".join(answer.streaming_content) == PDF_BYTES  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_file_of_another_application_is_not_found(
    signed_in: Client, draft: Application, folder: Path
) -> None:
    other = clean_attachment(draft)
    stranger = make_person("Stran")
    signed_in.force_login(stranger)
    assert signed_in.get(other.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("plan.pdf", b"<html>", "holds something else"),
        ("plan.pdf", b"", "empty"),
        ("plan.pdf", PDF_BYTES + bytes(2**20) + b"%%EOF", "larger than 1 MB"),
    ],
)
def test_an_unfit_file_is_refused_beside_the_field_and_leaves_nothing(
    signed_in: Client,
    draft: Application,
    folder: Path,
    settings: Any,
    name: str,
    content: bytes,
    reason: str,
) -> None:
    settings.ATTACHMENT_MAX_MB = 1
    answer = attach(signed_in, draft, name, content)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not draft.attachments.exists()
    assert not list(folder.iterdir())


def test_a_long_name_keeps_its_end(signed_in: Client, draft: Application, folder: Path) -> None:
    attach(signed_in, draft, "é" * 300 + ".pdf", PDF_BYTES)
    name = draft.attachments.get().shown_name
    assert (len(name), name[-5:]) == (120, "é.pdf")


def test_a_form_without_a_file_says_so(signed_in: Client, draft: Application, folder: Path) -> None:
    answer = signed_in.post(page_of(draft))
    assert answer.status_code == 422
    assert "Choose a file first." in answer.content.decode()


def test_without_a_scanner_nothing_can_be_attached(
    signed_in: Client, draft: Application, folder: Path, settings: Any
) -> None:
    settings.CLAMD = ""
    assert attach(signed_in, draft, "plan.pdf", PDF_BYTES).status_code == 422
    assert "there is no virus scanner" in signed_in.get(page_of(draft)).content.decode()
    assert not draft.attachments.exists()


def test_the_same_file_is_attached_once_and_not_more_files_than_may_be(
    signed_in: Client, draft: Application, folder: Path
) -> None:
    attach(signed_in, draft, "plan.pdf", PDF_BYTES)
    assert "attached already" in attach(signed_in, draft, "b.pdf", PDF_BYTES).content.decode()
    for number in range(MOST_FILES - 1):
        attach(signed_in, draft, "more.pdf", PDF_BYTES + b"%d\n%%%%EOF" % number)
    assert draft.attachments.count() == MOST_FILES
    answer = attach(signed_in, draft, "last.pdf", PDF_BYTES + b"last\n%%EOF")
    assert "Remove one of them first" in answer.content.decode()


def test_a_file_of_a_draft_is_erased_when_it_is_removed(
    signed_in: Client,
    draft: Application,
    folder: Path,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    attachment = clean_attachment(draft)
    address = reverse("remove_attachment", args=[draft.reference, attachment.pk])
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(address)
    assert not draft.attachments.exists()
    assert not list(folder.iterdir())


def test_a_file_that_was_handed_in_is_kept_when_it_is_removed_later(
    draft: Application, applicant: User, staff: User, folder: Path
) -> None:
    attachment = clean_attachment(draft)
    submit_application(application_id=draft.pk, actor=applicant)
    request_information(application_id=draft.pk, question="Another plan?", actor=staff)
    remove_attachment(attachment_id=attachment.pk, actor=applicant)
    assert not draft.attachments.shown().exists()
    assert ATTACHMENTS.path_of(attachment.file_name).exists()


def test_what_was_handed_in_cannot_be_changed(
    signed_in: Client, submitted: Application, folder: Path
) -> None:
    attachment = clean_attachment(submitted)
    assert attach(signed_in, submitted, "b.pdf", PDF_BYTES).status_code == 422
    signed_in.post(reverse("remove_attachment", args=[submitted.reference, attachment.pk]))
    assert list(submitted.attachments.shown()) == [attachment]


def test_a_scanner_that_is_away_is_asked_again_later(
    signed_in: Client, draft: Application, folder: Path
) -> None:
    attach(signed_in, draft, "plan.pdf", PDF_BYTES)
    attachment = draft.attachments.get()
    scan_attachment.func(attachment.pk)
    again = DBTaskResult.objects.filter(run_after__lt=timezone.now() + DAY).get()
    assert again.args_kwargs["kwargs"] == {"attempt": 2}
    attachment.refresh_from_db()
    assert attachment.scan_state == ScanState.WAITING


def test_the_night_asks_again_and_erases_what_no_row_knows(
    draft: Application, folder: Path
) -> None:
    waiting = clean_attachment(draft)
    Attachment.objects.update(
        scan_state=ScanState.WAITING, scanned_at=None, added_at=timezone.now() - 2 * DAY
    )
    for name, days in (("orphan", 2), ("half.part", 2), ("fresh", 0)):
        (folder / name).touch()
        at = timezone.now().timestamp() - days * DAY.total_seconds()
        os.utime(folder / name, (at, at))
    call_command("nightly")
    assert {path.name for path in folder.iterdir()} == {waiting.file_name, "fresh"}
    assert DBTaskResult.objects.get().args_kwargs["args"] == [waiting.pk]


DAY = timedelta(days=1)


def test_who_attached_a_file_with_a_virus_is_told_once_and_in_their_language(
    signed_in: Client, draft: Application, folder: Path
) -> None:
    attach(signed_in, draft, "plan.pdf", PDF_BYTES)
    grace = make_person("Grace")
    grace.language = "fr"
    grace.save()
    draft.attachments.update(added_by=grace)
    for _attempt in range(2):
        note_scan(
            attachment_id=draft.attachments.get().pk, finding="Eicar\r\nBcc: x", actor=SCANNER
        )
    mailed = Mail.objects.get()
    assert (mailed.event, mailed.address) == ("file_infected", grace.email)
    assert mailed.subject == "Un virus a été trouvé dans votre fichier plan.pdf"
    assert "Eicar Bcc: x\n" in mailed.text
    assert draft.get_absolute_url() in mailed.text


def test_nobody_is_told_of_a_clean_file(
    signed_in: Client, draft: Application, folder: Path
) -> None:
    attach(signed_in, draft, "plan.pdf", PDF_BYTES)
    note_scan(attachment_id=draft.attachments.get().pk, finding="", actor=SCANNER)
    assert draft.attachments.get().scan_state == ScanState.CLEAN
    assert not Mail.objects.exists()


@pytest.fixture(scope="module")
def clamd(layout: Layout) -> Iterator[str]:
    """A real clamd; the path of its socket."""
    own = replace(layout, state=layout.state.with_name(f"{layout.state.name}-clam"))
    for path in (own.logs, own.processes):
        path.mkdir(parents=True, exist_ok=True)
    install_missing(CLAMAV_PACKAGES, own.logs / "apt.log")
    prepare_clamav(own)
    service = clamav_service(own)
    start(own, service)
    yield str(own.clamav_socket)
    stop(own, service)
    rmtree(own.state)


def test_clamd_finds_its_virus_and_the_file_is_erased(
    draft: Application,
    applicant: User,
    folder: Path,
    settings: Any,
    clamd: str,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    settings.CLAMD = clamd
    contents = {
        "clean.pdf": PDF_BYTES,
        "large.pdf": b"%PDF-1.7" + bytes(3 * 2**20) + b"%%EOF",
        "bad.pdf": PDF_BYTES + MARKER + b"%%EOF",
        "bad.xlsx": workbook_bytes({"xl/sheet1.xml": b"<x>" + MARKER + b"</x>"}),
    }
    found = {}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with (tmp_path / name).open("rb") as file, django_capture_on_commit_callbacks(execute=True):
            kept = attach_file(
                application_id=draft.pk, name=name, kind=PDF, file=file, actor=applicant
            )
            scan_attachment.func(kept.pk)
        kept.refresh_from_db()
        found[name] = (kept.get_scan_state_display(), kept.finding)
        assert (folder / kept.file_name).exists() == (not kept.finding)
    virus = ("Refused: it holds a virus", f"{VIRUS}.UNOFFICIAL")
    clean = ("Checked", "")
    assert found == {"clean.pdf": clean, "large.pdf": clean, "bad.pdf": virus, "bad.xlsx": virus}


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"\xff" * 9000])
def test_a_scanner_without_a_verdict_is_no_verdict(tmp_path: Path, answer: bytes) -> None:
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        thread = threading.Thread(target=_answer_once, args=(listener, answer))
        thread.start()
        file = tmp_path / "file"
        file.write_bytes(PDF_BYTES)
        with file.open("rb") as content, pytest.raises(ScannerError):
            virus_in(content, path)
        thread.join()


def _answer_once(listener: socket.socket, answer: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)


def test_a_scanner_is_asked_only_where_files_may_be_attached(
    draft: Application, applicant: User, folder: Path, settings: Any
) -> None:
    settings.CLAMD = ""
    with (folder / "x").open("wb+") as file, pytest.raises(RefusedError, match="no virus scanner"):
        attach_file(application_id=draft.pk, name="x.pdf", kind=PDF, file=file, actor=applicant)
