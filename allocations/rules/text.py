"""What people type, made safe to read: titles, mail subjects, names of jobs, answers."""

import unicodedata

# Control, surrogate and unassigned characters, and the format characters that turn the direction
# of text around or take no room; joiners (which scripts need) are format characters too.
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})
_JOINERS = frozenset({"\u200c", "\u200d"})


def one_line(text: str) -> str:
    """The text on one line, without invisible characters that could change what is read."""
    line = " ".join(text.split())
    kept = "".join(character for character in line if _is_kept(character))
    return " ".join(kept.split())


def several_lines(text: str) -> str:
    """The text with its lines, without invisible characters that could change what is read."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    kept = ("".join(filter(_is_kept, line)).rstrip() for line in lines)
    return "\n".join(kept).strip()


def _is_kept(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _DROPPED
