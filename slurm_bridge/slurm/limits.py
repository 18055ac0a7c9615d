"""The limits that accounts have of their own, for people to read."""

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands

LIMITS = (
    "Fairshare",
    "GrpTRES",
    "GrpTRESMins",
    "GrpTRESRunMins",
    "GrpJobs",
    "GrpSubmit",
    "GrpWall",
    "MaxTRES",
    "MaxTRESMins",
    "MaxJobs",
    "MaxSubmit",
    "MaxWall",
)
FIELDS = ("Account", "User", *LIMITS)


def read_limits(commands: Commands, cluster: str) -> dict[str, dict[str, str]]:
    """Of each account of a cluster the limits that are set, in Slurm's own words."""
    text = commands.read(
        *("sacctmgr", "-nP", "show", "assoc"),
        f"format={','.join(FIELDS)}",
        *("where", f"cluster={cluster}"),
    )
    return dict(_account(line) for line in text.splitlines() if line.split("|")[1:2] == [""])


def _account(line: str) -> tuple[str, dict[str, str]]:
    cells = line.split("|")
    if len(cells) != len(FIELDS):
        raise TransientSlurmError(f"sacctmgr gave limits that are not whole: {line[:200]!r}")
    values = dict(zip(FIELDS, cells, strict=True))
    return values["Account"], {name: values[name] for name in LIMITS if values[name]}
