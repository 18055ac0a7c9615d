"""The GPU-seconds of each run are kept with it, rather than reckoned for whoever sorts by them.

The column has no default: a portal that is not yet restarted cannot write runs without them.
"""

from django.db import migrations, models

FILL = """
    UPDATE allocations_job
    SET gpu_seconds = EXTRACT(EPOCH FROM counted_until - started_at)::bigint * gpus
    WHERE started_at IS NOT NULL AND counted_until IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0016_far_pages_by_index'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='job',
            name='job_by_use',
        ),
        migrations.AddField(
            model_name='job',
            name='gpu_seconds',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['project', '-gpu_seconds'], include=('submitted_at', 'db_index', 'site'), name='job_by_use'),
        ),
    ]
