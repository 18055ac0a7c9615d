"""Blocks of minutes become shorter: three hours instead of six, and a code for each plane of bytes.

A long block is all its planes in one code.
"""

import zlib

from django.db import migrations

LONG_FORM, SHORT_FORM = b"\x01", b"\x02"
# Bytes of a figure: utilisation, memory, power. All bits set are a gap.
WIDTHS = (1, 3, 2)
LONG, SHORT = 360, 180
SECONDS_A_LONG, SECONDS_A_SHORT = LONG * 60, SHORT * 60
GPUS_AT_ONCE = 500


def parts_of(packed):
    """A long block as two short ones; one of gaps only is empty."""
    planes = zlib.decompress(packed[1:])
    halves = [
        [planes[at + half : at + half + SHORT] for at in range(0, len(planes), LONG)]
        for half in (0, SHORT)
    ]
    return [_short(half) if any(plane.strip(b"\xff") for plane in half) else b"" for half in halves]


def together(first, second):
    """Two short blocks as a long one; an empty one is gaps."""
    planes = zip(_planes(first), _planes(second), strict=True)
    return LONG_FORM + zlib.compress(b"".join(half for both in planes for half in both), 6)


def shorten(apps, schema_editor):
    """Part each block in two."""
    for cursor, rows in _rows_of_gpus(schema_editor):
        _write(
            cursor,
            [
                (gpu, start + place * SECONDS_A_SHORT, part)
                for (gpu, start), packed in rows.items()
                for place, part in enumerate(parts_of(packed))
                if part
            ],
        )


def lengthen(apps, schema_editor):
    """Put two and two together."""
    for cursor, rows in _rows_of_gpus(schema_editor):
        longs = {(gpu, start - start % SECONDS_A_LONG) for gpu, start in rows}
        _write(
            cursor,
            [
                (gpu, start, together(rows.get((gpu, start), b""),
                                      rows.get((gpu, start + SECONDS_A_SHORT), b"")))
                for gpu, start in sorted(longs)
            ],
        )


def _rows_of_gpus(schema_editor):
    """Take some GPUs' blocks out at a time; whoever asks writes them back in their new form."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT MAX(gpu_id) FROM (SELECT DISTINCT gpu_id FROM allocations_gpuminutes"
                " WHERE gpu_id > %s ORDER BY gpu_id LIMIT %s) AS first_ones",
                [last, GPUS_AT_ONCE],
            )
            (until,) = cursor.fetchone()
            if until is None:
                return
            cursor.execute(
                "DELETE FROM allocations_gpuminutes WHERE gpu_id > %s AND gpu_id <= %s"
                " RETURNING gpu_id, EXTRACT(EPOCH FROM starts_at)::bigint, packed",
                [last, until],
            )
            yield cursor, {(gpu, start): bytes(packed) for gpu, start, packed in cursor.fetchall()}
            last = until


def _write(cursor, rows):
    cursor.executemany(
        "INSERT INTO allocations_gpuminutes (gpu_id, starts_at, packed)"
        " VALUES (%s, to_timestamp(%s), %s)",
        rows,
    )


def _planes(packed):
    if not packed:
        return [b"\xff" * SHORT] * sum(WIDTHS)
    planes, at = [], 1
    while at < len(packed):
        kept = packed[at + 1 : at + 1 + packed[at]]
        planes.append(kept if len(kept) == SHORT else zlib.decompress(kept, -zlib.MAX_WBITS))
        at += 1 + len(kept)
    return planes


def _short(planes):
    packed = SHORT_FORM
    for plane in planes:
        code = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
        coded = code.compress(plane) + code.flush()
        kept = coded if len(coded) < SHORT else plane
        packed += bytes([len(kept)]) + kept
    return packed


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0036_reviews'),
    ]

    operations = [
        migrations.RunPython(shorten, lengthen),
    ]
