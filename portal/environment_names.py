"""Refuses a misspelt variable, which would otherwise silently leave a setting at its default."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

PREFIX = "BELFRY_"

# Variables of the programs around the portal, which may stand in the same environment. Each is
# described in docs/settings.md.
OF_GUNICORN = frozenset({"BELFRY_BIND", "BELFRY_WORKERS", "BELFRY_THREADS", "BELFRY_ACCESS_LOG"})
OF_TESTBED = frozenset(
    {
        "BELFRY_KEEP",
        "BELFRY_FAULTS",
        "BELFRY_LOGIN_DIR",
        "BELFRY_PORTAL_PORT",
        "BELFRY_PORT_BASE",
        "BELFRY_SITE",
        "BELFRY_STATE",
        "BELFRY_TESTBED_SERVICE",
    }
)


def unknown_names(variables: Mapping[str, str], fields: Iterable[str]) -> list[str]:
    """A sentence for each variable that looks like one of ours and is none."""
    own = {f"{PREFIX}{field.upper()}" for field in fields}
    known = own | OF_GUNICORN | OF_TESTBED
    return [
        f"{name} is no setting of Belfry{_hint(name, known)}"
        for name in sorted(variables)
        if name.startswith(PREFIX) and name not in known
    ]


def _hint(name: str, known: Iterable[str]) -> str:
    nearest = get_close_matches(name, sorted(known), n=1, cutoff=0.75)
    return f"; did you mean {nearest[0]}?" if nearest else ""
