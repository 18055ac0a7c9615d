"""How the login command speaks: colours in a terminal, plain text in a pipe.

The tables are made here and not with rich, whose start would cost a third of the whole answer.
"""

import os
import sys
from collections.abc import Sequence

BAR_CELLS = 20
MINUTES_AN_HOUR = 60
FULL_BAR, NEARLY_FULL_BAR = 1.0, 0.8
COLOURS = {"green": "32", "yellow": "33", "red": "31", "bold": "1"}
GAP = "  "


def say(text: str = "") -> None:
    """A line on the standard output; what its encoding lacks becomes a question mark."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, errors="replace").decode(encoding) + "\n")


def complain(message: str) -> None:
    """A sentence on the standard error."""
    sys.stderr.write(f"belfry: {message}\n")


def painted(text: str, colour: str) -> str:
    """The text in a colour, where there is somebody to see it."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if _has_colours() else text


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[str] = ()
) -> list[str]:
    """Lines with even columns; those named as numbers are set to the right."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return [
        GAP.join(
            cell.rjust(width) if heading in numbers else cell.ljust(width)
            for cell, heading, width in zip(line, headings, widths, strict=True)
        ).rstrip()
        for line in lines
    ]


def hours(gpu_minutes: float) -> str:
    """GPU-hours with one decimal, and none where it is 0."""
    return f"{gpu_minutes / MINUTES_AN_HOUR:,.1f}".removesuffix(".0")


def bar(part: float, whole: float) -> str:
    """How much of a budget is gone."""
    share = min(1.0, max(0.0, part / whole)) if whole else 1.0
    full, empty = ("█", "░") if _is_unicode() else ("#", "-")
    cells = round(share * BAR_CELLS)
    return full * cells + empty * (BAR_CELLS - cells)


def bar_colour(part: float, whole: float) -> str:
    """Green while there is plenty, red when it is gone."""
    if part >= whole * FULL_BAR:
        return "red"
    return "yellow" if part >= whole * NEARLY_FULL_BAR else "green"


def age(seconds: int) -> str:
    """A time span in its largest unit."""
    for name, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {name}"
    return f"{seconds} s"


def _has_colours() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _is_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
