"""`slurm-bridge adopt`: look at the accounts that are there, and offer some to staff."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slurm_bridge.adopt import Candidate, Site, candidates, members_of
from slurm_bridge.bridge import Bridge
from slurm_bridge.cycle import RefusedError
from slurm_bridge.errors import FatalConfigError
from slurm_bridge.guard import refusal_of_reading
from slurm_bridge.login.ledger import printable
from slurm_bridge.slurm.limits import read_limits
from slurm_bridge.wire import DesiredState
from slurm_bridge.wire_offers import Offers, OffersAnswer

MOST_AT_ONCE = 200


def found_accounts(bridge: Bridge, desired: DesiredState) -> list[Candidate]:
    """Every account of the cluster that is not Belfry's; nothing is changed."""
    cluster = bridge.config.cluster
    reading = bridge.cycle.slurm.read()
    refusal = refusal_of_reading(reading, cluster)
    if refusal:
        raise RefusedError(refusal)
    users = {user for names in members_of(reading, cluster).values() for user in names}
    resolved = {user: bridge.cycle.directory.uid_of(user) for user in sorted(users)}
    return candidates(
        Site(
            cluster=cluster,
            reading=reading,
            limits=read_limits(bridge.commands, cluster),
            uids={user: uid for user, uid in resolved.items() if uid is not None},
            belfrys=frozenset(item.name for item in desired.accounts),
        )
    )


def offer(bridge: Bridge, found: Sequence[Candidate], names: Sequence[str]) -> OffersAnswer:
    """Offer these accounts to staff; an answer that names each as waiting or refused."""
    if len(set(names)) > MOST_AT_ONCE:
        raise FatalConfigError(f"at most {MOST_AT_ONCE} accounts can be offered at once")
    known = {item.account: item for item in found}
    refused = dict.fromkeys(set(names) - known.keys(), "is not there, or is in Belfry already")
    chosen = [known[name] for name in sorted(set(names) & known.keys())]
    refused |= {item.account: item.refusal for item in chosen if item.offer is None}
    offers = tuple(item.offer for item in chosen if item.offer is not None)
    if not offers:
        return OffersAnswer(refused=refused)
    answer = bridge.portal.offer_accounts(Offers(cluster=bridge.config.cluster, accounts=offers))
    return OffersAnswer(waiting=answer.waiting, refused=refused | answer.refused)


def print_candidates(found: Sequence[Candidate], *, as_json: bool) -> None:
    """A row for each account; whatever Slurm's users wrote moves no cursor."""
    if as_json:
        print_json([_as_json(item) for item in found])
        return
    table = Table("Account", "Parent", "Members", "Limits", "Can be adopted")
    for item in found:
        limits = item.offer.limits if item.offer else {}
        table.add_row(
            *(
                Text(printable(cell))
                for cell in (
                    item.account,
                    item.parent,
                    ", ".join(member.username for member in item.members),
                    " ".join(f"{name}={value}" for name, value in limits.items()),
                    f"no: {item.refusal}" if item.refusal else "yes",
                )
            )
        )
    Console().print(table)


def print_answer(answer: OffersAnswer, portal_url: str, *, as_json: bool) -> None:
    """What became of each offer, and where it goes on."""
    if as_json:
        print_json(answer.model_dump(mode="json"))
        return
    console = Console()
    for name in answer.waiting:
        console.print(f"{name}: waits for staff at {portal_url}", markup=False, soft_wrap=True)
    for name, reason in sorted(answer.refused.items()):
        line = printable(f"{name}: not offered: {reason}")
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One line of JSON."""
    Console().print(json.dumps(value), markup=False, highlight=False, soft_wrap=True)


def _as_json(item: Candidate) -> dict[str, Any]:
    return {
        "account": item.account,
        "parent": item.parent,
        "members": [{"username": user.username, "uid": user.uid} for user in item.members],
        "limits": item.offer.limits if item.offer else {},
        "refusal": item.refusal,
    }
