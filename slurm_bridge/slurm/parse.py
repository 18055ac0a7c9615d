"""Slurm's text, taken apart; whatever does not fit raises instead of being guessed."""

from collections.abc import Iterable, Iterator

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.rows import AccountRow, AssociationRow, QosRow
from slurm_bridge.slurm.text import parse_tres

ASSOCIATION_FIELDS = (
    "Cluster,Account,User,Partition,ParentName,DefaultQOS,GrpSubmitJobs,MaxSubmitJobs,QOS"
)
ACCOUNT_FIELDS = "Account,Description"
DEFAULT_FIELDS = "User,DefaultAccount"
QOS_FIELDS = "Name,Flags,GrpTRESMins,Description"


def parse_associations(text: str) -> tuple[AssociationRow, ...]:
    """The rows of `sacctmgr show assoc`, whose fields hold names and numbers only."""
    return tuple(_association(line) for line in text.splitlines() if line)


def _association(line: str) -> AssociationRow:
    cells = line.split("|")
    if len(cells) != ASSOCIATION_FIELDS.count(",") + 1:
        raise TransientSlurmError(f"sacctmgr gave an association that is not whole: {line[:200]!r}")
    cluster, account, user, partition, parent, default_qos, grp_submit, max_submit, qos = cells
    if not (cluster and account):
        raise TransientSlurmError(f"sacctmgr gave an association without a name: {line[:200]!r}")
    return AssociationRow(
        cluster=cluster,
        account=account,
        user=user,
        partition=partition,
        parent=parent,
        default_qos=default_qos,
        grp_submit_jobs=parse_limit(grp_submit),
        max_submit_jobs=parse_limit(max_submit),
        qos=frozenset(filter(None, qos.split(","))),
    )


def parse_accounts(text: str) -> tuple[AccountRow, ...]:
    """The rows of `sacctmgr show account`; a description may span lines."""
    rows = _rows_ending_in_free_text(text, fields=2)
    return tuple(AccountRow(name=name, description=description) for name, description in rows)


def parse_defaults(text: str) -> dict[str, str]:
    """The rows of `sacctmgr show user`, whose fields hold names only."""
    rows = [line.split("|") for line in text.splitlines() if line]
    if any(len(row) != DEFAULT_FIELDS.count(",") + 1 for row in rows):
        raise TransientSlurmError("sacctmgr gave a user that is not whole")
    return dict(rows)


def parse_qos(text: str) -> tuple[QosRow, ...]:
    """The rows of `sacctmgr show qos`; a description may span lines."""
    return tuple(
        QosRow(
            name=name,
            flags=frozenset(filter(None, flags.split(","))),
            gpu_minutes=parse_tres(limits).get("gres/gpu"),
            description=description,
        )
        for name, flags, limits, description in _rows_ending_in_free_text(text, fields=4)
    )


def _rows_ending_in_free_text(text: str, fields: int) -> Iterator[list[str]]:
    """Rows whose last column may hold line breaks; a line with too few fields continues it."""
    row: list[str] = []
    for line in text.removesuffix("\n").split("\n"):
        cells = line.split("|", fields - 1)
        if len(cells) == fields:
            if row:
                yield row
            row = cells
        elif row:
            row[-1] += f"\n{line}"
        elif line:
            raise TransientSlurmError(f"sacctmgr gave a row that is not whole: {line[:200]!r}")
    if row:
        yield row


def parse_limit(text: str) -> int | None:
    """A limit of sacctmgr, where nothing at all means no limit."""
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise TransientSlurmError(
            f"sacctmgr gave a limit that is no number: {text[:50]!r}"
        ) from None


def joined(names: Iterable[str]) -> str:
    """Names as one argument of a Slurm command."""
    return ",".join(names)
