"""The whole URLconf, walked, and addresses made from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Route:
    """One route: its name (or its pattern, where it has none) and the parameters of its address."""

    name: str
    pattern: str
    parameters: frozenset[str]
    is_named: bool

    def address(self, values: dict[str, Any]) -> str:
        """An address of this route."""
        if not self.is_named:
            return f"/{self.pattern}"
        return reverse(self.name, kwargs={name: values[name] for name in self.parameters})


def all_routes() -> list[Route]:
    """Every route of the portal, of the sign-in pages and of the bridges' API."""
    return list(_walk(get_resolver().url_patterns, "", "", frozenset()))


def _walk(
    patterns: list[Any], prefix: str, namespace: str, parameters: frozenset[str]
) -> Iterator[Route]:
    for entry in patterns:
        here = prefix + str(entry.pattern)
        known = parameters | frozenset(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, here, inner, known)
        elif isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}" if entry.name else here
            yield Route(name, here, known, is_named=bool(entry.name))
