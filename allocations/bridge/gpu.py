"""The endpoint of what GPUs did for jobs; each counter is looked at by itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.errors import HttpError
from pydantic import TypeAdapter, ValidationError

from allocations.actions.gpu_usage import record_gpu_usage
from allocations.bridge.callers import bridge_of, site_of
from allocations.bridge.errors import ERRORS
from allocations.rules.accounting_rows import ALLOWED_AHEAD_SECONDS
from slurm_bridge.wire_gpu import (
    AnyGpuBatch,
    GpuBatch,
    GpuCounter,
    GpuUsageAnswer,
    NodeFinding,
    NodeName,
    RefusedCounter,
)

router = Router()

LONGEST_REASON = 300

_ALL = TypeAdapter(tuple[GpuCounter, ...])
_NODE = TypeAdapter(NodeName)


@router.post("/gpu-usage", response={200: GpuUsageAnswer, **ERRORS}, exclude_defaults=True)
def post_gpu_usage(request: HttpRequest, delivery: AnyGpuBatch) -> GpuUsageAnswer:
    """What GPUs did for jobs; sending it again changes nothing.

    A counter that is no GpuCounter, or that cannot be, is refused with the reason and counted;
    the others are taken. The answer says by what thresholds the portal judges, for login nodes.
    """
    site = site_of(request)
    if delivery.read_at > int(timezone.now().timestamp()) + ALLOWED_AHEAD_SECONDS:
        raise HttpError(422, "read_at lies in the future: the site's clock is wrong.")
    batch, places, refused = _sorted_out(delivery)
    answer = record_gpu_usage(
        site=site, batch=batch, places=places, refused=refused, actor=bridge_of(site)
    )
    return answer.model_copy(update={"thresholds": settings.GPU_THRESHOLDS})


def _sorted_out(delivery: AnyGpuBatch) -> tuple[GpuBatch, list[int], list[RefusedCounter]]:
    """The counters that follow the contract with their places, and those that do not."""
    try:
        # All at once first, since they nearly always do.
        counters = _ALL.validate_python(delivery.counters)
    except ValidationError:
        pass
    else:
        batch = _batch(delivery.read_at, delivery.findings, counters)
        return batch, list(range(len(counters))), []
    good: list[tuple[int, GpuCounter]] = []
    refused: list[RefusedCounter] = []
    findings = list(delivery.findings)
    for place, told in enumerate(delivery.counters):
        try:
            good.append((place, GpuCounter.model_validate(told)))
        except ValidationError as error:
            reason = _reason(error)
            refused.append(RefusedCounter(place=place, kind="impossible", reason=reason))
            findings += _finding(told, reason, delivery.read_at)
    counters = tuple(counter for _place, counter in good)
    batch = _batch(delivery.read_at, tuple(findings), counters)
    return batch, [place for place, _counter in good], refused


def _batch(
    read_at: int, findings: tuple[NodeFinding, ...], counters: tuple[GpuCounter, ...]
) -> GpuBatch:
    """A batch of parts that have been looked at already."""
    return GpuBatch.model_construct(read_at=read_at, findings=findings, counters=counters)


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = f"{place}: {first['msg']}" if place else str(first["msg"])
    return reason.encode("utf-8", "replace").decode().replace("\0", "?")[:LONGEST_REASON]


def _finding(told: Any, reason: str, read_at: int) -> list[NodeFinding]:
    """About the node that the counter names, if it names any."""
    try:
        node = _NODE.validate_python(told.get("node") if isinstance(told, dict) else None)
    except ValidationError:
        return []
    return [NodeFinding(node=node, kind="impossible", seen_at=read_at, detail=reason)]
