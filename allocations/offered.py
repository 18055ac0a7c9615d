"""What a form offers of the sites of a track's version: another site, and types of GPU."""

from collections.abc import Iterable, Mapping

from allocations.models import Application, Partition, SiteStatus
from allocations.rules.form.resources import FALLBACK_SITE, GPU_TYPE
from allocations.rules.text import one_line

Offered = Mapping[str, tuple[str, ...]]
"""What can be answered, in words, by the name of the question."""

LONGEST_GPU_TYPE = 60


def offered_answers(application: Application) -> Offered:
    """Of the sites where hours are asked for their GPUs; the others are second choices."""
    asked = {line.site_id for line in application.requested_hours.all()}
    partitions = list(
        application.rules()
        .partitions.select_related("site__status")
        .order_by("-site__name", "name")
    )
    wanted = [partition for partition in partitions if partition.site_id in asked]
    others = [partition.site.name for partition in partitions if partition.site_id not in asked]
    types = [kind for partition in wanted or partitions for kind in gpu_types_of(partition)]
    return {FALLBACK_SITE: _each_once(others), GPU_TYPE: _each_once(types)}


def gpu_types_of(partition: Partition) -> tuple[str, ...]:
    """The types that its site's bridge reports of it, in words, or else the site's kind of GPU."""
    status: SiteStatus | None = getattr(partition.site, "status", None)
    heartbeat = (status.heartbeat if status else None) or {}
    reported = heartbeat.get("gpu_types", {}).get(partition.name, ())
    return tuple(map(_in_words, reported)) or (partition.site.gpu_name,)


def _in_words(reported: str) -> str:
    """Slurm's `a100_80` as people read it: A100 80."""
    return one_line(reported.replace("_", " "))[:LONGEST_GPU_TYPE].upper()


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
