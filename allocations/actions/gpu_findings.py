"""Keeps what is wrong with the figures of nodes, each kind once for each node, with its count."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.audit import SystemActor, action
from allocations.models import GpuFinding, Site
from slurm_bridge.wire_gpu import NodeFinding

# A site may name any nodes; so many findings are kept to look at.
MOST_KEPT = 5_000
KEPT_FOR = timedelta(days=30)

# What is not later than what was told last has been counted.
_KEEP = """
    INSERT INTO allocations_gpufinding AS kept
        (site_id, node, kind, times, detail, first_seen_at, last_seen_at)
    SELECT %(site)s, found.node, found.kind, found.times, found.detail,
           to_timestamp(found.seen_at), to_timestamp(found.seen_at)
    FROM jsonb_to_recordset(%(found)s) AS found(
        node text, kind text, times bigint, detail text, seen_at bigint
    )
    WHERE (SELECT COUNT(*) FROM allocations_gpufinding WHERE site_id = %(site)s) < %(most)s
       OR (found.node, found.kind) IN (
           SELECT node, kind FROM allocations_gpufinding WHERE site_id = %(site)s
       )
    ON CONFLICT (site_id, node, kind) DO UPDATE SET
        times = kept.times + EXCLUDED.times, detail = EXCLUDED.detail,
        last_seen_at = EXCLUDED.last_seen_at
    WHERE EXCLUDED.last_seen_at > kept.last_seen_at
"""


def keep_findings(site: Site, findings: Iterable[NodeFinding], *, read_at: int) -> None:
    """Add findings to what is known; those of a message that is repeated add nothing."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for item in findings:
        seen_at = min(item.seen_at, read_at)
        key = item.node, item.kind
        before = found.get(key, {"times": 0, "seen_at": 0})
        found[key] = {
            "node": item.node,
            "kind": item.kind,
            "times": before["times"] + item.count,
            "detail": item.detail or before.get("detail", ""),
            "seen_at": max(before["seen_at"], seen_at),
        }
    if found:
        told = json.dumps(list(found.values()))
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, {"site": site.pk, "found": told, "most": MOST_KEPT})


@action
def forget_findings(*, actor: SystemActor) -> int:
    """Let findings leave that were not seen again for a month; how many."""
    old = GpuFinding.objects.filter(last_seen_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]
