"""The text that `sacctmgr load` reads: accounts to make and members to add, and nothing else.

Pure. The format has no way to quote, so whatever is not plain is refused instead of written.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.interface import NewAccount

# A colon or a quote ends a value; a line break, a line.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def load_file(
    cluster: str,
    accounts: Iterable[NewAccount],
    members: Iterable[tuple[str, str]],
    *,
    described: Collection[str] = (),
) -> str:
    """One cluster's additions; accounts that are `described` already keep their description."""
    lines = [
        f"Cluster - {_quoted(cluster)}",
        *_account_lines(cluster, accounts, described),
        *_member_lines(members),
    ]
    return "\n".join(lines) + "\n"


def _account_lines(
    cluster: str, accounts: Iterable[NewAccount], described: Collection[str]
) -> Iterator[str]:
    by_parent: dict[str, list[NewAccount]] = defaultdict(list)
    for account in accounts:
        by_parent[account.parent].append(account)
    for parent, children in by_parent.items():
        yield f"Parent - {_quoted(parent)}"
        for account in children:
            yield f"Account - {_quoted(account.name)}" + "".join(
                f":{key}={_quoted(value)}"
                for key, value in _settings(
                    cluster, account, is_described=account.name in described
                )
            )


def _settings(
    cluster: str, account: NewAccount, *, is_described: bool
) -> Iterator[tuple[str, str]]:
    if not is_described:
        yield "Description", account.owner_mark
        yield "Organization", f"belfry-{cluster}"  # As for accounts made by a command.
    if account.qos is not None:
        yield "DefaultQOS", account.qos
        yield "QOS", account.qos


def _member_lines(members: Iterable[tuple[str, str]]) -> Iterator[str]:
    by_account: dict[str, list[str]] = defaultdict(list)
    for account, username in members:
        by_account[account].append(username)
    for account, usernames in by_account.items():
        yield f"Parent - {_quoted(account)}"
        yield from (f"User - {_quoted(username)}" for username in usernames)


def _quoted(value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise TransientSlurmError(f"sacctmgr load cannot be told of {value[:80]!r}")
    return f"'{value}'"
