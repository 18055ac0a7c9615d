"""Packs minutes of a GPU into a few hundred bytes, and reads them back. Pure.

A block is six hours: of each minute its utilisation, memory and power, or a gap. Bytes of one
meaning lie together, the high bytes of memory apart from the low, so that zlib finds what repeats.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SECONDS_A_MINUTE = 60
MINUTES_A_BLOCK = 360
SECONDS_A_BLOCK = MINUTES_A_BLOCK * SECONDS_A_MINUTE

Figure = int | None
"""None is a gap: no sample, or no data."""

_FORM = b"\x01"
# How many bytes a number has; the largest number of so many stands for a gap.
_WIDTHS = (1, 3, 2)
_LEVEL = 6


def _gaps() -> list[Figure]:
    return [None] * MINUTES_A_BLOCK


@dataclass
class Block:
    """Six hours of one GPU, one figure a minute."""

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
    planes = b"".join(
        _planes(series, width) for series, width in zip(block.series, _WIDTHS, strict=True)
    )
    return _FORM + zlib.compress(planes, _LEVEL)


def unpack(packed: bytes) -> Block:
    """The block that was packed."""
    if packed[:1] != _FORM:
        raise ValueError("these minutes were packed by another release")
    planes = zlib.decompress(packed[1:])
    read: list[list[Figure]] = []
    at = 0
    for width in _WIDTHS:
        read.append(_figures(planes[at : at + width * MINUTES_A_BLOCK], width))
        at += width * MINUTES_A_BLOCK
    return Block(*read)


def _planes(series: Sequence[Figure], width: int) -> bytes:
    gap = 256**width - 1
    whole = [gap if figure is None else figure for figure in series]
    return b"".join(
        bytes([figure >> shift & 0xFF for figure in whole]) for shift in range(0, 8 * width, 8)
    )


def _figures(planes: bytes, width: int) -> list[Figure]:
    gap = 256**width - 1
    whole = list(planes[:MINUTES_A_BLOCK])
    for place in range(1, width):
        plane = planes[place * MINUTES_A_BLOCK : (place + 1) * MINUTES_A_BLOCK]
        whole = [low | high << 8 * place for low, high in zip(whole, plane, strict=True)]
    return [None if figure == gap else figure for figure in whole]
