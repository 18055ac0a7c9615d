"""The small forms that recur in Slurm's text; light, since login commands start with them."""

import re

_DURATION = re.compile(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)(?:\.\d+)?")


def parse_pairs(line: str) -> dict[str, str]:
    """The `Key=value` words of one line of scontrol; the first of equal keys wins."""
    pairs: dict[str, str] = {}
    for word in line.split():
        key, separator, value = word.partition("=")
        if separator:
            pairs.setdefault(key, value)
    return pairs


def parse_tres(text: str) -> dict[str, int]:
    """A TRES list such as `cpu=4,gres/gpu=2`; amounts that are no whole numbers are left out."""
    amounts: dict[str, int] = {}
    for item in text.split(","):
        name, separator, amount = item.partition("=")
        if separator and amount.isascii() and amount.isdigit():
            amounts[name] = int(amount)
    return amounts


def parse_duration(text: str) -> int:
    """Seconds of Slurm's `[days-]hours:minutes:seconds`."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"no duration: {text[:50]!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
