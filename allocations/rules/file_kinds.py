"""What a file is, by its content and not by its name; what cannot be read is refused."""

import csv
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 40_000_000
"""A page of A3 at 450 dots an inch has fewer; unpacked it takes 160 MB at most."""
MOST_UNPACKED_BYTES = 200 * 2**20
MOST_PARTS = 5_000
LONGEST_CELL = 100_000
_HEAD = 1024
_CHUNK = 64 * 2**10
_MACROS = "vbaproject.bin"
# What reading a damaged or encrypted archive may raise beside the plain errors.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, UnicodeDecodeError)
_MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<body", b"{\\rtf")


class UnfitFileError(Exception):
    """The file cannot be taken; the text says why and what to do."""


@dataclass(frozen=True)
class FileKind:
    """A kind of file that applications may hold."""

    suffixes: tuple[str, ...]
    content_type: str


PDF = FileKind((".pdf",), "application/pdf")
PNG = FileKind((".png",), "image/png")
JPEG = FileKind((".jpg", ".jpeg"), "image/jpeg")
CSV = FileKind((".csv",), "text/csv")
XLSX = FileKind((".xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
KINDS = (PDF, PNG, JPEG, CSV, XLSX)
SUFFIXES = tuple(suffix for kind in KINDS for suffix in kind.suffixes)


def kind_of(file: BinaryIO, name: str) -> FileKind:
    """The kind of a file whose name and content agree, and that can be read to its end."""
    named = next((kind for kind in KINDS if name.lower().endswith(kind.suffixes)), None)
    if named is None:
        raise UnfitFileError(
            _("Only these files can be attached: PDF, PNG, JPEG, CSV and XLSX. Save it as one.")
        )
    file.seek(0)
    if not file.read(1):
        raise UnfitFileError(_("This file is empty. Choose another one."))
    _READERS[named](file)
    file.seek(0)
    return named


def _require_pdf(file: BinaryIO) -> None:
    file.seek(0)
    if not file.read(_HEAD).startswith(b"%PDF-"):
        raise UnfitFileError(_("This file is named .pdf, but holds something else."))
    if b"%%EOF" not in _tail(file):
        raise UnfitFileError(_("This PDF is cut off. Save it again, and attach the new file."))


def _tail(file: BinaryIO) -> bytes:
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - _HEAD))
    return file.read()


def _require_picture(file: BinaryIO, name: str, end_mark: bytes) -> None:
    has_end = end_mark in _tail(file)
    file.seek(0)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; here our own limit decides.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(file, formats=[name])
            _require_few_pixels(picture)
            _require_end(has_end)
            picture.load()
    except UnidentifiedImageError:
        raise UnfitFileError(
            _("This file is named like a picture, but holds something else.")
        ) from None
    except Image.DecompressionBombError:
        raise UnfitFileError(
            _("This picture has more than 40 million pixels. Make it smaller first.")
        ) from None
    except (OSError, SyntaxError, ValueError):
        raise UnfitFileError(
            _("This picture is damaged. Save it again, and attach the new file.")
        ) from None


def _require_few_pixels(picture: Image.Image) -> None:
    """Raise Pillow's own error for pictures that it would still unpack, too."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Image.DecompressionBombError


def _require_end(has_end: bool) -> None:
    """Raise what Pillow would, had not another library told it to fill up what is missing."""
    if not has_end:
        raise OSError


def _require_png(file: BinaryIO) -> None:
    _require_picture(file, "PNG", b"IEND")


def _require_jpeg(file: BinaryIO) -> None:
    _require_picture(file, "JPEG", b"\xff\xd9")


def _require_csv(file: BinaryIO) -> None:
    file.seek(0)
    if file.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise UnfitFileError(_("This file is named .csv, but holds something else."))
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        for row in csv.reader(text):
            if any(
                not character.isprintable() and character not in "\t\r\n\u00a0"
                for cell in row
                for character in cell
                if character < " "
            ):
                raise UnfitFileError(_("This file is named .csv, but holds something else."))
    except UnicodeDecodeError:
        raise UnfitFileError(
            _("This CSV file is not in UTF-8. Save it as “CSV UTF-8”, and attach the new file.")
        ) from None
    except csv.Error:
        raise UnfitFileError(
            _("This CSV file cannot be read as a table. Save it again, and attach the new file.")
        ) from None
    finally:
        csv.field_size_limit(before)
        text.detach()


def _require_xlsx(file: BinaryIO) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            _require_workbook(package)
    except UnfitFileError:
        raise
    except (OSError, EOFError, ValueError, RuntimeError, *_DAMAGED):
        raise UnfitFileError(
            _("This file is named .xlsx, but is no workbook that can be read.")
        ) from None


def _require_workbook(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    names = {part.filename.lower() for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise UnfitFileError(_("This workbook unpacks to too much. Leave parts of it out."))
    if not {"[content_types].xml", "xl/workbook.xml"} <= names:
        raise UnfitFileError(_("This file is named .xlsx, but is no workbook that can be read."))
    if any(name.endswith(_MACROS) for name in names):
        raise UnfitFileError(_("This workbook holds macros. Save it without them as .xlsx."))
    for part in parts:
        with package.open(part) as content:
            while content.read(_CHUNK):
                pass


_READERS: Mapping[FileKind, Callable[[BinaryIO], None]] = {
    PDF: _require_pdf,
    PNG: _require_png,
    JPEG: _require_jpeg,
    CSV: _require_csv,
    XLSX: _require_xlsx,
}
