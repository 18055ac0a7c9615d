"""Names in Slurm: account tree `root → aif → aif_<track> → aif<yy><track><nnnn>`."""

import re

TREE_ROOT = "aif"
TREE_MARK = "belfry-tree"
MOST_PROJECTS_A_YEAR = 9999


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
