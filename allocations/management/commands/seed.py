"""`manage.py seed`: the two sites and the six tracks of a new portal."""

from dataclasses import dataclass

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.audit import SystemActor, action
from allocations.management.track_seeds import TRACKS, TrackSeed
from allocations.models import Partition, Site, Track, TrackVersion


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
    for position, seeded in enumerate(TRACKS, start=1):
        track, created = Track.objects.get_or_create(
            code=seeded.code, defaults={"name": seeded.name, "position": position}
        )
        if created:
            _first_version(track, seeded)


def _first_version(track: Track, seeded: TrackSeed) -> None:
    """What holds until staff publish another version; its lists are filled before it is frozen."""
    version = TrackVersion.objects.create(track=track, number=1, **seeded.values())
    version.partitions.set(Partition.objects.all())
    version.published_at = timezone.now()
    version.save(update_fields=["published_at"])
