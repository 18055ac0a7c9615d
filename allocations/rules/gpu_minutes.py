"""Packs minutes of a GPU into a few hundred bytes, and reads them back. Pure.

A block is three hours: of each minute its utilisation, memory and power, or a gap. Bytes of one
meaning lie together as a plane, the high bytes of memory apart from the low, and each plane has a
code of its own: what is constant takes some bytes, noise as many as it needs.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SECONDS_A_MINUTE = 60
MINUTES_A_BLOCK = 180
SECONDS_A_BLOCK = MINUTES_A_BLOCK * SECONDS_A_MINUTE

Figure = int | None
"""None is a gap: no sample, or no data."""

_FORM = b"\x02"
# How many bytes a number has; the largest number of so many stands for a gap.
_WIDTHS = (1, 3, 2)
_LEVEL = 6
# Runs and frequent bytes are all that such short planes have; a header would be a tenth of them.
_HOW = (_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
# All numbers of a series at once: a page reads some hundred thousand of them.
_WORD_BYTES = 4
_WORDS = f"<{MINUTES_A_BLOCK}I"


def _gaps() -> list[Figure]:
    return [None] * MINUTES_A_BLOCK


@dataclass
class Block:
    """Three hours of one GPU, one figure a minute."""

    utilisation_percent: list[Figure] = field(default_factory=_gaps)
    memory_mib: list[Figure] = field(default_factory=_gaps)
    power_watts: list[Figure] = field(default_factory=_gaps)

    @property
    def series(self) -> tuple[list[Figure], list[Figure], list[Figure]]:
        """The three of them, in the order in which they are packed."""
        return self.utilisation_percent, self.memory_mib, self.power_watts

    def fill(self, place: int, piece: Sequence[Sequence[Figure]]) -> bool:
        """Put minutes where there are gaps, from a place on; whether any gap was filled."""
        filled = False
        for known, told in zip(self.series, piece, strict=True):
            for at, figure in enumerate(told, place):
                if figure is not None and known[at] is None:
                    known[at] = figure
                    filled = True
        return filled


def block_start(epoch: int) -> int:
    """When the block begins in which a time lies."""
    return epoch - epoch % SECONDS_A_BLOCK


def parts_of_blocks(starts_at: int, length: int) -> Iterator[tuple[int, int, slice]]:
    """Of minutes from a time on: each block's start, the place in it, and which minutes."""
    done = 0
    while done < length:
        at = starts_at + done * SECONDS_A_MINUTE
        start = block_start(at)
        place = (at - start) // SECONDS_A_MINUTE
        taken = min(length - done, MINUTES_A_BLOCK - place)
        yield start, place, slice(done, done + taken)
        done += taken


def pack(block: Block) -> bytes:
    """The block in as few bytes as it needs."""
    planes = [
        plane
        for series, width in zip(block.series, _WIDTHS, strict=True)
        for plane in _planes(series, width)
    ]
    return _FORM + b"".join(_shortened(plane) for plane in planes)


def unpack(packed: bytes) -> Block:
    """The block that was packed."""
    if packed[:1] != _FORM:
        raise ValueError("these minutes were packed by another release")
    planes = _planes_in(packed[1:])
    return Block(*(_figures([next(planes) for _byte in range(width)], width) for width in _WIDTHS))


def _shortened(plane: bytes) -> bytes:
    """Its length in one byte and the plane, which is as it was where it takes all its bytes."""
    code = zlib.compressobj(*_HOW)
    coded = code.compress(plane) + code.flush()
    kept = coded if len(coded) < len(plane) else plane
    return bytes([len(kept)]) + kept


def _planes_in(packed: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(packed):
        length = packed[at]
        kept = packed[at + 1 : at + 1 + length]
        yield kept if length == MINUTES_A_BLOCK else zlib.decompress(kept, -zlib.MAX_WBITS)
        at += 1 + length


def _planes(series: Sequence[Figure], width: int) -> list[bytes]:
    gap = 256**width - 1
    words = struct.pack(_WORDS, *(gap if figure is None else figure for figure in series))
    return [words[place::_WORD_BYTES] for place in range(width)]


def _figures(planes: Sequence[bytes], width: int) -> list[Figure]:
    gap = 256**width - 1
    words = bytearray(MINUTES_A_BLOCK * _WORD_BYTES)
    for place, plane in enumerate(planes):
        words[place::_WORD_BYTES] = plane
    numbers = struct.unpack(_WORDS, words)
    if gap not in numbers:
        return list(numbers)
    return [None if number == gap else number for number in numbers]
