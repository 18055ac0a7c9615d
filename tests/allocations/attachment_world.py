"""Files that tests attach, and a way to attach one that was checked already."""

import io
import zipfile

from django.utils import timezone
from PIL import Image

from accounts.private_files import new_file_name
from allocations.models import Application, Attachment
from allocations.models.attachments import ATTACHMENTS, ScanState

PDF_BYTES = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
CSV_BYTES = "bell,hours\nÉmile,12\n".encode()


def picture_bytes(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    """A picture of one colour."""
    target = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, kind)
    return target.getvalue()


def workbook_bytes(parts: dict[str, bytes] | None = None) -> bytes:
    """The least that is a workbook, with these parts beside it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            package.writestr(name, "<x/>")
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return target.getvalue()


def clean_attachment(application: Application, content: bytes = PDF_BYTES) -> Attachment:
    """A file of an application that the scanner found clean."""
    file_name = new_file_name()
    size = ATTACHMENTS.write_whole(file_name, lambda file: _write(file, content))
    return Attachment.objects.create(
        application=application,
        file_name=file_name,
        shown_name="plan.pdf",
        content_type="application/pdf",
        size_bytes=size,
        sha256="0" * 64,
        added_by=application.applicant,
        scan_state=ScanState.CLEAN,
        scanned_at=timezone.now(),
    )


def _write(file: object, content: bytes) -> None:
    file.write(content)  # type: ignore[attr-defined]
