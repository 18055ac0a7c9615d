"""Names in Slurm: account tree `root → aif → aif_<track> → aif<yy><track><nnnn>`.

Where a site's Slurm has a project's name already, its account there is called by the next free of
`aif26fl0042b`, `aif26fl0042c`, … A project's own name ends in digits, so no other project can ever
be given one of these.

A track's code is letters alone: before it and after it a name has digits, so that no two codes can
ever make the same name.
"""

import re
from collections.abc import Iterator
from string import ascii_lowercase

TREE_ROOT = "aif"
TREE_MARK = "belfry-tree"
# One for all, so that QOS with equal budgets are made by one command; whether a project's name is
# Belfry's is decided by the mark of its account.
QOS_MARK = "belfry-qos"
MOST_PROJECTS_A_YEAR = 9999
MOST_LETTERS_OF_A_TRACK = 8
TRACK_CODE = f"[a-z]{{1,{MOST_LETTERS_OF_A_TRACK}}}"


def track_account(track_code: str) -> str:
    """The account that holds all projects of a track."""
    return f"{TREE_ROOT}_{track_code}"


def project_prefix(*, year: int, track_code: str) -> str:
    """What the names of a year's projects of a track start with: aif26fl."""
    return f"{TREE_ROOT}{year % 100:02d}{track_code}"


def next_project_name(*, prefix: str, last: str | None) -> str:
    """The name after the last one given out; raises OverflowError after 9,999."""
    number = 1
    if last is not None:
        match = re.fullmatch(re.escape(prefix) + r"(\d{4})", last)
        if match is None:
            raise ValueError(f"{last} is not a name that starts with {prefix}")
        number = int(match.group(1)) + 1
    if number > MOST_PROJECTS_A_YEAR:
        raise OverflowError(f"all names from {prefix}0001 to {prefix}9999 are taken")
    return f"{prefix}{number:04d}"


def account_names(project_name: str) -> Iterator[str]:
    """What a project's account may be called, in the order of preference."""
    yield project_name
    for letter in ascii_lowercase[1:]:
        yield f"{project_name}{letter}"


def qos_name(account_name: str, site_code: str) -> str:
    """The QOS that holds an account's budget at a site."""
    return f"{account_name}_{site_code}"
