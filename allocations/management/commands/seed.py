"""`manage.py seed`: the two sites and the six tracks of a new portal."""

from dataclasses import dataclass

from django.core.management.base import BaseCommand

from accounts.audit import SystemActor, action
from allocations.models import Partition, Site, Track


@dataclass(frozen=True)
class _Site:
    code: str
    name: str
    gpu_name: str
    login_host: str
    partitions: dict[str, str]


_SITES = (
    _Site(
        "zellik",
        "Zellik",
        "NVIDIA H200",
        "login.zellik.belfry.example",
        {"h200": "Eight H200 GPUs a node"},
    ),
    _Site(
        "charleroi",
        "Charleroi",
        "NVIDIA A100",
        "login.charleroi.belfry.example",
        {"gpu": "Four A100 GPUs of 40 GB a node", "ia": "Eight A100 GPUs of 80 GB a node"},
    ),
)

# Code, name, for whom, least and most GPU-hours, lengths in months, sites, working days.
_TRACKS = (
    ("pg", "Playground", "Try a GPU for a first time: small and quick.", 1, 5_000, [1, 2, 3], 1, 2),
    (
        "fl",
        "Fast Lane",
        "Firms and start-ups with a running project and a clear need.",
        1,
        50_000,
        [1, 2, 3],
        1,
        4,
    ),
    (
        "ls",
        "Large Scale",
        "Training of large models and other work of the largest size.",
        50_001,
        2_000_000,
        [3, 6, 12],
        2,
        10,
    ),
    ("rs", "Research", "Universities and research centres.", 1_000, 90_000, [6], 2, 20),
    (
        "pa",
        "Public administration",
        "Public services, federal, regional or local.",
        1,
        50_000,
        [3, 6, 12],
        2,
        10,
    ),
    (
        "st",
        "Strategic",
        "Health, security, aerospace and defence, by agreement.",
        1,
        500_000,
        [3, 6, 12],
        2,
        10,
    ),
)


class Command(BaseCommand):
    """Adds what is missing and leaves what is there as it is."""

    help = "Create the sites and tracks of a new portal; what exists is left as it is."

    def handle(self, *args: object, **options: object) -> None:
        """Seed, and say how much is there now."""
        seed(actor=SystemActor("manage.py seed"))
        self.stdout.write(f"{Site.objects.count()} sites, {Track.objects.count()} tracks")


@action
def seed(*, actor: SystemActor) -> None:
    """The sites, their partitions and the tracks, each made only if it is not there."""
    for site in _SITES:
        row, _created = Site.objects.get_or_create(
            code=site.code,
            defaults={
                "name": site.name,
                "cluster": site.code,
                "gpu_name": site.gpu_name,
                "login_host": site.login_host,
            },
        )
        for name, description in site.partitions.items():
            Partition.objects.get_or_create(
                site=row, name=name, defaults={"description": description}
            )
    for code, name, summary, least, most, lengths, sites, days in _TRACKS:
        track, created = Track.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "summary": summary,
                "min_gpu_hours": least,
                "max_gpu_hours": most,
                "lengths_in_months": lengths,
                "max_sites": sites,
                "decision_days": days,
            },
        )
        if created:
            track.partitions.set(Partition.objects.all())
