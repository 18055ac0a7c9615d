"""What each track said becomes its first version, under which its applications were handed in."""

from datetime import date

from django.db import migrations
from django.utils import timezone

KINDS = ["start_up", "sme", "large", "research", "public", "other"]
SECTIONS = [
    "organisation", "size_and_aid", "people", "project", "track", "resources", "data",
    "trustworthy_ai", "security", "plan", "declarations",
]


def make_first_versions(apps, schema_editor):
    TrackVersion = apps.get_model("allocations", "TrackVersion")
    tracks = apps.get_model("allocations", "Track").objects.order_by("min_gpu_hours", "code")
    for position, track in enumerate(tracks, start=1):
        track.position = position
        track.save(update_fields=["position"])
        version = TrackVersion.objects.create(
            track=track,
            number=1,
            valid_from=date(2026, 1, 1),
            summary=track.summary,
            organisation_kinds=KINDS,
            min_gpu_hours=max(track.min_gpu_hours, 1),
            max_gpu_hours=max(track.max_gpu_hours, track.min_gpu_hours, 1),
            lengths_in_months=track.lengths_in_months,
            max_sites=max(track.max_sites, 1),
            sections=SECTIONS,
            deadline_kind="working_days",
            deadline_days=max(track.decision_days, 1),
        )
        version.partitions.set(track.partitions.all())
        version.published_at = timezone.now()
        version.save(update_fields=["published_at"])
        track.application_set.filter(submitted_at__isnull=False).update(track_version=version)


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0020_track_versions'),
    ]

    operations = [migrations.RunPython(make_first_versions, migrations.RunPython.noop)]
