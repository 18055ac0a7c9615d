import io
import struct
import zlib

import pytest

from allocations.rules.file_kinds import (
    CSV,
    JPEG,
    PDF,
    PNG,
    XLSX,
    FileKind,
    UnfitFileError,
    kind_of,
)
from tests.allocations.attachment_world import (
    CSV_BYTES,
    PDF_BYTES,
    picture_bytes,
    workbook_bytes,
)


def huge_picture() -> bytes:
    """A PNG of some hundred bytes that says it is 60,000 pixels wide and high."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return struct.pack("!L", len(content)) + name + content + struct.pack("!L", checksum)

    header = struct.pack("!LLBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("plan.pdf", PDF_BYTES, PDF),
        ("PLAN.PDF", PDF_BYTES, PDF),
        ("chart.png", picture_bytes("PNG"), PNG),
        ("photo.jpeg", picture_bytes("JPEG"), JPEG),
        ("runs.csv", CSV_BYTES, CSV),
        ("runs.csv", b"\xef\xbb\xbf" + CSV_BYTES, CSV),
        ("budget.xlsx", workbook_bytes(), XLSX),
    ],
)
def test_a_file_is_what_its_name_and_content_say(name: str, content: bytes, kind: FileKind) -> None:
    file = io.BytesIO(content)
    assert kind_of(file, name) is kind
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("program.exe", b"MZ", "Only these files"),
        ("plan", PDF_BYTES, "Only these files"),
        ("plan.pdf.html", PDF_BYTES, "Only these files"),
        ("plan.pdf", b"", "empty"),
        ("plan.pdf", b"<html><script>", "holds something else"),
        ("plan.pdf", b"<html>" + PDF_BYTES, "holds something else"),
        ("plan.pdf", PDF_BYTES[:20], "cut off"),
        ("chart.png", PDF_BYTES, "holds something else"),
        ("chart.png", picture_bytes("JPEG"), "holds something else"),
        ("photo.jpg", picture_bytes("PNG"), "holds something else"),
        ("chart.png", picture_bytes("PNG", (300, 300))[:200], "damaged"),
        ("chart.png", huge_picture(), "40 million pixels"),
        ("runs.csv", b"<!DOCTYPE html><p>", "holds something else"),
        ("runs.csv", b"\xef\xbb\xbf \n<svg onload=x>", "holds something else"),
        ("runs.csv", b"a,b\n\x00\x01,2\n", "holds something else"),
        ("runs.csv", b"caf\xe9,2\n", "UTF-8"),
        ("runs.csv", b'"' + b"x" * 200_000 + b'"', "as a table"),
        ("budget.xlsx", PDF_BYTES, "no workbook"),
        ("budget.xlsx", workbook_bytes()[:-30], "no workbook"),
        ("budget.xlsx", workbook_bytes({"xl/vbaProject.bin": b"x"}), "macros"),
    ],
)
def test_a_file_that_lies_or_is_damaged_is_refused_with_what_to_do(
    name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(UnfitFileError, match=reason):
        kind_of(io.BytesIO(content), name)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    bomb = workbook_bytes({"xl/big.xml": bytes(210 * 2**20)})
    with pytest.raises(UnfitFileError, match="unpacks to too much"):
        kind_of(io.BytesIO(bomb), "budget.xlsx")


def test_a_part_that_unpacks_to_more_than_it_says_is_refused() -> None:
    honest = workbook_bytes({"xl/a.xml": bytes(1_000_000)})
    lying = honest.replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10))
    assert lying != honest
    with pytest.raises(UnfitFileError, match="no workbook"):
        kind_of(io.BytesIO(lying), "budget.xlsx")
