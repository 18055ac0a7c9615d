"""What is given back for runs that were lost: which may be, and how much that comes to. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from allocations.rules.units import SECONDS_A_MINUTE


class Verdict(StrEnum):
    """Whether a run can be given back, or why not."""

    CREDITABLE = "creditable"
    RUNNING = "running"
    NOTHING_USED = "nothing_used"
    CREDITED = "credited"
    ADOPTED = "adopted"
    OTHER_BUDGET = "other_budget"
    ENDED = "ended"
    OWN_PROJECT = "own_project"


@dataclass(frozen=True)
class RunFacts:
    """What decides about a run."""

    has_ended: bool
    gpu_seconds: int
    """What it was charged: its GPUs for as long as it held them, suspended time included."""
    is_credited: bool = False
    is_adopted: bool = False
    in_this_budget: bool = True
    allocation_has_ended: bool = False
    is_of_the_actor: bool = False


def verdict_of(run: RunFacts) -> Verdict:
    """The first thing that is in the way, or nothing."""
    hindrances = (
        (run.is_credited, Verdict.CREDITED),
        (not run.has_ended, Verdict.RUNNING),
        (run.gpu_seconds <= 0, Verdict.NOTHING_USED),
        (run.is_adopted, Verdict.ADOPTED),
        (not run.in_this_budget, Verdict.OTHER_BUDGET),
        (run.allocation_has_ended, Verdict.ENDED),
        (run.is_of_the_actor, Verdict.OWN_PROJECT),
    )
    return next((verdict for holds, verdict in hindrances if holds), Verdict.CREDITABLE)


def credit_minutes(gpu_seconds: Iterable[int]) -> int:
    """Whole GPU-minutes of these runs together, cut off: never more than they used."""
    return sum(gpu_seconds) // SECONDS_A_MINUTE


def digest_of(runs: Mapping[tuple[int, datetime], int]) -> str:
    """Stands for exactly these runs, by index and submission, with exactly these GPU-seconds."""
    text = ",".join(
        f"{index}@{submitted_at.isoformat()}:{seconds}"
        for (index, submitted_at), seconds in sorted(runs.items())
    )
    return hashlib.sha256(text.encode()).hexdigest()
