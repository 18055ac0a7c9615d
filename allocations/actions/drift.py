"""Takes in what a site's bridge found changed by hand, and adopts it where staff say so."""

import hashlib
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.actions.drift_values import adopt_value
from allocations.actions.moments import moment
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, Drift, Site
from allocations.rules.naming import qos_name
from slurm_bridge import wire

LONGEST_SUBJECT = 300


def keep_drift(site: Site, seen: Iterable[wire.Drift], *, at: int) -> None:
    """Keep what a cycle saw, a row each; call it inside an action that has locked the site.

    What waited and was not seen again has been put right in some other way.
    """
    items = {_key(item): item for item in seen}
    for key in _adopted_meanwhile(site, items):
        del items[key]
    known = {
        row.key: row
        for row in Drift.objects.select_for_update()
        .filter(site=site)
        .exclude(state=Drift.State.ADOPTED)
        .filter(key__in=items)
        .order_by("pk")
    }
    for key, row in known.items():
        _see_again(row, items[key], at)
    accounts = _allocations_by_account(site) if len(known) < len(items) else {}
    Drift.objects.bulk_create(
        _row(site, key, item, at, accounts) for key, item in items.items() if key not in known
    )
    Drift.objects.waiting().filter(site=site).exclude(key__in=items).update(
        state=Drift.State.CORRECTED, settled_at=moment(at)
    )


@action
def adopt_drift(*, drift_id: int, reason: str, actor: User) -> Drift:
    """Make the portal's own record say what somebody made in Slurm; the site then keeps it."""
    if not reason.strip():
        raise RefusedError(_("Give a reason: the members read it."))
    drift = Drift.objects.select_for_update().get(pk=drift_id)
    if drift.state == Drift.State.ADOPTED:
        raise StateError(_("This change has been adopted already."))
    adopt_value(drift, reason=reason, actor=actor)
    drift.state = Drift.State.ADOPTED
    drift.settled_at = timezone.now()
    drift.adopted_by = actor
    drift.adopted_because = reason
    drift.save(update_fields=["state", "settled_at", "adopted_by", "adopted_because"])
    return drift


def _see_again(row: Drift, item: wire.Drift, at: int) -> None:
    """A change that was put back and is there again was made once more."""
    if row.state == Drift.State.CORRECTED:
        row.times += 1
        row.noticed_at = moment(at)
        row.last_right_at = moment(item.last_right_at)
    elif not item.corrected:
        return
    row.state = Drift.State.CORRECTED if item.corrected else Drift.State.WAITING
    row.settled_at = moment(at) if item.corrected else None
    row.save(update_fields=["times", "noticed_at", "last_right_at", "state", "settled_at"])


def _adopted_meanwhile(site: Site, items: dict[str, wire.Drift]) -> set[str]:
    """What staff adopted while the cycle that tells of it was still under way."""
    adopted = Drift.objects.filter(site=site, state=Drift.State.ADOPTED, key__in=items)
    return {
        key
        for key, last_right_at in adopted.values_list("key", "last_right_at")
        if last_right_at == moment(items[key].last_right_at)
    }


def _row(site: Site, key: str, item: wire.Drift, at: int, accounts: dict[str, Allocation]) -> Drift:
    named = item.change.model_dump(mode="json")
    name = named.get("account") or named.get("qos") or named.get("partition", "")
    return Drift(
        site=site,
        allocation=accounts.get(name),
        key=key,
        kind=item.change.kind,
        change=named,
        subject=name[:LONGEST_SUBJECT],
        expected=item.expected,
        found=item.found,
        state=Drift.State.CORRECTED if item.corrected else Drift.State.WAITING,
        last_right_at=moment(item.last_right_at),
        noticed_at=moment(at),
        settled_at=moment(at) if item.corrected else None,
    )


def _allocations_by_account(site: Site) -> dict[str, Allocation]:
    """The site's allocations by the names of their accounts and of their QOS."""
    found: dict[str, Allocation] = {}
    for allocation in Allocation.objects.filter(site=site):
        found[allocation.account_name] = allocation
        found[qos_name(allocation.account_name, site.code)] = allocation
    return found


def _key(item: wire.Drift) -> str:
    aim = item.change.model_dump_json(exclude={"before"})
    return hashlib.sha256(f"{aim}\n{item.found}".encode()).hexdigest()
