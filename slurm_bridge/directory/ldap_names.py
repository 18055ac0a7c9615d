"""Names of entries and filters, with every value escaped so that it stays a value. Pure."""

import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z0-9._-]")
_PART = re.compile(r"[A-Za-z][A-Za-z0-9.-]*\s*=\s*[^\s].*")
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")


def child(base: str, attribute: str, value: str) -> str:
    """The name of an entry directly below another."""
    return f"{attribute}={_escaped(value)},{base}"


def equals(attribute: str, value: str | int) -> str:
    """A filter: the attribute has exactly this value."""
    return f"({attribute}={_escaped(str(value))})"


def present(attribute: str) -> str:
    """A filter: the attribute has any value."""
    return f"({attribute}=*)"


def all_of(*filters: str) -> str:
    """A filter: every one of these holds."""
    return f"(&{''.join(filters)})"


def any_of(filters: Iterable[str]) -> str:
    """A filter: one of these holds."""
    return f"(|{''.join(filters)})"


def parts(dn: str) -> tuple[str, ...]:
    """The parts of an entry's name, comparable; raises ValueError where it is none."""
    found = [part.strip() for part in _UNESCAPED_COMMA.split(dn)]
    if not all(_PART.fullmatch(part) for part in found):
        raise ValueError("must be the name of an entry, such as ou=people,dc=example,dc=org")
    return tuple(re.sub(r"\s*=\s*", "=", part, count=1).lower() for part in found)


def is_within(dn: str, base: str) -> bool:
    """Whether an entry is the base or lies somewhere below it."""
    above = parts(base)
    return parts(dn)[-len(above) :] == above


def _escaped(value: str) -> str:
    """Every byte but the plainest as backslash and two digits: so DNs and filters both read it."""
    return "".join(
        character
        if _PLAIN.fullmatch(character)
        else "".join(f"\\{byte:02x}" for byte in character.encode())
        for character in value
    )
