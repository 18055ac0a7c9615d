"""`manage.py seed`: the two sites and the six tracks of a new portal."""

from dataclasses import dataclass

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from accounts.audit import SystemActor, action
from allocations.management.declaration_seeds import DECLARATIONS, DeclarationSeed
from allocations.management.track_seeds import QUOTAS, TRACKS, VALID_FROM, TrackSeed
from allocations.models import DeclarationText, Partition, Quota, Site, Track, TrackVersion


@dataclass(frozen=True)
class _Site:
    code: str
    name: str
    gpu_name: str
    login_host: str
    partitions: dict[str, str]
    cents: int
    """What a GPU-hour is worth as aid, until somebody publishes a price of their own."""


_SITES = (
    _Site(
        "zellik",
        "Zellik",
        "NVIDIA H200",
        "login.zellik.belfry.example",
        {"h200": _("Eight H200 GPUs a node")},
        cents=250,
    ),
    _Site(
        "charleroi",
        "Charleroi",
        "NVIDIA A100",
        "login.charleroi.belfry.example",
        {
            "gpu": _("Four A100 GPUs of 40 GB a node"),
            "ia": _("Eight A100 GPUs of 80 GB a node"),
        },
        cents=120,
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
    """Sites with partitions and prices, tracks and quotas, each made only if it is not there."""
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
        if not row.unit_prices.exists():
            row.unit_prices.create(cents_per_gpu_hour=site.cents, valid_from=VALID_FROM)
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
    for declaration in DECLARATIONS:
        _declaration(declaration)
    for quota in QUOTAS:
        if not Quota.objects.filter(code=quota["code"]).exists():
            Quota.objects.create(**quota, valid_from=VALID_FROM)


def _declaration(seeded: DeclarationSeed) -> None:
    """Its first version, to the portal or to a site that is there."""
    if DeclarationText.objects.filter(code=seeded.code).exists():
        return
    site = Site.objects.get(code=seeded.site) if seeded.site else None
    DeclarationText.objects.create(
        code=seeded.code,
        number=1,
        site=site,
        title=seeded.title,
        text=seeded.text,
        valid_from=VALID_FROM,
    )


def _first_version(track: Track, seeded: TrackSeed) -> None:
    """What holds until staff publish another version; its lists are filled before it is frozen."""
    version = TrackVersion.objects.create(track=track, number=1, **seeded.values())
    version.partitions.set(Partition.objects.all())
    version.published_at = timezone.now()
    version.save(update_fields=["published_at"])
